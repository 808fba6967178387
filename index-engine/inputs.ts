import { type Facts, type Kind, type Lines, placesOfKinds, secondsOf } from '#index-engine/facts';
import type { FixRecord } from '#index-engine/record';
import { byText } from '#methodology/canonical';
import type { Rulebook } from '#methodology/rulebook';
import type { FixSeries } from '#methodology/series';
import type { Strike } from '#methodology/strike';
import type { Cancellation } from '#store/clickhouse/cancellations';
import type { ExchangeRate, Observation, Sweep, Withdrawal } from '#store/observation';

/** Everything a fix is computed from: nothing dated or learned at or after the strike may bear on it. */
export interface FixInputs {
  observations: readonly Observation[];
  sweeps: readonly Sweep[];
  rates: readonly ExchangeRate[];
  withdrawals: readonly Withdrawal[];
  cancellations: readonly Cancellation[];
}

/** What is known beside the inputs. */
export interface FixContext {
  series: FixSeries;
  strike: Strike;
  /** The series' last published fix before this strike and its hash, or null at the start of the series. */
  previous: { record: FixRecord; hash: string } | null;
  /** Hash of the newest record of the series' chain, where that is not `previous`. */
  head?: string;
  /** Of a restatement: its revision, the record that it stands beside, and the instant before which facts were learned that count. */
  restates?: { revision: number; hash: string; knownAt: Date };
}

/**
 * The instant before which a fact must have been learned to bear on a fix, RFC 3339: its strike, or when it was looked at again. Nothing
 * dated at or after the strike ever bears on it.
 */
export const learnedBefore = ({ strike, restates }: Pick<FixContext, 'strike' | 'restates'>): string =>
  (restates?.knownAt ?? strike.instant).toISOString();

/** How far back the inputs of a fix reach. */
export interface Horizon {
  /** Observations from here on may still stand in the window, or be named as stale. */
  recentFrom: Date;
  /** Older ones count as history of their line, back to here; of a change point that still holds, as long before it. */
  historyFrom: Date;
  /** At most so many of a line. */
  historyObservations: number;
}

/** How far back the inputs of a fix at `strike` reach, under a rulebook. */
export function horizonOf(strike: Date, { window, staleness_seconds, screens }: Rulebook): Horizon {
  const longest = Math.max(staleness_seconds.executable, staleness_seconds.administered, staleness_seconds.listed);
  const recentFrom = strike.getTime() - window.hours * 3_600_000 - (longest + staleness_seconds.reported_for) * 1000;
  return {
    recentFrom: new Date(recentFrom),
    historyFrom: new Date(recentFrom - screens.own_history.lookback_days * 86_400_000),
    historyObservations: screens.own_history.observations,
  };
}

/** Whether a fact says that its capacity stands in a series' region: the global one takes what does not say. */
export const isOfRegion = ({ region }: Pick<Observation, 'region'>, series: FixSeries) =>
  series.region === 'GLOBAL' || region === series.region;

/** Whether a standing price of a kind bears on a series. A print is not one: see selectPrints. */
function isOfSeries({ hardwareClass, tenor, region, venueType, evidence }: Kind, series: FixSeries): boolean {
  return (
    hardwareClass === series.hardwareClass &&
    evidence !== 'transaction' &&
    (tenor === series.tenor || tenor === null) &&
    series.segment.includes(venueType) &&
    isOfRegion({ region }, series) &&
    (series.evidence === null || series.evidence.includes(evidence))
  );
}

/**
 * The observations that bear on a series, in the one order that everything downstream uses: its class, its segment, its tenor or none
 * stated; what may stand in the window, and the history of those lines as far as the screens look. Whatever else the caller passes,
 * later facts among it, is dropped here: the fix and its evidence do not depend on how inputs were fetched.
 * @param all everything that was fetched, in the order of its lines
 */
export function selectStanding(all: Lines, rulebook: Rulebook, context: FixContext): Lines {
  const { series, strike } = context;
  const learned = learnedBefore(context);
  const learnedSecond = secondsOf(learned);
  // Strikes and how far they look back are whole seconds.
  const strikeSecond = strike.instant.getTime() / 1000;
  const horizon = horizonOf(strike.instant, rulebook);
  const recentFrom = horizon.recentFrom.getTime() / 1000;
  const historyFrom = horizon.historyFrom.getTime() / 1000;
  const bears = placesOfKinds();
  const facts = new Array<Facts>(all.facts.length);
  const lineOf = new Array<number>(all.facts.length);
  let count = 0;
  for (let index = 0; index < all.facts.length; index += 1) {
    const one = all.facts[index] as Facts;
    const { kind, event } = one;
    if (bears[kind.number] === -1) bears[kind.number] = isOfSeries(kind, series) ? 1 : 0;
    if (bears[kind.number] === 0 || event >= strikeSecond || (event < historyFrom && !kind.isChangePoint)) continue;
    if (one.learned > learnedSecond) continue;
    if (one.learned === learnedSecond && one.observation.observed_at >= learned) continue;
    const line = all.lineOf[index] as number;
    // A fact given twice is one fact, of one line and time: the reading learned first, which sorts first.
    if (count > 0 && line === lineOf[count - 1] && idOf(one) === idOf(facts[count - 1] as Facts)) continue;
    facts[count] = one;
    lineOf[count] = line;
    count += 1;
  }
  facts.length = count;
  lineOf.length = count;
  return withinLines(facts, lineOf, recentFrom, horizon);
}

const idOf = ({ observation }: Facts) => observation.observation_id;

/** Of each line what may stand in the window, from `recentFrom` on in whole seconds, and what the screens look back to from there. */
function withinLines(facts: Facts[], lineOf: number[], recentFrom: number, horizon: Horizon): Lines {
  const lookback = horizon.recentFrom.getTime() - horizon.historyFrom.getTime();
  // What stays moves up into the place of what does not.
  let count = 0;
  for (let from = 0, to = 0; from < facts.length; from = to) {
    const line = lineOf[from];
    let recent = -1;
    for (to = from; to < facts.length && lineOf[to] === line; to += 1)
      if (recent < 0 && (facts[to] as Facts).event >= recentFrom) recent = to;
    // A line's last change point may still hold, however old it is.
    const holds = (facts[to - 1] as Facts).kind.isChangePoint;
    if (recent < 0 && !holds) continue;
    const first = holds ? Math.max(from, (recent < 0 ? to : recent) - 1) : recent;
    let start = Math.max(from, first - horizon.historyObservations);
    if (start < first) {
      // What the screens look back to from the first that may stand: without it every strike would read all that a line ever was.
      const oldest = new Date(Date.parse((facts[first] as Facts).observation.event_at) - lookback).toISOString();
      while ((facts[start] as Facts).observation.event_at < oldest) start += 1;
    }
    for (let at = start; at < to; at += 1) {
      facts[count] = facts[at] as Facts;
      lineOf[count] = line as number;
      count += 1;
    }
  }
  facts.length = count;
  lineOf.length = count;
  return { facts, lineOf };
}

/** A trade is one by its venue and its id there, whoever reports it. */
export const tradeKey = ({ venue, trade }: Pick<Observation, 'venue' | 'trade'>) => `${venue}\n${trade?.id ?? ''}`;

/**
 * The transactions that bear on a series, each fact once, in one order: every report of every trade that anybody ever told to be of its
 * class, so that a correction to another class is seen in both. A report counts while any version of it is recent.
 */
export function selectPrints(all: Lines, rulebook: Rulebook, context: FixContext): Facts[] {
  const { series, strike } = context;
  const before = strike.instant.toISOString();
  const learned = learnedBefore(context);
  const horizon = horizonOf(strike.instant, rulebook);
  const recentFrom = horizon.recentFrom.toISOString();
  const historyFrom = horizon.historyFrom.toISOString();
  const known = all.facts.filter(
    ({ kind, observation: one }) =>
      kind.evidence === 'transaction' &&
      one.trade !== null &&
      one.event_at >= historyFrom &&
      one.event_at < before &&
      one.observed_at < learned,
  );
  const recent = new Set(known.flatMap(({ line, observation }) => (observation.event_at >= recentFrom ? [line] : [])));
  const told = new Set(
    known.flatMap(({ kind, observation }) =>
      kind.hardwareClass === series.hardwareClass ? [tradeKey(observation)] : [],
    ),
  );
  const facts = new Map<string, Facts>();
  for (const one of known) {
    const { observation_id: id, observed_at } = one.observation;
    if (!recent.has(one.line) || !told.has(tradeKey(one.observation))) continue;
    const held = facts.get(id);
    if (!held || observed_at < held.observation.observed_at) facts.set(id, one);
  }
  return [...facts.values()].sort(
    ({ observation: a }, { observation: b }) =>
      byText(tradeKey(a), tradeKey(b)) || byText(a.observation_id, b.observation_id),
  );
}
