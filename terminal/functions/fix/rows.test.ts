import { expect, it } from 'vitest';
import type { Constituent } from '#api/types';
import { arrangeConstituents, largestWeight } from './rows';

const constituent = (id: string, over: Partial<Constituent>): Constituent => ({
  observation_id: id,
  source: 's',
  provider: id,
  venue: 'v',
  evidence: 'executable',
  event_at: '',
  observed_at: '',
  stood_seconds: 0,
  gpus: 2,
  price: '1',
  currency: 'USD',
  price_basis: '',
  normalised_price: '1',
  weight: '0',
  included: true,
  reason: null,
  detail: null,
  capture_id: '',
  capture_sha256: '',
  native_id: '',
  label: '',
  attributes: {},
  ...over,
});
const all = [
  constituent('a', { weight: '0.05', gpus: 10 }),
  constituent('b', { weight: '0.2', gpus: 9 }),
  constituent('c', { included: false, reason: 'grade.lot_size', normalised_price: null, gpus: null }),
  constituent('d', { weight: '0.1' }),
];
const ids = (...args: Parameters<typeof arrangeConstituents>) =>
  arrangeConstituents(...args)
    .map(({ provider }) => provider)
    .join('');

it('sorts weights as decimals and counts as numbers', () => {
  expect(ids(all, 'all', { column: 'weight', descending: true })).toBe('bdac');
  expect(ids(all, 'all', { column: 'gpus', descending: false })).toBe('dbac');
});

it('puts what has nothing in the column last, in either direction', () => {
  expect(ids(all, 'all', { column: 'normalised_price', descending: true }).at(-1)).toBe('c');
  expect(ids(all, 'all', { column: 'normalised_price', descending: false }).at(-1)).toBe('c');
});

it('shows what was included, what was not, or both', () => {
  expect(ids(all, 'excluded', { column: 'weight', descending: true })).toBe('c');
  expect(ids(all, 'included', { column: 'provider', descending: false })).toBe('abd');
  expect(largestWeight(all)).toBe(0.2);
});
