import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '#ingest/catalogue';
import { readSweep, type SweepReading } from '#ingest/read';
import { captureOf, FETCHED_AT, sweepOf } from '#ingest/testing/captures';
import { warnWithoutRecordings } from '#ingest/testing/recorded';
import { handMade, recorded, type Specimen } from '#ingest/testing/specimens';
import { admission } from '#methodology/admission';
import { parseDecimal } from '#methodology/decimal';
import { SIGNAL_NAMES } from '#store/clickhouse/signals';

warnWithoutRecordings();
const specimens = [...handMade, ...recorded()].map((one) => ({ ...one, title: `${one.source.id}, ${one.name}` }));

const read = (specimen: Specimen, text: string | Buffer): SweepReading =>
  readSweep(specimen.source, sweepOf(specimen, text));
/** A token as it must be where prices are quoted in small units: what is too high there has so many digits more. */
const scaled = (token: string, { scale = 0 }: Specimen) =>
  Number(token) > 1000 && Number.isFinite(Number(token)) ? String(Number(token) * 10 ** scale) : token;
const ids = ({ observations, tokens, signals }: SweepReading) =>
  [
    ...observations.map((one) => one.observation_id),
    ...tokens.map((one) => one.token_price_id),
    ...signals.map((one) => one.signal_id),
  ].sort();
const rateKeys = (reading: SweepReading) =>
  reading.rates.map((one) => [one.date, one.currency, one.usd_per_unit].join(' ')).sort();
const isSubset = (part: readonly string[], whole: readonly string[]) => {
  const all = new Set(whole);
  return part.every((one) => all.has(one));
};

/** How zero may be written. */
const ZEROS = ['0', '0.0', '-0'];
/** Tokens that are no price, in the spellings in which a broken source may send them. */
const NOT_PRICES = [
  ...ZEROS,
  '-1',
  '-0.0001',
  '"-2.5"',
  'NaN',
  '"NaN"',
  '1e999',
  '"Infinity"',
  '1e9',
  '1000000000',
  '1000000.01',
  '1e-30',
  '"abc"',
  '""',
  '"1,5"',
  '"0x10"',
  '"1e3"',
  '"2.50 USD"',
  'true',
  '[]',
  '{}',
  '[2.5]',
];

afterAll(() => {
  // A source without a specimen would pass every card unseen.
  expect(new Set(specimens.map((one) => one.source.id))).toEqual(new Set(catalogue.map((one) => one.id)));
});

describe.each(specimens)('conformance: $title', (specimen) => {
  const whole = read(specimen, specimen.text);
  const isHardware = specimen.withUnknownLabels !== null;
  const notPrices = NOT_PRICES.filter((token) => !(specimen.zeros && ZEROS.includes(token)));

  it('card 0: a healthy answer yields facts, and is complete', () => {
    expect(whole.failure).toBeNull();
    expect(whole.sweep.complete).toBe(specimen.partial !== true);
    expect(ids(whole).length + whole.rates.length).toBeGreaterThanOrEqual(specimen.least ?? 3);
  });

  it('card 1: the same bytes twice give the same rows', () => {
    expect(read(specimen, specimen.text)).toEqual(whole);
  });

  it('card 2: a truncated body is refused or gives fewer of the same facts, never another', () => {
    const bytes = Buffer.from(specimen.text, 'utf8');
    const cuts = new Set(Array.from({ length: 60 }, (_, index) => Math.floor((index * bytes.length) / 60)));
    for (const near of [1, 2, 3, 5, 8, 13, 40, 200]) cuts.add(bytes.length - near);
    for (const cut of cuts) {
      const part = bytes.subarray(0, Math.max(0, cut));
      if (part.toString('utf8').trim() === specimen.text.trim()) continue;
      const reading = read(specimen, part);
      expect(isSubset(ids(reading), ids(whole)), `cut at ${cut}`).toBe(true);
      expect(isSubset(rateKeys(reading), rateKeys(whole)), `cut at ${cut}`).toBe(true);
      const nothing = ids(reading).length === 0 && reading.rates.length === 0;
      // A recorded book cut between two of its lines cannot be told from a shorter book: the archive's SHA-256 guards that.
      const between = specimen.content_type.includes('ndjson') && [part.at(-1), bytes[cut]].includes(0x0a);
      if (nothing) expect(reading.failure, `cut at ${cut}`).toMatch(/\w{4}/);
      else if (!between) expect(reading.sweep.complete, `cut at ${cut}`).toBe(false);
    }
  });

  it('card 3: no zero, negative, NaN, infinite or absurd price passes', () => {
    for (const plain of notPrices) {
      const token = scaled(plain, specimen);
      const reading = read(specimen, specimen.withPrice(token));
      expect(ids(reading), token).toEqual([]);
      expect(reading.rates, token).toEqual([]);
      expect(reading.quarantined.length, token).toBeGreaterThan(0);
      expect(reading.sweep.complete, token).toBe(false);
      expect(reading.failure, token).toMatch(/\w{4}/);
    }
  });

  it('card 3: one bad price costs its own row and no other', () => {
    for (let row = 0; row < Math.min(specimen.rows, 4); row += 1) {
      for (const plain of ['0', '-1', '1e9', '"abc"', '1e999'].filter((token) => notPrices.includes(token))) {
        const token = scaled(plain, specimen);
        const reading = read(specimen, specimen.withPrice(token, row));
        expect(isSubset(ids(reading), ids(whole)), `row ${row}, ${token}`).toBe(true);
      }
    }
  });

  it('card 4: currency, unit and evidence are stated on every row', () => {
    for (const one of whole.observations) {
      expect(admission.currencies).toContain(one.currency);
      expect(one.price_basis).toMatch(/^(gpu|lot)_(second|hour|day|month)$/);
      if (one.price_basis.startsWith('lot_')) expect(one.gpus).toBeGreaterThan(0);
      // A quote is never called a trade, nor a trade a quote.
      expect(one.trade !== null).toBe(one.evidence === 'transaction');
      expect(specimen.source.evidence).toContain(one.evidence);
      expect(one.price).toMatch(/^\d+(\.\d+)?$/);
      expect(parseDecimal(one.price, 18) > 0n).toBe(true);
      expect(one.provider).not.toBe('');
    }
    for (const rate of whole.rates) expect(parseDecimal(rate.usd_per_unit, 18) > 0n).toBe(true);
    for (const {
      prompt_usd_per_million: prompt,
      completion_usd_per_million: completion,
      kind,
      model,
    } of whole.tokens) {
      const sides = [prompt, completion].filter((side) => side !== null);
      expect(sides.length).toBeGreaterThan(0);
      for (const side of sides) expect(parseDecimal(side, 18) > 0n).toBe(true);
      expect(['listed', 'effective']).toContain(kind);
      expect(model).not.toBe('');
    }
    for (const one of whole.signals) {
      expect(SIGNAL_NAMES).toContain(one.name);
      expect(one.value).toMatch(/^-?\d+(\.\d+)?$/);
      expect(one.provider).not.toBe('');
    }
    // What states neither a price of hardware nor a rate has no evidence to be of.
    expect(whole.observations.length + whole.rates.length > 0).toBe(specimen.source.evidence.length > 0);
  });

  it('card 5: shuffled rows keep their ids', () => {
    const shuffled = specimen.shuffled();
    expect(shuffled).not.toBe(specimen.text);
    const reading = read(specimen, shuffled);
    // The bytes differ, so the capture does; the facts do not.
    expect(ids(reading)).toEqual(ids(whole));
    expect(rateKeys(reading)).toEqual(rateKeys(whole));
    expect(reading.quarantined.length).toBe(whole.quarantined.length);
  });

  it.runIf(isHardware)('card 6: unknown labels are counted and never guessed', () => {
    const reading = read(specimen, specimen.withUnknownLabels?.() ?? '');
    const counted = reading.quarantined.filter((one) => one.reason === 'hardware.unknown_label');
    const facts = [...reading.observations, ...reading.signals];
    expect(facts.filter((one) => one.hardware_class !== null)).toEqual([]);
    if (specimen.unknown === 'kept') {
      expect(reading.failure).toBeNull();
      expect(facts.length).toBeGreaterThan(0);
      // Several measures of one subject share their label.
      const subjects = new Set(reading.signals.map((one) => one.native_id)).size;
      expect(counted.length).toBeGreaterThanOrEqual(reading.observations.length + subjects);
    } else {
      // Only the label would tell the lot: nothing is kept, and the refusals say why.
      expect(facts).toEqual([]);
      expect(reading.failure).toMatch(/\w{4}/);
    }
  });

  it('card 9: the canary bites when its row is removed', () => {
    const reading = read(specimen, specimen.withoutCanaryRow());
    expect(reading.failure).toMatch(/^canary: /);
    expect(ids(reading)).toEqual([]);
    expect(reading.rates).toEqual([]);
    expect(reading.sweep.complete).toBe(false);
  });

  it.each(Object.entries(specimen.reshaped))('card 10: "%s" yields no observation and says why', (_name, text) => {
    const reading = read(specimen, text);
    expect(ids(reading)).toEqual([]);
    expect(reading.rates).toEqual([]);
    expect(reading.sweep.complete).toBe(false);
    // In words, not zod's bare "Invalid input".
    expect(reading.failure).toMatch(/^[a-z._]+: .{12,}/);
    expect(reading.failure).not.toMatch(/Invalid input$/);
    expect(reading.quarantined.length).toBeGreaterThan(0);
  });

  it('refuses an error status, bytes that are not text, and a body over the limit', () => {
    const capture = (body: string | Buffer | null, status: number) =>
      readSweep(specimen.source, [captureOf(specimen.source, body, { status, content_type: specimen.content_type })]);
    expect(capture(specimen.text, 503).failure).toBe('http.status: the source answered 503');
    expect(capture(Buffer.from([0xff, 0xfe, 0x00]), 200).failure).toMatch(/^body\.not_text/);
    expect(capture(null, 200).failure).toMatch(/^body\.over_limit/);
  });
});

describe.each(catalogue.map((source) => ({ source, id: source.id })))('facts of $id', ({ source }) => {
  const at = new Date(FETCHED_AT);

  it('asks the same at the same time', () => {
    expect(source.requests(at)).toEqual(source.requests(new Date(at)));
  });

  it('card 7: the budget is stated and sane', () => {
    const { requests, body_bytes, sweep_seconds, pause_ms, timeout_ms } = source.budget;
    expect(source.requests(at).length).toBeGreaterThan(0);
    expect(requests).toBeGreaterThanOrEqual(source.requests(at).length);
    expect(requests).toBeLessThanOrEqual(500);
    expect(body_bytes).toBeGreaterThanOrEqual(100_000);
    expect(body_bytes).toBeLessThanOrEqual(64_000_000);
    expect(pause_ms).toBeGreaterThanOrEqual(500);
    expect(timeout_ms).toBeLessThanOrEqual(sweep_seconds * 1000);
    // The pauses alone must leave time for the answers.
    expect(requests * pause_ms).toBeLessThan(sweep_seconds * 1000);
    expect(source.freshness_objective_seconds).toBeGreaterThan(sweep_seconds);
    expect(source.terms.note).not.toBe('');
  });

  it('card 8: no secret reaches a capture', () => {
    const variable = source.key_variable;
    const secret = 'secret-0123456789abcdef';
    // A key goes into headers, or a signature made of it does; and only where one is needed.
    expect(source.authorise !== undefined).toBe(variable !== null);
    for (const request of source.requests(at)) {
      const headers = source.authorise?.(`id:${secret}`, request, new Date('2026-08-03T12:00:00.000Z')) ?? {};
      expect(Object.keys(headers).length > 0).toBe(variable !== null);
      expect(JSON.stringify(request)).not.toContain(secret);
    }
    if (variable) process.env[variable] = secret;
    try {
      const asked = JSON.stringify(source.requests(at));
      expect(asked).not.toContain(secret);
      for (const { url } of source.requests(at)) {
        const address = new URL(url);
        expect(address.protocol).toBe('https:');
        expect(address.username + address.password).toBe('');
        for (const name of address.searchParams.keys()) expect(name).not.toMatch(/key|token|secret|auth/i);
      }
      // A request is what a capture keeps: method, address and body, and no place for a header.
      for (const request of source.requests(at))
        expect(Object.keys(request).sort().join()).toMatch(/^(body,)?method,url$/);
    } finally {
      if (variable) delete process.env[variable];
    }
  });
});
