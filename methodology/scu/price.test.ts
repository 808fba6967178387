import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '#methodology/decimal';
import { hardwareClass } from '#methodology/hardware';
import { differential, perGigabyteHour, perPetaflopHour, perRatedKilowattHour, perScu } from '#methodology/scu/price';

const h100 = hardwareClass('H100-SXM-80')!;

describe('prices per unit of compute', () => {
  it('are exact, rounded once and half to even', () => {
    expect(perScu('3.1201', '1.0000', 4)).toBe('3.1201');
    expect(perScu('6.5826', '2.8235', 4)).toBe('2.3314');
    expect(perScu('0.00025', '1', 4)).toBe('0.0002');
    expect(perScu('0.00035', '1', 4)).toBe('0.0004');
    expect(perScu('1', '3', 0)).toBe('0');
    expect(() => perScu('1', '0.0000', 4)).toThrow(RangeError);
    expect(() => perScu('1.5e3', '1', 4)).toThrow(RangeError);
  });

  it('times the rating give the price back, to half a unit of the last decimal', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 9n });
    fc.assert(
      fc.property(amount, amount, (value, rating) => {
        const text = (scaled: bigint) => `${scaled / 10_000n}.${`${scaled % 10_000n}`.padStart(4, '0')}`;
        const quotient = parseDecimal(perScu(text(value), text(rating), 6), 6);
        const off = quotient * rating - value * 1_000_000n;
        expect(2n * (off < 0n ? -off : off) <= rating).toBe(true);
      }),
    );
  });

  it('show how dear a class is beside another', () => {
    const reference = { valueUsd: '3.0000', rating: '1.0000' };
    expect(differential({ valueUsd: '6.0000', rating: '2.0000' }, reference, 4)).toBe('1.0000');
    expect(differential({ valueUsd: '3.0000', rating: '2.0000' }, reference, 4)).toBe('0.5000');
    expect(differential(reference, reference, 4)).toBe('1.0000');
  });

  it('per PFLOP-hour, GB-hour and rated kW-hour come from the datasheet', () => {
    expect(perPetaflopHour('2.9682', h100, 4)).toBe('3.0000');
    expect(perGigabyteHour('2.8000', h100, 4)).toBe('0.0350');
    expect(perRatedKilowattHour('2.8000', h100, 4)).toBe('4.0000');
    expect(perRatedKilowattHour('1.0000', hardwareClass('TRN1-32')!, 4)).toBeNull();
    expect(perPetaflopHour('0.2742', hardwareClass('RTX3090-24')!, 4)).toBe('3.8620');
  });
});
