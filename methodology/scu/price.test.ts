import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '#methodology/decimal';
import { hardwareClass } from '#methodology/hardware';
import {
  differential,
  perGigabyteHour,
  perMillionTokens,
  perPetaflopHour,
  perRatedKilowattHour,
  perScu,
} from '#methodology/scu/price';

const golden = new URL('../../../shared/golden/vectors.json', import.meta.url);
if (!existsSync(golden)) console.warn('skipped: the golden vectors are not beside this checkout');

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

  it('per million tokens follow from a stated throughput', () => {
    // 2.50 USD buy 3,600 s × 150 tokens.
    expect(perMillionTokens('2.5', '150', 6)).toBe('4.629630');
    expect(perMillionTokens('2.8134', '1', 4)).toBe('781.5000');
    expect(() => perMillionTokens('2.5', '0', 6)).toThrow(RangeError);
  });

  it.skipIf(!existsSync(golden))('per million tokens agree with the golden contract arithmetic', () => {
    const { contractArithmetic } = JSON.parse(readFileSync(golden, 'utf8')) as {
      contractArithmetic: { what: string; usd_per_hour?: number; tokens_per_second?: number; expect?: number }[];
    };
    const one = contractArithmetic.find(({ what }) => what.startsWith('USD per million tokens'))!;
    const value = perMillionTokens(String(one.usd_per_hour), String(one.tokens_per_second), 6);
    expect(Number(value)).toBeCloseTo(one.expect!, 5);
  });
});
