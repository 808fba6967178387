import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hardwareClass, hardwareClasses, hardwareSchema } from '#methodology/hardware';
import { parseReference } from '#methodology/reference';

/** Where each numeric column of the collected datasheets stands here. */
const columns = {
  fp4_tflops: 'fp4_tflops',
  fp8_tflops: 'fp8_tflops',
  int8_tops: 'int8_tops',
  bf16_tflops: 'bf16_tflops',
  fp16_tflops: 'fp16_tflops',
  tf32_tflops: 'tf32_tflops',
  fp32_tflops: 'fp32_tflops',
  fp64_tflops: 'fp64_tflops',
  mem_gb: 'memory_gb',
  mem_bw_gbps: 'memory_bandwidth_gb_per_s',
  scaleup_gbps_bidir: 'scaleup_gb_per_s',
  scaleup_domain: 'scaleup_domain_gpus',
  pcie_gbps_bidir: 'pcie_gb_per_s',
  tdp_w: 'tdp_w',
} as const;

/** Splits one line of CSV with quoted fields. */
const fields = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? '');

const csv = new URL('../../shared/data/hardware.csv', import.meta.url);

describe('hardware classes', () => {
  it('are 58, each with its own id', () => {
    expect(hardwareClasses()).toHaveLength(58);
    expect(new Set(hardwareClasses().map(({ id }) => id)).size).toBe(58);
  });

  it('hold the reference of the Standard Compute Unit', () => {
    expect(hardwareClass('H100-SXM-80')).toMatchObject({
      aka: 'NVIDIA H100 SXM5 80 GB',
      bf16_tflops: 989.4,
      fp8_tflops: 1979,
      memory_bandwidth_gb_per_s: 3350,
      memory_gb: 80,
      scaleup_gb_per_s: 900,
    });
  });

  it('are found by exact id only', () => {
    expect(hardwareClass('A100-SXM-40')?.memory_gb).toBe(40);
    expect(hardwareClass('h100-sxm-80')).toBeUndefined();
    expect(hardwareClass('H100')).toBeUndefined();
    expect(hardwareClass('constructor')).toBeUndefined();
  });

  it('are frozen, deep', () => {
    expect(Object.isFrozen(hardwareClasses())).toBe(true);
    for (const row of hardwareClasses()) expect(Object.isFrozen(row) && Object.isFrozen(row.sources)).toBe(true);
  });

  it('carry the memory in the id under which they are sold, never more than a tenth from the datasheet', () => {
    for (const { id, memory_gb } of hardwareClasses()) {
      const sold = Number(id.split('-').at(-1));
      expect(Math.abs(sold - memory_gb) / sold, id).toBeLessThan(0.1);
    }
  });

  it('fail with file, row and field', () => {
    const [first, second, ...rest] = hardwareClasses();
    expect(() =>
      parseReference('hardware.json', [first, { ...second, tdp_w: '400' }, ...rest], hardwareSchema),
    ).toThrow(/hardware\.json: row 2 \(A100-SXM-80\), field tdp_w: /);
    expect(() => parseReference('hardware.json', [first, first], hardwareSchema)).toThrow(
      'hardware.json: row 2 (A100-SXM-40), field id: A100-SXM-40 is there twice',
    );
    expect(() => parseReference('hardware.json', {}, hardwareSchema)).toThrow(/^hardware\.json: file: /);
  });

  it.skipIf(!existsSync(csv))('agree with every collected number (skipped without the collected datasheets)', () => {
    const [header, ...lines] = readFileSync(csv, 'utf8').trim().split(/\r?\n/).map(fields);
    const ours = new Map(hardwareClasses().map((row) => [row.datasheet_id, row]));
    expect(lines).toHaveLength(ours.size);
    for (const line of lines) {
      const collected = Object.fromEntries(header!.map((name, index) => [name, line[index] ?? '']));
      const row = ours.get(collected.id!);
      for (const [column, field] of Object.entries(columns)) {
        const text = collected[column]!;
        expect(row?.[field], `${collected.id} ${field}`).toBe(text === '' ? null : Number(text));
      }
      expect(row?.memory_type, collected.id).toBe(collected.mem_type);
      expect(row?.vendor, collected.id).toBe(collected.vendor);
      expect(row?.confidence, collected.id).toBe(collected.confidence);
    }
  });
});
