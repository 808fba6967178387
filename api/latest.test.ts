import { expect, it } from 'vitest';
import { changeOf, finalityOf, latestOf, publishedValue } from '#api/latest';
import { record, sealed } from '#api/testing/records';

it.each([
  ['2.8134', '2.7100', '0.1034', '3.82'],
  ['2.7100', '2.8134', '-0.1034', '-3.68'],
  ['2.8134', '2.8134', '0.0000', '0.00'],
  // Half to even, once: 0.00005 and 0.00015.
  ['1.000050', '1.000000', '0.0000', '0.00'],
  ['1.000150', '1.000000', '0.0002', '0.02'],
  // Where floating point says 0.09999999999999987.
  ['2.1000', '2.0000', '0.1000', '5.00'],
  ['12345678.9012', '0.0001', '12345678.9011', '12345678901100.00'],
])('from %s against %s: %s, %s percent', (value, before, change, change_percent) => {
  expect(changeOf(value, before)).toEqual({ change, change_percent });
});

it('has no percent of nothing', () => {
  expect(changeOf('1.0000', '0.0000')).toEqual({ change: '1.0000', change_percent: null });
});

it('spells a value as its record does, whatever the ledger keeps', () => {
  const strike = new Date('2026-07-28T15:00:00.000Z');
  expect(publishedValue('2.800000', strike)).toBe('2.8000');
  expect(publishedValue(null, strike)).toBeNull();
  // A strike before the first rulebook is answered, not refused.
  expect(publishedValue('2.800000', new Date('2020-01-01T00:00:00.000Z'))).toBe('2.8000');
});

it('has no change where there was no value before', () => {
  const key = { keyId: 'key', publicKey: '', sign: () => 'signature' };
  const [row] = sealed([record({ series: 'CSI-H100-SXM-80', date: '2026-07-28' })], key);
  if (!row) throw new Error('no row');
  const strike = row.strike.getTime();
  expect(latestOf(row, null, row.strike)).toMatchObject({
    change: null,
    change_percent: null,
    finality: 'provisional',
  });
  expect(finalityOf(row.strike, new Date(strike + 86_399_999))).toBe('provisional');
  expect(finalityOf(row.strike, new Date(strike + 86_400_000))).toBe('final');
});
