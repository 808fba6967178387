import { expect, it } from 'vitest';
import { computeStrike, type PreviousFix, strikesOf } from '#index-engine/compute-strike';
import { headline, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalHash } from '#methodology/canonical';

const market = inputsOf(...panel('2', '2.5', '3', '3.5', '4'), quote({ provider: 'vast/1', price: '3' }));
const struck = strikesOf('2026-07-28', rulebookV1);
const twin = `${headline.id}.H`;

/** The fix of a series at a full hour in UTC. */
function fixAt(hour: number, series: string, previous: ReadonlyMap<string, PreviousFix> = new Map()) {
  const instant = `2026-07-28T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return struck
    .filter(({ strike }) => strike.instant.toISOString() === instant)
    .flatMap(({ strike, schedules }) => computeStrike(market, rulebookV1, strike, previous, schedules))
    .find(({ record }) => record.series === series)?.record;
}

it('an hourly series begins at the daily strike, on the value of the daily one, and goes on every hour', () => {
  // 16:00 in London is 15:00 in UTC.
  const daily = fixAt(15, headline.id);
  expect(daily?.value).toBe('3.0000');
  for (const hour of [13, 14, 16]) expect(fixAt(hour, twin)).toBeUndefined();
  const first = fixAt(15, twin);
  expect(first?.value).toBe(daily?.value);
  if (!first) throw new Error('no first fix');
  const begun = new Map([[twin, { record: first, hash: canonicalHash(first) }]]);
  expect(fixAt(16, twin, begun)).toMatchObject({ value: '3.0000', previous_hash: canonicalHash(first) });
});

it('a series that begins with any input is there from the first, if only to say that it is suspended', () => {
  const { observations } = inputsOf(...panel('2', '3'));
  const fixes = struck.flatMap(({ strike, schedules }) =>
    computeStrike({ ...market, observations }, rulebookV1, strike, new Map(), schedules),
  );
  expect(fixes.map(({ record }) => [record.series, record.status])).toEqual([[headline.id, 'suspended']]);
});
