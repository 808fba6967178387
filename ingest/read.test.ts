import { describe, expect, it } from 'vitest';
import { readSweep } from '#ingest/read';
import { vast } from '#ingest/sources/vast';
import { captureOf } from '#ingest/testing/captures';
import { vastPage } from '#ingest/testing/specimens';
import type { Capture } from '#store/observation';

type Offer = Record<string, unknown>;
const offers = JSON.parse(vastPage).offers as Offer[];
const page = (of: readonly Offer[], facts: Partial<Omit<Capture, 'body'>> = {}) =>
  captureOf(vast, JSON.stringify({ offers: of }), { last: false, ...facts });
const last = (of: readonly Offer[]) => page(of, { sequence: 1, last: true, fetched_at: '2026-08-03T12:00:01.000Z' });
const reasons = (captures: readonly Capture[]) => readSweep(vast, captures).quarantined.map((one) => one.reason);

describe('readSweep', () => {
  it('pages that overlap give every offer once, as it was first met', () => {
    const reading = readSweep(vast, [page(offers.slice(0, 3)), last(offers.slice(2))]);
    expect(reading.observations.map((one) => one.native_id)).toEqual([
      '1/on-demand',
      '2/on-demand',
      '3/on-demand',
      '4/bid',
    ]);
    expect(reading.observations[2]?.observed_at).toBe('2026-08-03T12:00:00.000Z');
    expect(reading.quarantined).toEqual([]);
    expect(reading.sweep).toMatchObject({ complete: true, observed_at: '2026-08-03T12:00:00.000Z' });
    expect(reading.outcomes.map((one) => one.observations)).toEqual([3, 1]);
  });

  it('an offer whose price moved between two pages keeps its first price, and the second is seen', () => {
    const moved = { ...offers[0], dph_base: 0.5 };
    const reading = readSweep(vast, [page(offers), last([moved])]);
    expect(reading.observations.find((one) => one.native_id === '1/on-demand')?.price).toBe('0.4');
    expect(reading.quarantined).toMatchObject([{ reason: 'duplicate.in_sweep', native_id: '1/on-demand' }]);
    expect(reading.outcomes.map((one) => one.quarantined)).toEqual([0, 1]);
  });

  it('a sweep that ends before its last page is not complete', () => {
    const reading = readSweep(vast, [page(offers)]);
    expect(reading.failure).toBeNull();
    expect(reading.sweep.complete).toBe(false);
  });

  it('pages that were read count where a later one failed, but nothing counts as withdrawn', () => {
    const reading = readSweep(vast, [page(offers), page([], { sequence: 1, status: 500, last: true })]);
    expect(reading.observations.length).toBe(4);
    expect(reading.failure).toBe('http.status: the source answered 500');
    expect(reading.sweep.complete).toBe(false);
  });

  it('one failed page does not silence the canary on the others', () => {
    const reshaped = offers.slice(1).map((offer) => ({ ...offer, is_bid: true }));
    const reading = readSweep(vast, [page([], { status: 500 }), last(reshaped)]);
    expect(reading.observations).toEqual([]);
    expect(reasons([page([], { status: 500 }), last(reshaped)])).toEqual(['http.status', 'canary']);
  });

  it('rows of which not one is admitted are a failure, and no empty book', () => {
    const free = offers.map((offer) => ({ ...offer, dph_base: 0 }));
    const reading = readSweep(vast, [last(free)]);
    expect(reading.failure).toBe('price.zero: a price of 0');
    expect(reading.sweep.complete).toBe(false);
    expect(reading.outcomes).toMatchObject([{ observations: 0, quarantined: 4 }]);
  });

  it('reading again gives the same quarantine ids', () => {
    const captures = [last([...offers, { id: 9 }])];
    const ids = () => readSweep(vast, captures).quarantined.map((one) => one.quarantine_id);
    expect(ids().length).toBe(1);
    expect(ids()).toEqual(ids());
  });

  it('needs a capture', () => {
    expect(() => readSweep(vast, [])).toThrow(RangeError);
  });
});
