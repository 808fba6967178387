import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, admitRates, quarantined, refuseRates } from '#ingest/admit';
import type { RawRow } from '#ingest/source';
import { ecb } from '#ingest/sources/ecb';
import { vast } from '#ingest/sources/vast';
import { captureOf, FETCHED_AT, goodRow } from '#ingest/testing/captures';
import { decimalOfNumber, parseDecimal } from '#methodology/decimal';
import { EVIDENCE } from '#methodology/evidence';
import { observationId } from '#store/observation';

const capture = captureOf(vast, '{}');
const judge = (changes: Partial<RawRow>) => admit(goodRow(changes), vast, capture);

describe('admit: refusals, each with its reason', () => {
  it.each<[string, Partial<RawRow>, string]>([
    ['price 0', { price: 0 }, 'price.zero'],
    ['price "0.000"', { price: '0.000' }, 'price.zero'],
    ['price -0', { price: -0 }, 'price.zero'],
    ['price below the 18th decimal', { price: '0.0000000000000000001' }, 'price.zero'],
    ['price negative', { price: -2.5 }, 'price.negative'],
    ['price NaN', { price: Number.NaN }, 'price.not_a_number'],
    ['price infinite', { price: Number.POSITIVE_INFINITY }, 'price.not_a_number'],
    ['price 1e9', { price: 1e9 }, 'price.absurd'],
    ['price 1e23', { price: 1e23 }, 'price.absurd'],
    ['price a hair over the limit', { price: '1000000.000000000000000001' }, 'price.absurd'],
    ['price "abc"', { price: 'abc' }, 'price.not_a_number'],
    ['price ""', { price: '' }, 'price.not_a_number'],
    ['price "1,5"', { price: '1,5' }, 'price.not_a_number'],
    ['price "0x10"', { price: '0x10' }, 'price.not_a_number'],
    ['price "1e3"', { price: '1e3' }, 'price.not_a_number'],
    ['price in other digits', { price: '٢.٥' }, 'price.not_a_number'],
    ['currency missing', { currency: '' }, 'currency.missing'],
    ['currency blank', { currency: '  ' }, 'currency.missing'],
    ['currency unknown', { currency: 'XXX' }, 'currency.unknown'],
    ['currency in small letters', { currency: 'usd' }, 'currency.unknown'],
    ['event in the future', { event_at: '2026-08-03T12:05:01Z' }, 'event.future'],
    ['event without a zone', { event_at: '2026-08-03T11:00:00' }, 'event.not_an_instant'],
    ['event that is a day', { event_at: '2026-08-03' }, 'event.not_an_instant'],
    ['event that is words', { event_at: 'yesterday' }, 'event.not_an_instant'],
    ['event on no day', { event_at: '2026-13-41T00:00:00Z' }, 'event.not_an_instant'],
    ['event on the 30th of February', { event_at: '2026-02-30T00:00:00Z' }, 'event.not_an_instant'],
    ['event in another order', { event_at: '8/3/2026 10:00Z' }, 'event.not_an_instant'],
    ['event long ago', { event_at: '1999-01-01T00:00:00Z' }, 'event.too_old'],
    ['gpus 0', { gpus: 0 }, 'gpus.out_of_range'],
    ['gpus 1.5', { gpus: 1.5 }, 'gpus.out_of_range'],
    ['gpus 1e12', { gpus: 1e12 }, 'gpus.out_of_range'],
    ['gpus NaN', { gpus: Number.NaN }, 'gpus.out_of_range'],
    ['available -1', { available_gpus: -1 }, 'available_gpus.out_of_range'],
    ['lot price without its size', { price_basis: 'lot_hour', gpus: null }, 'gpus.missing'],
    ['tenor unknown', { tenor: 'R0M' }, 'tenor.unknown'],
    ['tenor in words', { tenor: 'spot' }, 'tenor.unknown'],
    ['no id', { native_id: '' }, 'native_id.missing'],
    ['country that is none', { country: 'XX' }, 'country.unknown'],
    ['memory NaN', { memory_gb: Number.NaN }, 'row.not_json'],
    ['memory infinite', { memory_gb: Number.POSITIVE_INFINITY }, 'row.not_json'],
    ['attribute NaN', { attributes: { reliability: Number.NaN } }, 'row.not_json'],
    ['half a surrogate pair', { label: 'H100 \ud83d' }, 'row.not_json'],
  ])('%s', (_name, changes, reason) => {
    const { observation, rejection } = judge(changes);
    expect(observation).toBeNull();
    expect(rejection?.reason).toBe(reason);
    expect(rejection?.detail).toMatch(/\w{3}/);
    // What is refused can be named and hashed all the same.
    expect(quarantined(rejection!, 'vast', capture).quarantine_id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('admit: facts', () => {
  it('keeps a good row as it is stated', () => {
    const { observation, rejection } = judge({ price: '2.390', event_at: '2026-08-03T13:59:00+02:00' });
    expect(rejection).toBeNull();
    expect(observation).toMatchObject({
      price: '2.39',
      event_at: '2026-08-03T11:59:00.000Z',
      observed_at: FETCHED_AT,
      hardware_class: 'H100-SXM-80',
      provider: 'vast/9001',
      venue: 'vast',
      region: 'EU',
      capture_sha256: capture.sha256,
    });
    expect(observation?.observation_id).toBe(observationId(observation!));
  });

  it('accepts the limits themselves', () => {
    for (const changes of [{ price: 1_000_000 }, { price: 1e-18 }, { gpus: 1_000_000 }, { available_gpus: 0 }]) {
      expect(judge(changes).rejection).toBeNull();
    }
  });

  it('an event a little after the capture is the capture: clocks differ by seconds', () => {
    expect(judge({ event_at: '2026-08-03T12:04:59Z' }).observation?.event_at).toBe(FETCHED_AT);
  });

  it('a row whose chip nobody knows is kept without a class, and counted', () => {
    const { observation, rejection } = judge({ label: 'Quantum Abacus 9000' });
    expect(observation?.hardware_class).toBeNull();
    expect(rejection?.reason).toBe('hardware.unknown_label');
  });

  it('a chip that is out of scope is kept without a class, and is no news', () => {
    const { observation, rejection } = judge({ label: 'RTX 4090D', memory_gb: 24 });
    expect(observation?.hardware_class).toBeNull();
    expect(rejection).toBeNull();
  });
});

/** Anything a parser could let through, and worse. */
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', 'a\udc00', '\u0000'));
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1e9, 1e300, 5e-324, Number.NaN));
const price = fc.oneof(
  number,
  text,
  fc.constantFrom('0', '-1', '1e9', 'abc', 'NaN', 'Infinity', '0.1', '7'),
  fc.stringMatching(/^-?\d{1,30}(\.\d{1,70})?$/),
);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const anyRow: fc.Arbitrary<RawRow> = fc.record({
  native_id: text,
  event_at: maybe(
    fc.oneof(
      text,
      fc.date().map((date) => String(date.getTime())),
      fc.constant('2026-08-03T01:00:00Z'),
    ),
  ),
  provider: text,
  label: fc.oneof(text, fc.constantFrom('H100 SXM', 'A100', 'RTX 4090')),
  memory_gb: maybe(number),
  gpus: maybe(fc.oneof(number, fc.constant(8))),
  available_gpus: maybe(number),
  tenor: maybe(fc.oneof(text, fc.constantFrom('OD', 'INT', 'R3M'))),
  evidence: fc.constantFrom(...EVIDENCE),
  price,
  currency: fc.oneof(text, fc.constantFrom('USD', 'EUR')),
  price_basis: fc.constantFrom('gpu_hour', 'lot_hour'),
  country: maybe(fc.oneof(text, fc.constant('US'))),
  attributes: fc.dictionary(text, fc.oneof(text, number, fc.boolean())),
});
/** A good row with one or two fields spoiled: what gets far into the judgement. */
const spoiledRow = fc
  .tuple(anyRow, fc.subarray(Object.keys(goodRow()) as (keyof RawRow)[], { maxLength: 2 }))
  .map(
    ([bad, fields]) => ({ ...goodRow(), ...Object.fromEntries(fields.map((field) => [field, bad[field]])) }) as RawRow,
  );

describe('admit: properties', () => {
  it('never throws, and never yields a price that is not positive and exact', () => {
    let facts = 0;
    fc.assert(
      fc.property(fc.oneof(anyRow, spoiledRow), (row) => {
        const { observation, rejection } = admit(row, vast, capture);
        expect(observation !== null || rejection !== null).toBe(true);
        if (rejection) quarantined(rejection, 'vast', capture);
        if (!observation) return;
        facts += 1;
        const exact = parseDecimal(observation.price, 18);
        expect(exact > 0n && exact <= 1_000_000n * 10n ** 18n).toBe(true);
        // The stored price is the stated one: no floating point on the way.
        const stated = typeof row.price === 'number' ? decimalOfNumber(row.price) : row.price.trim();
        expect(parseDecimal(stated ?? '', 18)).toBe(exact);
        expect(Number.isNaN(Date.parse(observation.event_at))).toBe(false);
        expect(observation.event_at <= observation.observed_at).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(facts).toBeGreaterThan(200);
  });
});

describe('admitRates', () => {
  const rates = (per_eur: Record<string, string>) =>
    Object.entries(per_eur).map(([currency, rate]) => ({ date: '2026-07-28', currency, per_eur: rate }));
  const admitted = (per_eur: Record<string, string>) =>
    Object.fromEntries(
      admitRates(rates(per_eur), ecb, captureOf(ecb, '')).map((one) => [one.currency, one.usd_per_unit]),
    );

  it('crosses through the euro, exactly to 18 decimals, half to even', () => {
    expect(admitted({ USD: '1.1654', JPY: '171.22', GBP: '0.86655' })).toEqual({
      EUR: '1.1654',
      // 1.1654 / 171.22 and 1.1654 / 0.86655, computed with bc.
      JPY: '0.006806447844877935',
      GBP: '1.344873348335352836',
    });
  });

  it.each(['0', '0.00000', '-1', '1000000000', 'abc', '1e3', '', '9'.repeat(60)])('refuses %s', (bad) => {
    expect(admitted({ USD: bad, GBP: '0.86655' })).toEqual({});
    expect(admitted({ USD: '1.1654', GBP: bad })).toEqual({ EUR: '1.1654' });
    expect(refuseRates(rates({ USD: bad, GBP: '0.86655' })).map((one) => one.reason)).toEqual(['rate.absurd']);
  });

  it('a day without a rate for USD has none at all', () => {
    expect(admitted({ GBP: '0.86655' })).toEqual({});
  });
});
