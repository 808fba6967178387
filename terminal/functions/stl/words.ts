import type { Band, SettlementStamp, SettlementSummary } from '#api/types';

/** A band in a word or two, and the light that goes with it. */
export const BANDS: Record<Band, { words: string; light: string }> = {
  settles: { words: 'settles', light: 'fresh' },
  review: { words: 'needs review', light: 'late' },
  determination: { words: 'determination', light: 'failing' },
};

/** Between what a month comes to at the lowest and the highest; null where nothing is assumed. */
export function rangeWords(range: SettlementSummary['range']): string | null {
  return range && `${range.low.price} – ${range.high.price}`;
}

/** A run of fixes of the month that read alike: one row of the table. */
export interface Run {
  first: SettlementStamp;
  last: SettlementStamp;
  count: number;
}

const read = ({ state, reason, fix, fill }: SettlementStamp) =>
  JSON.stringify([state, reason, fix?.value, fix?.level, fill]);

/** Fixes one by one, or those that read alike together: an hourly month has some seven hundred. */
export function runsOf(stamps: readonly SettlementStamp[], together: boolean): Run[] {
  const runs: Run[] = [];
  for (const stamp of stamps) {
    const run = runs.at(-1);
    if (together && run && read(run.last) === read(stamp)) {
      run.last = stamp;
      run.count += 1;
    } else runs.push({ first: stamp, last: stamp, count: 1 });
  }
  return runs;
}

/** A month some months later, as text. */
export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const at = year * 12 + number - 1 + months;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}

/** An exact ratio such as "56037/20000" in decimals, for reading: six places, rounded down. */
export function ratioWords(ratio: string): string {
  const [top = '0', bottom = '1'] = ratio.split('/');
  const scaled = ((BigInt(top) * 1_000_000n) / BigInt(bottom)).toString().padStart(7, '0');
  return `${scaled.slice(0, -6)}.${scaled.slice(-6)}`;
}
