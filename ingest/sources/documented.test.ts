import { describe, expect, it } from 'vitest';
import type { Source, SourceRequest } from '#ingest/source';
import { awsCapacityBlocks } from '#ingest/sources/aws-capacity-blocks';
import { awsSpot } from '#ingest/sources/aws-spot';
import { clore } from '#ingest/sources/clore';
import { cloreGigaspot } from '#ingest/sources/clore-gigaspot';
import { ionet } from '#ingest/sources/ionet';
import { jarvislabs } from '#ingest/sources/jarvislabs';
import { lambda } from '#ingest/sources/lambda';
import { mithril } from '#ingest/sources/mithril';
import { nosana } from '#ingest/sources/nosana';
import { primeintellect } from '#ingest/sources/primeintellect';
import { runpodRest } from '#ingest/sources/runpod-rest';
import { sfcompute } from '#ingest/sources/sfcompute';
import { sfcomputeBook } from '#ingest/sources/sfcompute-book';
import { shadeform } from '#ingest/sources/shadeform';
import { tensordock } from '#ingest/sources/tensordock';
import { FETCHED_AT } from '#ingest/testing/captures';
import { lineOf, linesOf, readingOf, readingOfSpecimen, reasonsOf } from '#ingest/testing/lines';
import { rawResponse, warnWithoutRecordings } from '#ingest/testing/recorded';
import type { Specimen } from '#ingest/testing/shapes';
import { SFC_DEPTH, SFC_FILLS } from '#ingest/testing/trades';
import { venues } from '#ingest/testing/venues';

warnWithoutRecordings();
const specimenOf = (source: Source): Specimen => venues.find((one) => one.source === source) as Specimen;
const linesOfSpecimen = (source: Source) => linesOf(readingOfSpecimen(specimenOf(source)));

/** Walks a source's first chain over the answers of its specimen: what was asked, and every fact. */
function walk(source: Source) {
  const { before = [], text } = specimenOf(source);
  const asked: string[] = [];
  const lines: string[] = [];
  let request: SourceRequest | null = source.requests(new Date(FETCHED_AT))[0] ?? null;
  for (const answer of [...before, text]) {
    if (!request) throw new Error('the chain ended early');
    asked.push(request.url);
    const capture = { text: answer, content_type: '', fetched_at: FETCHED_AT, url: request.url, sent: null };
    lines.push(...source.parse(capture).rows.map((row) => row.native_id));
    request = source.follow?.(capture) ?? null;
  }
  return { asked, lines, next: request };
}

describe('chains', () => {
  it('sfcompute asks for a window from the next full hour on, one accelerator after the other', () => {
    const { asked, lines, next } = walk(sfcompute);
    expect(new URL(asked[1] ?? '').searchParams.get('requirements')).toBe('accelerator:H100');
    expect(new URL(asked[1] ?? '').searchParams.get('start_at')).toBe(
      String(Date.parse('2026-08-03T13:00:00Z') / 1000),
    );
    expect(next?.url).toContain('accelerator%3AH200');
    // Two fills alike are two trades.
    expect(new Set(lines).size).toBe(3);
  });

  it('sfcompute-book asks for depth and windows of each accelerator', () => {
    expect(walk(sfcomputeBook).next?.url).toMatch(/\/windows\?requirements=accelerator%3AH100&range_start_at=/);
  });

  it.each([nosana, mithril, ionet, cloreGigaspot])('$id reaches its prices', (source) => {
    const { asked, lines, next } = walk(source);
    expect(asked.length).toBeGreaterThan(1);
    expect(lines.length).toBeGreaterThan(0);
    expect(next).toBeNull();
  });

  it('a snapshot on a foreign host is not asked for, and the key stays at home', () => {
    const capture = {
      content_type: '',
      fetched_at: FETCHED_AT,
      url: cloreGigaspot.requests(new Date(FETCHED_AT))[0]?.url ?? '',
      sent: null,
    };
    const text = '{"v1_snapshot_url":"https://clore.ai.example.org/snapshot.json"}';
    expect(() => cloreGigaspot.follow?.({ ...capture, text })).toThrow(/v1_snapshot_url/);
    const elsewhere: SourceRequest = { method: 'GET', url: 'https://cdn.clore.ai/snapshot.json' };
    expect(cloreGigaspot.authorise?.('secret', elsewhere, new Date(FETCHED_AT))).toEqual({});
  });
});

describe('trades', () => {
  it('sfcompute: per node-hour of eight by documentation', () => {
    const { observations } = readingOf(sfcompute, specimenOf(sfcompute).text, SFC_FILLS);
    expect(lineOf(observations.find((one) => one.price === '18.88')!)).toBe(
      'H100 → H100-SXM-80 | 18.88 USD lot_hour | x8 |  |  | transaction',
    );
    expect(observations[0]).toMatchObject({
      event_at: new Date(1785750000 * 1000).toISOString(),
      attributes: { node_gpus: 8, nodes: 4 },
      trade: { gpu_hours: null, buyer: null, seller: null },
    });
  });

  it('nosana: millionths of NOS a second, and the hours of a job that ended', () => {
    const { text, url } = specimenOf(nosana);
    const [first, second] = readingOf(nosana, text, url).observations;
    expect(lineOf(first!)).toBe('NVIDIA RTX 4090 → RTX4090-24 | 0.00035 NOS lot_second | x1 | OD |  | transaction');
    expect(first?.trade?.gpu_hours).toBe('1.000000');
    expect(lineOf(second!)).toBe('NVIDIA RTX 3090 → RTX3090-24 | 0.0014 NOS lot_second | x8 | OD |  | transaction');
    expect(second?.trade?.gpu_hours).toBeNull();
  });

  it('clore-gigaspot: active bids alone, per day', () => {
    expect(linesOfSpecimen(cloreGigaspot)).toEqual({
      '35005/1': 'NVIDIA GeForce RTX 4090 → RTX4090-24 | 28.9755 CLORE lot_day | x2 | INT | NO | transaction',
      '35006/3': 'NVIDIA GeForce RTX 3090 → RTX3090-24 | 0.00002 BTC lot_day | x1 | INT | US | transaction',
      '35007/4': 'NVIDIA GeForce RTX 3090 → RTX3090-24 | 0.00003 BTC lot_day | x1 | INT | US | transaction',
    });
  });
});

describe('quotes', () => {
  it('sfcompute-book: asks alone, the best bid beside them', () => {
    const { observations } = readingOf(sfcomputeBook, specimenOf(sfcomputeBook).text, SFC_DEPTH);
    expect(lineOf(observations[0]!)).toBe('H100 → H100-SXM-80 | 20 USD lot_hour | x8 |  |  | executable');
    expect(observations[0]).toMatchObject({ available_gpus: 16, attributes: { best_bid: '18.00' } });
  });

  describe('mithril', () => {
    const [current, history] = venues.filter((one) => one.source === mithril) as [Specimen, Specimen];

    it('a price of the past stands at its own instant, in dollars', () => {
      const { observations, quarantined } = readingOfSpecimen(history);
      expect(quarantined).toEqual([]);
      expect(observations.map((one) => `${one.native_id} ${one.event_at} ${lineOf(one)}`).sort()).toEqual([
        'a100-80gb.sxm.8x/eu-central1-a/spot 2026-08-03T11:00:00.000Z a100-80gb sxm → A100-SXM-80 | 7.25 USD lot_hour | x8 | INT |  | administered',
        'a100-80gb.sxm.8x/us-central1-b/spot 2026-08-02T12:00:00.000Z a100-80gb sxm → A100-SXM-80 | 8 USD lot_hour | x8 | INT |  | administered',
        'a100-80gb.sxm.8x/us-central1-b/spot 2026-08-03T11:00:00.000Z a100-80gb sxm → A100-SXM-80 | 9.5 USD lot_hour | x8 | INT |  | administered',
      ]);
    });

    it('two prices of one line at one instant say neither', () => {
      const { prices } = JSON.parse(history.text) as { prices: Record<string, unknown>[] };
      const twice = JSON.stringify({ prices: [...prices, { ...prices[1], spot_instance_price: '$3.00' }] });
      const reading = readingOfSpecimen(history, twice);
      expect(reading.observations.map((one) => one.price).sort()).toEqual(['7.25', '8']);
      expect(reasonsOf(reading)).toEqual({ 'duplicate.in_sweep': 2 });
    });

    it.each([
      ['cents where dollars were', { spot_instance_price: '800' }],
      ['another currency', { spot_instance_price: '€8.00' }],
      ['a bare number', { spot_instance_price: 8 }],
      ['another instance type', { instance_type: 'it_other' }],
      ['an instant without a zone', { timestamp: '2026-08-03T11:00:00' }],
      ['an instant to come', { timestamp: '2026-08-04T11:00:00Z' }],
    ])('%s is refused, and the others stand', (_name, change) => {
      const { prices } = JSON.parse(history.text) as { prices: Record<string, unknown>[] };
      const reading = readingOfSpecimen(
        history,
        JSON.stringify({ prices: [{ ...prices[0], ...change }, ...prices.slice(1)] }),
      );
      expect(reading.observations.map((one) => one.price).sort()).toEqual(['7.25', '9.5']);
      expect(reading.quarantined.length).toBe(1);
    });

    it('asks three days back, then the price now in every region the history names', () => {
      const answers = [current.before?.[0] ?? '', history.text, current.text, current.text];
      const asked: URL[] = [];
      let request: SourceRequest | null = mithril.requests(new Date(FETCHED_AT))[0] ?? null;
      for (const text of answers) {
        asked.push(new URL(request?.url ?? ''));
        const capture = { text, content_type: '', fetched_at: FETCHED_AT, url: request?.url ?? '', sent: null };
        request = mithril.follow?.(capture) ?? null;
      }
      expect(request).toBeNull();
      expect(Object.fromEntries(asked[1]?.searchParams ?? [])).toEqual({
        instance_types: 'it_RrgkIZz6c9BZu5gi',
        num_samples: '1000',
        start_time: '2026-07-31T12:00:00.000Z',
        end_time: FETCHED_AT,
      });
      expect(asked.slice(2).map((url) => url.searchParams.get('region'))).toEqual(['eu-central1-a', 'us-central1-b']);
      const url = asked[2]?.toString() ?? '';
      expect(Object.keys(linesOf(readingOf(mithril, current.text, url)))[0]).toBe(
        'a100-80gb.sxm.8x/eu-central1-a/spot',
      );
    });

    it('a history that cannot be read costs itself alone', () => {
      const until = mithril.requests(new Date(FETCHED_AT))[0]?.url ?? '';
      const capture = { content_type: '', fetched_at: FETCHED_AT, sent: null };
      const asked = mithril.follow?.({ ...capture, url: until, text: current.before?.[0] ?? '' })?.url ?? '';
      const next = mithril.follow?.({ ...capture, url: asked, text: '{"prices":{}}' });
      expect(next?.url).toMatch(/current\?instance_type=it_RrgkIZz6c9BZu5gi#/);
      expect(() => mithril.parse({ ...capture, url: asked, text: '{"prices":{}}' })).toThrow(/prices/);
    });
  });

  it('mithril: an auction price is administered, the reserved one posted', () => {
    expect(linesOfSpecimen(mithril)).toEqual({
      'a100-80gb.sxm.8x/spot': 'a100-80gb sxm → A100-SXM-80 | 8 USD lot_hour | x8 | INT |  | administered',
      'a100-80gb.sxm.8x/reserved': 'a100-80gb sxm → A100-SXM-80 | 12.8 USD lot_hour | x8 |  |  | listed',
    });
  });

  it('clore: a currency nobody knows is refused by its name', () => {
    const answer = JSON.parse(specimenOf(clore).text);
    answer.servers[0].price.on_demand['USD-Blockchain'] = 9.5;
    const reading = readingOf(clore, JSON.stringify(answer));
    expect(reasonsOf(reading)).toEqual({ 'currency.unknown': 1 });
    expect(linesOf(reading)['7/on_demand/CLORE-Blockchain']).toBe(
      'NVIDIA GeForce RTX 3090 → RTX3090-24 | 120.5 CLORE lot_day | x8 | OD | DE | listed',
    );
  });

  it("primeintellect and shadeform: the origin's capacity, marked as a broker's row", () => {
    const { observations } = readingOf(primeintellect, specimenOf(primeintellect).text);
    expect(observations.map((one) => [one.venue, one.aggregator, one.hardware_class])).toEqual([
      ['runpod', true, 'H100-SXM-80'],
      ['hyperstack', true, 'H100-PCIE-80'],
      ['datacrunch', true, 'A100-SXM-80'],
    ]);
    expect(linesOfSpecimen(shadeform)).toMatchObject({
      'hyperstack/n3-A100x1/A100_80G/canada-1':
        'A100_80G pcie → A100-PCIE-80 | 1.35 USD lot_hour | x1 | OD | CA | executable',
      'hyperstack/n3-A100x1/A100_80G/norway-1':
        'A100_80G pcie → A100-PCIE-80 | 1.35 USD lot_hour | x1 | OD | NO | listed',
      'lambdalabs/gpu_1x_a6000/A6000/us-central-1':
        'A6000 pcie → RTXA6000-48 | 0.8 USD lot_hour | x1 | OD | US | executable',
    });
  });

  it('aws-spot: the newest change of a zone is the price now', () => {
    expect(linesOfSpecimen(awsSpot)).toEqual({
      'use1-az1/p5.48xlarge': 'H100 SXM5 → H100-SXM-80 | 58.436 USD lot_hour | x8 | INT | US | administered',
      'use1-az6/p5.48xlarge': 'H100 SXM5 → H100-SXM-80 | 61 USD lot_hour | x8 | INT | US | administered',
      'use1-az1/g6e.xlarge': 'L40S → L40S-48 | 0.9 USD lot_hour | x1 | INT | US | administered',
    });
  });

  it('aws-capacity-blocks: the fee over its hours', () => {
    expect(linesOfSpecimen(awsCapacityBlocks)).toMatchObject({
      'cb-1': 'H100 SXM5 → H100-SXM-80 | 31.458333333333333333 USD lot_hour | x8 |  | US | executable',
      'cb-2': 'H100 SXM5 → H100-SXM-80 | 62.916666666666666667 USD lot_hour | x16 |  | US | executable',
    });
  });
});

const documented = (file: string) => rawResponse(`_documented_examples/${file}`) ?? '';

describe.skipIf(rawResponse('_documented_examples/README.md') === null)('documented examples', () => {
  it('lambda', () => {
    expect(linesOf(readingOf(lambda, documented('lambda_v1_instance_types.json')))).toEqual({
      gpu_1x_h100_sxm5: 'H100 (80 GB SXM5) → H100-SXM-80 | 3.29 USD lot_hour | x1 | OD |  | executable',
    });
  });

  it('tensordock', () => {
    expect(linesOf(readingOf(tensordock, documented('tensordock_v2_locations.json')))).toEqual({
      'loc-uuid-12345/h100-sxm5-80gb': 'H100 SXM5 80GB → H100-SXM-80 | 2.2 USD gpu_hour | xnull | OD | US | executable',
    });
  });

  it('runpod-rest', () => {
    expect(linesOf(readingOf(runpodRest, documented('runpod_v2_catalog_gpus.json')))).toMatchObject({
      'NVIDIA GeForce RTX 4090/secure':
        'NVIDIA GeForce RTX 4090 → RTX4090-24 | 0.44 USD gpu_hour | xnull | OD |  | listed',
    });
  });

  it('shadeform: a memory that no A100 has is no A100', () => {
    const reading = readingOf(shadeform, documented('shadeform_v1_instances_types.json'));
    expect(reasonsOf(reading)).toEqual({ 'hardware.memory_mismatch': 1 });
  });

  it('clore: a card out of scope stands without a class', () => {
    const parsed = clore.parse({
      text: documented('clore_v1_marketplace.json'),
      content_type: '',
      fetched_at: FETCHED_AT,
      url: clore.requests(new Date(FETCHED_AT))[0]?.url ?? '',
      sent: null,
    });
    expect(parsed.rows.map((row) => [row.native_id, row.label, row.price, row.country])).toEqual([
      ['6/on_demand/bitcoin', 'NVIDIA GeForce GTX 1080 Ti', 0.00001, 'CZ'],
      ['6/spot/bitcoin', 'NVIDIA GeForce GTX 1080 Ti', 0.000001, 'CZ'],
    ]);
  });

  it('sfcompute: a price that is a placeholder is refused', () => {
    const reading = readingOf(sfcompute, documented('sfcompute_v2_orderbook_fills.json'), SFC_FILLS);
    expect(reading.observations).toEqual([]);
    expect(reasonsOf(reading)).toEqual({ 'price.not_a_number': 1 });
  });

  it('sfcompute-book: the windows of a month', () => {
    const url = SFC_DEPTH.replace('/depth', '/windows');
    expect(linesOf(readingOf(sfcomputeBook, documented('sfcompute_v2_orderbook_windows.json'), url))).toEqual({
      'H100/window/1777507200/1778112000': 'H100 → H100-SXM-80 | 1.42 USD lot_hour | x8 |  |  | executable',
    });
  });

  it('mithril: no price at all is an error in words', () => {
    const reading = readingOf(mithril, documented('mithril_v2_pricing_current.json'), specimenOf(mithril).url);
    expect(reading.failure).toMatch(/^canary: the answer holds not one row/);
  });

  it('jarvislabs: numbers as text, a broken row alone refused', () => {
    const lines = linesOf(
      readingOf(jarvislabs, rawResponse('gpuhunt_tests/src__tests__providers__test_jarvislabs__L9.json') ?? ''),
    );
    expect(lines).toMatchObject({
      'india-noida-01/L4/vm/spot': 'L4 → L4-24 | 0.29 USD gpu_hour | xnull | INT | IN | listed',
      'europe-01/H100/any/on-demand': 'H100 → null | 2.99 USD gpu_hour | xnull | OD |  | listed',
    });
    const broken = rawResponse('gpuhunt_tests/src__tests__providers__test_jarvislabs__L204.json') ?? '';
    expect(readingOf(jarvislabs, broken).observations).toEqual([]);
  });

  it('aws-spot: the fields of the documented example are those that are read', () => {
    const [example] = JSON.parse(documented('aws_describe_spot_price_history.json')).SpotPriceHistory;
    const lower = Object.keys(example).map((name) => name[0]?.toLowerCase() + name.slice(1));
    for (const name of lower) expect(specimenOf(awsSpot).text).toContain(`<${name}>`);
  });
});
