import { describe, expect, it } from 'vitest';
import { readSweep, type SweepReading } from '#ingest/read';
import { akash } from '#ingest/sources/akash';
import { gcp } from '#ingest/sources/gcp';
import { sweepOf } from '#ingest/testing/captures';
import { linesOf, readingOfSpecimen, reasonsOf } from '#ingest/testing/lines';
import type { Row, Specimen } from '#ingest/testing/shapes';
import { akashBids, akashBlocks, lease, noBids, noLeases } from '#ingest/testing/trades';
import { venues } from '#ingest/testing/venues';

const specimensOf = (source: Specimen['source']) => venues.filter((one) => one.source === source);

describe('akash', () => {
  const [onLeases] = specimensOf(akash) as [Specimen];
  const active = { state: 'active', closed_on: '0' };
  const page = (leases: readonly Row[], next: string | null = null) =>
    JSON.stringify({ leases, pagination: { next_key: next, total: '0' } });
  const readLeases = (leases: readonly Row[], changes: Partial<Specimen> = {}): SweepReading =>
    readSweep(akash, sweepOf({ ...onLeases, ...changes }, page(leases)));

  it('asks for three blocks, then bids, then leases', () => {
    const urls = sweepOf(onLeases, onLeases.text).map(({ url }) => url.replace('https://api.akashnet.net/', ''));
    expect(urls.slice(0, 3)).toEqual([
      'cosmos/base/tendermint/v1beta1/blocks/latest',
      'cosmos/base/tendermint/v1beta1/blocks/24000000',
      'cosmos/base/tendermint/v1beta1/blocks/23990000#earlier',
    ]);
    expect(
      urls.slice(3).map((url) => /v1beta5\/(.*)\/list\?filters.state=(\w+)/.exec(url)?.slice(1).join(' ')),
    ).toEqual([...['bids active', 'bids closed', 'leases closed', 'leases active']]);
  });

  it('prices a lease per hour by the measured block, with what its bid holds', () => {
    const reading = readingOfSpecimen(onLeases);
    // 3,000 millionths a block of 6 s are 1.8 an hour.
    expect(linesOf(reading)).toEqual({
      'akash1owner/1/1/1/akash1provider/0': 'h100 sxm → H100-SXM-80 | 1.8 ACT lot_hour | x1 | OD |  | transaction',
      'akash1owner/2/1/1/akash1provider/0': 'a100 sxm → A100-SXM-80 | 1.5003 ACT lot_hour | x2 | OD |  | transaction',
      'akash1owner/3/1/1/akash1provider/0': 'rtx4090 → RTX4090-24 | 0.24 ACT lot_hour | x1 | OD |  | transaction',
    });
    expect(reading.observations[0]).toMatchObject({
      event_at: '2026-08-03T10:59:00.000Z',
      attributes: { block_ms: '6000.000000', price_per_block: '3000' },
      trade: { id: 'akash1owner/1/1/1/akash1provider/0', gpu_hours: null },
    });
    // The page of the lease is the capture to walk back to; its sweep leads to the bids.
    const pages = sweepOf(onLeases, onLeases.text);
    expect(reading.observations[0]?.capture_id).toBe(pages.at(-1)?.capture_id);
    expect(new Set(pages.map((one) => one.sweep_id))).toEqual(new Set([reading.observations[0]?.sweep_id]));
  });

  it('a lease that ended has its volume: two GPUs for 600 blocks of 6 s are two GPU-hours', () => {
    const closed = lease('2', '2500.5', { state: 'closed', closed_on: '24000600' });
    expect(readLeases([closed]).observations[0]?.trade?.gpu_hours).toBe('2.000000');
    const reversed = lease('2', '2500.5', { state: 'closed', closed_on: '23999999' });
    expect(reasonsOf(readLeases([reversed]))).toEqual({ canary: 1, 'event.reversed': 1 });
  });

  it('another length of a block is another price', () => {
    const slower = JSON.stringify({ block: { header: { height: '23990000', time: '2026-08-02T15:32:20Z' } } });
    const before = [...(onLeases.before ?? [])].map((text, index) => (index === 2 ? slower : text));
    const [first] = readLeases([lease('1', '3000', active)], { before }).observations;
    // 70,000 s over 10,000 blocks: 7 s each.
    expect(first?.attributes.block_ms).toBe('7000.000000');
    expect(first?.price).toBe('1.542857142857142857');
    // Reckoned forward at that pace, the newest block would lie ahead of its own time.
    const newest = lease('1', '3000', { ...active, created_at: '24000600' });
    expect(readLeases([newest], { before }).observations[0]?.event_at).toBe('2026-08-03T11:59:00.123Z');
  });

  it('the newest block moves, the measured ones stay: the same fact until the next round height', () => {
    const later = JSON.stringify({ block: { header: { height: '24009999', time: '2026-08-04T03:38:54Z' } } });
    const before = [later, ...(onLeases.before ?? []).slice(1)];
    const ids = (reading: SweepReading) => reading.observations.map((one) => one.observation_id);
    const again = readSweep(
      akash,
      sweepOf({ ...onLeases, before }, onLeases.text).map((one) => ({
        ...one,
        fetched_at: '2026-08-04T03:39:00.000Z',
      })),
    );
    expect(ids(again)).toEqual(ids(readingOfSpecimen(onLeases)));
  });

  it.each<[string, Row, Record<string, number>]>([
    ['no bid', lease('9', '3000', active), { 'join.incomplete': 1 }],
    ['another price than its bid', lease('1', '3001', active), { 'join.conflict': 1 }],
    [
      'another denomination than its bid',
      lease('1', '3000', { ...active, price: { denom: 'uakt', amount: '3000' } }),
      { 'join.conflict': 1 },
    ],
    ['an opening long ago', lease('1', '3000', { ...active, created_at: '23889999' }), { 'event.out_of_reach': 1 }],
    ['a price that is none', lease('1', '-3', active), { 'price.not_a_number': 1 }],
    ['another shape', { lease: { id: {} } }, { 'row.shape': 1 }],
  ])('a lease with %s is refused, and the others stand', (_name, odd, reasons) => {
    const reading = readLeases([odd, lease('2', '2500.5', active)]);
    expect(reasonsOf(reading)).toEqual(reasons);
    expect(reading.observations.map((one) => one.label)).toEqual(['a100 sxm']);
    expect(reading.failure).toBeNull();
  });

  it('tokens without a price are refused, once a page with their number', () => {
    const bids = JSON.parse(akashBids) as { bids: { bid: { price: { denom: string } } }[] };
    for (const { bid } of bids.bids.slice(0, 2)) bid.price.denom = 'uakt';
    const before = [...akashBlocks, JSON.stringify(bids), noBids, noLeases];
    const inTokens = (dseq: string, amount: string) =>
      lease(dseq, amount, { ...active, price: { denom: 'uakt', amount } });
    const reading = readLeases([inTokens('1', '3000'), inTokens('2', '2500.5'), lease('3', '400', active)], { before });
    expect(reading.quarantined).toMatchObject([
      {
        reason: 'currency.no_price',
        detail: '2 leases of this page: paid in uakt, whose price is not known here',
        native_id: 'akash1owner/1/1/1/akash1provider/0',
      },
    ]);
    expect(reading.observations.map((one) => one.label)).toEqual(['rtx4090']);
  });

  it('several models in one lease have no price per GPU, and no accelerator is no row', () => {
    const bids = JSON.parse(akashBids) as {
      bids: { bid: { resources_offer: { resources: { gpu: Row | null } }[] } }[];
    };
    const other = structuredClone(bids.bids[1]?.bid.resources_offer[0]);
    if (other) bids.bids[0]?.bid.resources_offer.push(other);
    const bare = bids.bids[1]?.bid.resources_offer[0];
    if (bare) bare.resources.gpu = { units: { val: '0' }, attributes: [] };
    const reading = readSweep(
      akash,
      sweepOf({ ...onLeases, before: [...akashBlocks, JSON.stringify(bids), noBids, noLeases] }, onLeases.text),
    );
    expect(reasonsOf(reading)).toEqual({ 'hardware.mixed': 1 });
    expect(reading.observations.map((one) => one.label)).toEqual(['rtx4090']);
  });

  it('without its blocks a sweep prices nothing', () => {
    const pages = sweepOf(onLeases, onLeases.text).filter(({ url }) => !url.endsWith('#earlier'));
    const reading = readSweep(akash, pages);
    expect(reading.observations).toEqual([]);
    expect(reasonsOf(reading)).toMatchObject({ 'join.incomplete': 2 });
    expect(reading.failure).toMatch(/^canary/);
  });

  it('blocks that measure no time refuse the sweep whole', () => {
    const backwards = JSON.stringify({ block: { header: { height: '23990000', time: '2026-08-03T10:59:00Z' } } });
    const before = (onLeases.before ?? []).map((text, index) => (index === 2 ? backwards : text));
    const reading = readLeases([lease('1', '3000', active)], { before });
    expect(reading.failure).toBe('join.failed: blocks 23990000 and 24000000 measure no time');
    expect(reading.observations).toEqual([]);
    expect(reading.sweep.complete).toBe(false);
  });

  it('of what was closed two pages are a sample, and never complete', () => {
    const more = (key: string) => page([lease('3', '400', { state: 'closed', closed_on: '24000500' })], key);
    const before = [...akashBlocks, akashBids, noBids, more('a'), more('b')];
    const pages = sweepOf({ ...onLeases, before }, onLeases.text);
    expect(pages.map(({ url }) => /pagination.key=(\w+)/.exec(url)?.[1] ?? '').join('')).toBe('a');
    expect(pages.at(-1)?.url).toContain('state=active');
    expect(readSweep(akash, pages).sweep.complete).toBe(false);
    expect(readingOfSpecimen(onLeases).sweep.complete).toBe(true);
  });
});

describe('gcp', () => {
  const [whole, split] = specimensOf(gcp) as [Specimen, Specimen];

  it('a machine is its parts', () => {
    // 2.933908 + 12 x 0.031611 + 85 x 0.004237
    expect(linesOf(readingOfSpecimen(whole))['us-central1/a2-highgpu-1g/OD']).toBe(
      'A100 SXM4 → A100-SXM-40 | 3.673385 USD lot_hour | x1 | OD | US | listed',
    );
  });

  it('on however many pages they stand, and belongs to the page of its GPU', () => {
    const reading = readingOfSpecimen(split);
    expect(linesOf(reading)).toEqual(linesOf(readingOfSpecimen(whole)));
    const [first, second] = sweepOf(split, split.text);
    expect(second?.url).toMatch(/pageToken=page-2$/);
    expect(new Set(reading.observations.map((one) => one.capture_id))).toEqual(new Set([first?.capture_id]));
    expect(reading.outcomes.map((one) => one.observations)).toEqual([reading.observations.length, 0]);
    expect(reading.sweep.complete).toBe(true);
  });

  it('a part on no page is no part for nothing', () => {
    const [first] = sweepOf(split, split.text);
    const reading = readSweep(gcp, [first!]);
    expect(reading.observations).toEqual([]);
    expect(new Set(reading.quarantined.map((one) => one.reason))).toEqual(new Set(['canary', 'join.incomplete']));
    expect(reading.sweep.complete).toBe(false);
  });

  it('a part priced twice has no price, in whatever order the pages come', () => {
    const other = split.text.replace('4237000', '9999000').replaceAll('A2InstanceRam', 'Other');
    const [first, second] = sweepOf(split, split.text);
    const [, third] = sweepOf(split, other);
    for (const pages of [
      [first!, second!, third!],
      [third!, first!, second!],
    ]) {
      const reading = readSweep(gcp, pages);
      expect(reading.observations).toEqual([]);
      expect(reasonsOf(reading)['join.conflict']).toBe(2);
    }
  });

  it('currencies are not added up', () => {
    const reading = readingOfSpecimen(split, split.text.replaceAll('USD', 'EUR'));
    expect(reading.observations).toEqual([]);
    expect(reasonsOf(reading)['join.conflict']).toBeGreaterThan(0);
  });
});
