import { describe, expect, it } from 'vitest';
import { canonicalHash } from '#methodology/canonical';
import { type HardwareClass, hardwareClass, hardwareClasses } from '#methodology/hardware';
import { parseReference } from '#methodology/reference';
import { datasheetRating, deliveryGrade, legsOf, meetsGrade, sixteenBitTflops } from '#methodology/scu/datasheet';
import { legs, scuDefinition, scuDefinitionSchema, workloads } from '#methodology/scu/definition';
import { scuFile } from '#methodology/scu/ratings';

const definition = scuDefinition();
const known = (id: string): HardwareClass => hardwareClass(id)!;
const rated = (id: string) => workloads.map((workload) => datasheetRating(definition, known(id), workload).toFixed(4));

describe('the datasheet formula', () => {
  it.each([
    ['H100-SXM-80', '1.0000', '1.0000'],
    ['A100-SXM-80', '0.2975', '0.3255'],
    ['H200-SXM-141', '1.0000', '1.2221'],
    ['B200-SXM-180', '2.2164', '3.2759'],
    ['GB300-NVL72-279', '2.4113', '4.4187'],
    ['MI300X-192', '1.2486', '1.5074'],
    ['TPU-V6E-32', '0.7472', '0.4670'],
    ['L4-24', '0.1097', '0.1181'],
  ])('rates %s at %s for training and %s for inference', (id, training, inference) => {
    expect(rated(id)).toEqual([training, inference]);
  });

  it('is 1 where every leg is the unit, and twice that where every leg is', () => {
    const unit = {
      ...known('H100-SXM-80'),
      fp4_tflops: 1979,
      fp8_tflops: 1979,
      bf16_tflops: 989.4,
      scaleup_gb_per_s: 900,
    };
    const doubled = {
      ...unit,
      fp4_tflops: 3958,
      fp8_tflops: 3958,
      bf16_tflops: 1978.8,
      scaleup_gb_per_s: 1800,
      memory_bandwidth_gb_per_s: 6700,
      memory_gb: 160,
    };
    for (const workload of workloads) {
      expect(datasheetRating(definition, unit, workload)).toBeCloseTo(1, 12);
      expect(datasheetRating(definition, doubled, workload)).toBeCloseTo(2, 12);
    }
  });

  it('falls back rung by rung, and to the host link', () => {
    const row = known('A100-SXM-80');
    expect(legsOf(row)).toMatchObject({ p16: 312, p8: 312, p4: 312, interconnect: 600 });
    expect(legsOf({ ...row, fp8_tflops: 500 })).toMatchObject({ p16: 312, p8: 500, p4: 500 });
    expect(legsOf({ ...row, fp8_tflops: 500, fp4_tflops: 900 })).toMatchObject({ p8: 500, p4: 900 });
    expect(legsOf(known('L40S-48')).interconnect).toBe(64);
    expect(legsOf({ ...row, scaleup_gb_per_s: 0, pcie_gb_per_s: null }).interconnect).toBe(0);
  });

  it('takes the 16-bit rate with FP32 accumulation', () => {
    expect(sixteenBitTflops(known('RTX3090-24'))).toBe(71);
    expect(sixteenBitTflops(known('V100-SXM-32'))).toBe(125);
    expect(() => sixteenBitTflops({ ...known('T4-16'), fp16_tflops: null })).toThrow('T4-16 has no 16-bit rate');
  });

  it('gives the frozen datasheet ratings of all classes again', () => {
    const frozen = scuFile().ratings;
    expect(frozen).toHaveLength(hardwareClasses().length);
    hardwareClasses().forEach((row, at) => {
      for (const workload of workloads) {
        const again = datasheetRating(definition, row, workload);
        expect(Math.abs(again - Number(frozen[at]?.[workload].datasheet)), row.id).toBeLessThanOrEqual(0.5e-4 + 1e-12);
      }
      expect(frozen[at]?.grade, row.id).toBe(deliveryGrade(definition, row));
    });
    expect(scuFile().definition_sha256).toBe(canonicalHash(definition));
  });
});

describe('delivery grades', () => {
  it.each([
    ['GB300-NVL72-279', 'G4'],
    ['H100-SXM-80', 'G1'],
    ['MI300X-192', 'G1'],
    ['A100-SXM-80', 'G2'],
    ['H200-NVL-141', 'G2'],
    ['RTXPRO6000-SERVER-96', 'G3'],
    ['L4-24', 'G3'],
    ['TPU-V5E-16', null],
    ['V100-SXM-16', null],
  ])('%s is %s', (id, grade) => {
    expect(deliveryGrade(definition, known(id))).toBe(grade);
  });

  it('nest: a better one meets every lesser one', () => {
    const order = ['G4', 'G1', 'G2', 'G3'];
    for (const row of hardwareClasses()) {
      const met = order.map((id) => meetsGrade(definition, row, id));
      expect(met, row.id).toEqual(met.toSorted());
      expect(deliveryGrade(definition, row)).toBe(order[met.indexOf(true)] ?? null);
    }
    expect(() => meetsGrade(definition, known('L4-24'), 'G9')).toThrow('there is no grade G9');
  });
});

describe('the definition', () => {
  it('is frozen, and names a unit for every leg', () => {
    expect(Object.isFrozen(definition.workloads.training.exponents)).toBe(true);
    for (const leg of legs) expect(Number(definition.unit[leg])).toBeGreaterThan(0);
  });

  it('refuses exponents that do not sum to 1', () => {
    const wrong = structuredClone(definition) as { workloads: { training: { exponents: { p16: string } } } };
    wrong.workloads.training.exponents.p16 = '0.60';
    expect(() => parseReference('scu-definition.json', wrong, scuDefinitionSchema)).toThrow(
      /field training, field exponents: must sum to 1/,
    );
  });
});
