import type { FixRecord } from '#index-engine/record';
import type { FixSeries } from '#methodology/series';

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
const percent = (share: string) => `${(Number(share) * 100).toFixed(0)}%`;

const words: Record<string, string> = {
  transaction: 'transactions',
  executable: 'executable',
  administered: 'administered',
  listed: 'listed',
};

/** How the value was held to the fix before, where that made it another than the day's estimate. */
function held({ anchor, value }: Omit<FixRecord, 'sentence'>): string {
  if (anchor === null || anchor.estimate === value) return '';
  return anchor.held === 'moved' || anchor.held === 'drawn'
    ? `; moved by ${plural(anchor.matched_providers, 'matched provider')} since the fix before, the day's estimate alone being ${anchor.estimate}`
    : `; held within ${percent(anchor.band)} of the day's estimate of ${anchor.estimate} and within the day's prices`;
}

/** The fix in one sentence that a person can read (IOSCO, principle 9). */
export function sentenceOf(record: Omit<FixRecord, 'sentence'>, series: FixSeries): string {
  const { counts, shares, value, level, date } = record;
  const [hour] = record.strike_local.slice(11).split(/[+-]/);
  const when = `at ${hour?.slice(0, 5)} ${record.time_zone.split('/').at(-1)?.replaceAll('_', ' ')} on ${date}`;
  const left = counts.excluded > 0 ? `; ${plural(counts.excluded, 'observation')} left out` : '';
  const who = `${plural(counts.providers, 'provider')} at ${plural(counts.venues, 'venue')}`;
  const name = `${record.simulated ? 'SIMULATED ' : ''}${series.name}`;
  if (value === null) return `${name}: no value ${when}, suspended: ${record.reason}${left}.`;
  const price = `${name}: ${value} USD per GPU-hour ${when}`;
  if (level === 6)
    return `${price}, carried forward from the strike before (${plural(record.carried_strikes, 'strike')} in a row): ${record.reason}.`;
  if (level === 5)
    return `${price}, the fix of the strike before moved by the prices of providers present at both: ${record.reason}${left}.`;
  const mix = Object.entries(shares.evidence)
    .map(([kind, share]) => `${percent(share)} ${words[kind]}`)
    .join(', ');
  return `${price}, from ${plural(counts.included, 'observation')} of ${who} (level ${level}: ${mix})${held(record)}${left}.`;
}
