import { expect, it } from 'vitest';
import type { NoticeRow } from '#api/types';
import { KINDS, kindOf, kindWords, placeOf } from './words';

const notice = (facts: Partial<NoticeRow>): NoticeRow => ({
  id: 1,
  at: '2026-07-28T15:20:00.000Z',
  kind: 'restatement',
  subject: 'CSI-H100-SXM-80',
  text: 'CSI-H100-SXM-80 of 2026-07-28T15:00Z is restated as revision 1',
  ...facts,
});

it('a notice leads to the fix it is of', () => {
  const fix = { fn: 'FIX', series: 'CSI-H100-SXM-80', date: '2026-07-28T15:00:00.000Z' };
  expect(placeOf(notice({}))).toEqual(fix);
  const text = 'CSI-H100-SXM-80 is suspended at 2026-07-28T15:00Z: 3 providers, 5 needed';
  expect(placeOf(notice({ kind: 'suspension', text }))).toEqual(fix);
  expect(placeOf(notice({ text: 'no strike in it' }))).toEqual({ ...fix, date: null });
});

it('a notice of a source leads to the source, and one of neither nowhere', () => {
  expect(placeOf(notice({ kind: 'source_silent', subject: 'runpod' }))).toEqual({ fn: 'SRC', source: 'runpod' });
  expect(placeOf(notice({ kind: 'disruption', subject: 'publication' }))).toBeNull();
});

it('kinds are named once, and an address names one in any case', () => {
  expect(new Set(KINDS.map(([kind]) => kind)).size).toBe(KINDS.length);
  expect(kindOf('LATE')).toBe('late');
  expect(kindOf('nothing')).toBeNull();
  expect(kindWords('something_new')).toBe('something new');
});
