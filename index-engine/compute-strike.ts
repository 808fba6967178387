import { type ComputedFix, computeFix } from '#index-engine/fix';
import { type FixContext, type FixInputs, horizonOf, tradeKey } from '#index-engine/inputs';
import type { FixRecord } from '#index-engine/record';
import type { LoadedRulebook } from '#methodology/rulebook';
import { type Series, seriesCatalogue } from '#methodology/series';
import { addDays, type Strike, strikeOn } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';
import { type InputsWindow, readInputs } from '#store/clickhouse/observations';
import type { LedgerFix } from '#store/ledger/fixes';

/** A series' last fix, as the next one's context needs it. */
export type PreviousFix = NonNullable<FixContext['previous']>;

/** What the next fix needs to know of a published one. */
export function previousOf(row: LedgerFix): PreviousFix {
  return { record: JSON.parse(row.canonical) as FixRecord, hash: row.hash };
}

/** A place with a strike of its own. */
export type Region = keyof LoadedRulebook['rulebook']['strikes'];
/** What is struck together: the daily series of a region, or the hourly ones. */
export type Schedule = Region | 'HOURLY';

/** The schedule that strikes a series. */
export const scheduleOf = ({ cadence, region }: Pick<Series, 'cadence' | 'region'>): Schedule =>
  cadence === 'hourly' ? 'HOURLY' : region;

/** The strike of a region on a calendar date under a rulebook. */
export function strikeFor(region: Region, date: string, { rulebook }: LoadedRulebook): Strike {
  const place = rulebook.strikes[region];
  return strikeOn(date, place.time, place.time_zone);
}

/** The global strike of a calendar date under a rulebook. */
export const globalStrike = (date: string, loaded: LoadedRulebook): Strike => strikeFor('GLOBAL', date, loaded);

/** The full hours of a calendar date in UTC. */
function hoursOf(date: string): Strike[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const time = `${String(hour).padStart(2, '0')}:00`;
    return strikeOn(date, time, 'UTC');
  });
}

/** The strike of one series that has the given instant, e.g. "2026-07-28T15:00:00.000Z"; null where it is not struck then. */
export function strikeAt(
  series: Pick<Series, 'cadence' | 'region'>,
  instant: Date,
  loaded: LoadedRulebook,
): Strike | null {
  const day = instant.toISOString().slice(0, 10);
  const dates = [addDays(day, -1), day, addDays(day, 1)];
  const strikes =
    series.cadence === 'hourly' ? hoursOf(day) : dates.map((date) => strikeFor(series.region, date, loaded));
  return strikes.find((one) => one.instant.getTime() === instant.getTime()) ?? null;
}

/** The strikes of a calendar date in order of time: what strikes at one time in one place does so together. */
export function strikesOf(date: string, loaded: LoadedRulebook): { strike: Strike; schedules: Schedule[] }[] {
  const byPlace = new Map<string, { strike: Strike; schedules: Schedule[] }>();
  for (const region of Object.keys(loaded.rulebook.strikes) as Region[]) {
    const strike = strikeFor(region, date, loaded);
    const known = byPlace.get(strike.local + strike.timeZone);
    if (known) known.schedules.push(region);
    else byPlace.set(strike.local + strike.timeZone, { strike, schedules: [region] });
  }
  const isHourly = loaded.rulebook.series.families.some(({ cadence }) => cadence === 'hourly');
  const hourly = isHourly ? hoursOf(date).map((strike) => ({ strike, schedules: ['HOURLY' as const] })) : [];
  return [...byPlace.values(), ...hourly].sort((a, b) => a.strike.instant.getTime() - b.strike.instant.getTime());
}

/** Which facts the fixes of a strike may need. */
export function windowOf(strike: Strike, { rulebook }: LoadedRulebook): InputsWindow {
  const { recentFrom, historyFrom, historyObservations } = horizonOf(strike.instant, rulebook);
  return { strike: strike.instant, from: recentFrom, since: historyFrom, history: historyObservations };
}

/** Everything stored that can bear on the fixes of a strike. */
export async function inputsOf(
  store: ClickHouse,
  strike: Strike,
  loaded: LoadedRulebook,
  hardwareClasses?: string[],
): Promise<FixInputs> {
  return readInputs(store, { ...windowOf(strike, loaded), ...(hardwareClasses ? { hardwareClasses } : {}) });
}

/** Whether a fix may be the first of its series. */
function mayBegin(series: Series, { record, inputs }: ComputedFix, loaded: LoadedRulebook): boolean {
  if (series.begins === 'input') return inputs.length > 0;
  if (record.value === null) return false;
  return (
    series.begins === 'value' || strikeAt({ ...series, cadence: 'daily' }, new Date(record.strike), loaded) !== null
  );
}

/**
 * Computes every series of some schedules at their strike: those with input, and those that have been published before. Pure but for its inputs.
 * @param previous each series' last fix before the strike
 * @param chain what else each fix's context says: the newest of its chain where that is another, or what it restates
 */
export function computeStrike(
  inputs: FixInputs,
  loaded: LoadedRulebook,
  strike: Strike,
  previous: ReadonlyMap<string, PreviousFix>,
  schedules: readonly Schedule[],
  chain: ReadonlyMap<string, Pick<FixContext, 'head' | 'restates'>> = new Map(),
): ComputedFix[] {
  const byClass = new Map<string, FixInputs['observations'][number][]>();
  const put = (hardwareClass: string, observation: FixInputs['observations'][number]) => {
    const list = byClass.get(hardwareClass);
    if (list) list.push(observation);
    else byClass.set(hardwareClass, [observation]);
  };
  // A trade may be told to be of two classes, one corrected to the other: each sees all that was told.
  const told = new Map<string, Set<string>>();
  for (const observation of inputs.observations) {
    if (observation.trade === null) continue;
    const classes = told.get(tradeKey(observation)) ?? new Set();
    told.set(tradeKey(observation), classes.add(observation.hardware_class ?? ''));
  }
  for (const observation of inputs.observations) {
    const classes = observation.trade === null ? [observation.hardware_class ?? ''] : told.get(tradeKey(observation));
    for (const hardwareClass of classes ?? []) put(hardwareClass, observation);
  }
  return seriesCatalogue(loaded.rulebook).flatMap((series) => {
    if (!schedules.includes(scheduleOf(series))) return [];
    const observations = byClass.get(series.hardwareClass) ?? [];
    const before = previous.get(series.id) ?? null;
    if (observations.length === 0 && before === null) return [];
    const fix = computeFix({ ...inputs, observations }, loaded, {
      series,
      strike,
      previous: before,
      ...chain.get(series.id),
    });
    // Once begun, every strike has a fix, if only to say that it is suspended.
    return before !== null || mayBegin(series, fix, loaded) ? [fix] : [];
  });
}
