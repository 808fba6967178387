import { describe, expect, it } from 'vitest';
import { readSweep } from '#ingest/read';
import type { CaptureText, Source } from '#ingest/source';
import { ecb } from '#ingest/sources/ecb';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { runpod } from '#ingest/sources/runpod';
import { vast } from '#ingest/sources/vast';
import { captureOf, FETCHED_AT } from '#ingest/testing/captures';
import { rawResponse, recordedBodies, warnWithoutRecordings } from '#ingest/testing/recorded';
import { ecbAnswer, gpurentalpricesAnswer, runpodAnswer, vastPage } from '#ingest/testing/specimens';

warnWithoutRecordings();

const textOf = (text: string, facts: Partial<CaptureText> = {}): CaptureText => ({
  text,
  content_type: 'application/json',
  fetched_at: FETCHED_AT,
  url: 'https://example.org/',
  sent: null,
  ...facts,
});
const parse = (source: Source, text: string, facts: Partial<CaptureText> = {}) => source.parse(textOf(text, facts));

describe('vast', () => {
  const { rows } = parse(vast, vastPage);

  it('prices the whole lot without storage, and names machine and host', () => {
    expect(rows[1]).toMatchObject({
      native_id: '2/on-demand',
      provider: 'vast/9002',
      label: 'H100 SXM',
      memory_gb: 79.65,
      gpus: 8,
      price: 17.6,
      price_basis: 'lot_hour',
      tenor: 'OD',
      country: 'US',
      attributes: { machine: 'vast/72', hosting: 'datacenter', verification: 'verified' },
    });
    expect(rows[3]).toMatchObject({ native_id: '4/bid', tenor: 'INT' });
    expect(rows[2]).toMatchObject({ country: 'NL' });
  });

  it('an offer whose kind is unstated is neither on demand nor interruptible', () => {
    const { is_bid, ...offer } = JSON.parse(vastPage).offers[0];
    expect(is_bid).toBe(false);
    expect(parse(vast, JSON.stringify({ offers: [offer] })).rows[0]?.tenor).toBeNull();
  });

  it('a bad offer is refused with its id, and the others stand', () => {
    const { offers } = JSON.parse(vastPage);
    const parsed = parse(vast, JSON.stringify({ offers: [...offers, { ...offers[0], id: 77, num_gpus: 'eight' }] }));
    expect(parsed.rows.length).toBe(4);
    expect(parsed.rejections).toMatchObject([{ reason: 'row.shape', native_id: '77' }]);
    expect(parsed.rejections[0]?.detail).toContain('num_gpus');
  });

  describe('paging', () => {
    const offer = JSON.parse(vastPage).offers[0];
    const page = (totals: readonly unknown[]) =>
      JSON.stringify({ offers: totals.map((dph_total, index) => ({ ...offer, id: index, dph_total })) });
    const sent = (bound: Record<string, number>) => ({ type: 'on-demand', dph_total: bound });
    const next = (totals: readonly unknown[], bound: Record<string, number>) =>
      (vast.follow?.(textOf(page(totals), { sent: sent(bound) }))?.body as { dph_total: unknown } | undefined)
        ?.dph_total;
    const rising = Array.from({ length: 64 }, (_, index) => 1 + index / 100);

    it('ends at a page that is not full', () => expect(next(rising.slice(1), { gte: 0 })).toBeUndefined());
    it('goes on from the last price, that price included', () =>
      expect(next(rising, { gte: 0 })).toEqual({ gte: 1.63 }));
    it('steps over a price that fills a page', () => expect(next(Array(64).fill(2), { gte: 2 })).toEqual({ gt: 2 }));

    it('a page at one price may hide more at that price: not complete', () => {
      expect(parse(vast, page(Array(64).fill(2))).complete).toBe(false);
      expect(parse(vast, page(rising)).complete).toBe(true);
      expect(parse(vast, page(Array(63).fill(2))).complete).toBe(true);
    });

    it.each([
      ['missing', undefined],
      ['null', null],
      ['text', 'cheap'],
      ['negative', -1],
    ])('a price to page by that is %s ends the chain in words instead of asking for ever', (_name, total) => {
      expect(() => next(Array(64).fill(total), { gte: 0 })).toThrow(/dph_total/);
    });
  });

  it.skipIf(!rawResponse('vast/bundles_full_native_fixture.json'))('reads a native page', () => {
    const text = rawResponse('vast/bundles_full_native_fixture.json') ?? '';
    const parsed = parse(vast, text);
    expect(parsed.rejections).toEqual([]);
    expect(parsed.rows.length).toBe(48);
    expect(parsed.rows[0]).toMatchObject({
      native_id: '44075905/on-demand',
      provider: 'vast/389020',
      price: 1.3066666666666666,
    });
    const pages = [captureOf(vast, vastPage, { last: false }), captureOf(vast, text, { sequence: 1 })];
    const reading = readSweep(vast, pages);
    expect(reading.failure).toBeNull();
    expect(reading.observations.filter((one) => one.hardware_class === 'H100-SXM-80').length).toBe(40 + 2);
  });

  it.skipIf(recordedBodies('vast').length === 0)('reads every recorded book, line by line', () => {
    for (const { name, text } of recordedBodies('vast')) {
      const parsed = parse(vast, text, { content_type: 'application/x-ndjson' });
      expect(parsed.rows.length, name).toBe(text.trimEnd().split('\n').length);
      expect(parsed.rejections, name).toEqual([]);
      expect(new Set(parsed.rows.map((row) => row.native_id)).size, name).toBe(parsed.rows.length);
    }
  });
});

describe('runpod', () => {
  it('a price of 0 means not offered; a null one nothing', () => {
    const parsed = parse(runpod, runpodAnswer);
    expect(parsed.rows.map((row) => [row.native_id, row.tenor, row.price])).toEqual([
      ['NVIDIA H100 80GB HBM3/secure', 'OD', 2.69],
      ['NVIDIA H100 80GB HBM3/bid', 'INT', 1.35],
      ['NVIDIA H100 80GB HBM3/month-3', 'R3M', 2.5],
      ['NVIDIA H100 80GB HBM3/month-6', 'R6M', 2.4],
      ['NVIDIA H200/secure', 'OD', 3.59],
      ['NVIDIA GeForce RTX 4090/secure', 'OD', 0.69],
      ['NVIDIA GeForce RTX 4090/community', 'OD', 0.34],
      ['NVIDIA GeForce RTX 4090/bid', 'INT', 0.2],
    ]);
    expect(parsed.rejections).toMatchObject([
      { reason: 'price.not_offered', native_id: 'NVIDIA H100 80GB HBM3/community' },
    ]);
  });

  it('an answer of errors says so', () => {
    expect(() => parse(runpod, '{"errors":[{"message":"slow down"}]}')).toThrow(/data/);
  });

  it.skipIf(!rawResponse('runpod/graphql_gputypes_fixture.json'))('reads a native answer', () => {
    const parsed = parse(runpod, rawResponse('runpod/graphql_gputypes_fixture.json') ?? '');
    expect(parsed.rows.length).toBeGreaterThan(30);
    expect(parsed.rows.every((row) => Number(row.price) > 0)).toBe(true);
    expect(parsed.rejections.every((one) => one.reason === 'price.not_offered')).toBe(true);
  });

  it.skipIf(recordedBodies('runpod').length === 0)('reads every recorded answer', () => {
    for (const { name, text } of recordedBodies('runpod')) {
      const reading = readSweep(runpod, [captureOf(runpod, text)]);
      expect(reading.failure, name).toBeNull();
      expect(reading.observations.filter((one) => one.hardware_class !== null).length, name).toBeGreaterThan(50);
      expect(
        new Set(reading.quarantined.map((one) => one.reason).filter((reason) => reason.startsWith('row.'))),
      ).toEqual(new Set());
    }
  });
});

describe('gpurentalprices', () => {
  const parsed = parse(gpurentalprices, gpurentalpricesAnswer);

  it('speaks only for providers that answered today', () => expect(parsed.covers).toEqual(['runpod', 'lambda']));

  it("takes a row's own time, and minimum_gpus from 2 on as the lot", () => {
    expect(parsed.rows[2]).toMatchObject({ provider: 'lambda', price: '4.99', gpus: 8, price_basis: 'gpu_hour' });
    expect(parsed.rows[3]).toMatchObject({ event_at: '2026-07-26T07:41:00.000Z', tenor: 'INT', gpus: null });
    expect(parsed.rows[0]?.attributes).toMatchObject({
      hosting: 'datacenter',
      origin_url: 'https://example.org/pricing',
    });
  });

  it('two prices under one id are refused both, in whatever order they stand', () => {
    const answer = JSON.parse(gpurentalpricesAnswer);
    const twin = { ...answer.offers[0], usd_hr: 9.99 };
    const read = (offers: unknown[]) =>
      readSweep(gpurentalprices, [captureOf(gpurentalprices, JSON.stringify({ ...answer, offers }))]);
    const [one, other] = [read([twin, ...answer.offers]), read([...answer.offers, twin])];
    expect(one.observations.map((row) => row.observation_id).sort()).toEqual(
      other.observations.map((row) => row.observation_id).sort(),
    );
    expect(one.observations.length).toBe(answer.offers.length - 1);
    expect(one.quarantined.map((row) => row.reason)).toEqual(['duplicate.in_sweep', 'duplicate.in_sweep']);
    expect(one.quarantined[0]?.detail).toMatch(/3\.59/);
    expect(one.quarantined[0]?.detail).toMatch(/9\.99/);
  });

  it('a row that repeats another is no news', () => {
    const answer = JSON.parse(gpurentalpricesAnswer);
    const twice = JSON.stringify({ ...answer, offers: [...answer.offers, answer.offers[0]] });
    const reading = readSweep(gpurentalprices, [captureOf(gpurentalprices, twice)]);
    expect(reading.observations.length).toBe(answer.offers.length);
    expect(reading.quarantined).toEqual([]);
  });

  it.skipIf(recordedBodies('gpurentalprices').length === 0)('reads every recorded answer', () => {
    for (const { name, text } of recordedBodies('gpurentalprices')) {
      const { offers } = JSON.parse(text) as { offers: unknown[] };
      const day = parse(gpurentalprices, text);
      expect(day.rows.length, name).toBe(offers.length);
      expect(day.covers.length, name).toBeGreaterThan(0);
    }
  });
});

describe('ecb', () => {
  it('reads every rate of every day as it is printed', () => {
    const { rates } = parse(ecb, ecbAnswer);
    expect(rates.length).toBe(9);
    expect(rates[0]).toEqual({ date: '2026-07-28', currency: 'USD', per_eur: '1.1654' });
  });

  it('reads a single day with a single rate', () => {
    const one = `<Envelope><Cube><Cube time="2026-07-28"><Cube currency="USD" rate="1.10"/></Cube></Cube></Envelope>`;
    // The trailing zero stays: a rate is text, never a number.
    expect(parse(ecb, one).rates).toEqual([{ date: '2026-07-28', currency: 'USD', per_eur: '1.10' }]);
  });

  it.each(['2026-02-30', '28.07.2026', ''])('refuses the day "%s"', (day) => {
    expect(() => parse(ecb, ecbAnswer.replace('2026-07-28', day))).toThrow(/time/);
  });

  it('expands no entities', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "USD">]>${ecbAnswer.replace(/<\?xml[^>]*\?>/, '').replace('"USD"', '"&a;"')}`;
    expect(() => parse(ecb, bomb)).toThrow(/.{10}/);
  });
});
