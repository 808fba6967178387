import type { FixRecord } from '#index-engine/record';
import { byText } from '#methodology/canonical';
import type { Rulebook } from '#methodology/rulebook';
import type { FixSeries } from '#methodology/series';
import type { Strike } from '#methodology/strike';
import type { Cancellation } from '#store/clickhouse/cancellations';
import { byLine, type ExchangeRate, type Observation, type Sweep, type Withdrawal } from '#store/observation';

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

/** Whether an observation is a change point: it holds until the next one of its line, as long as somebody keeps looking. */
export function isChangePoint({ attributes }: Observation): boolean {
  return attributes.change_point === true;
}

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
export const isOfRegion = ({ region }: Observation, series: FixSeries) =>
  series.region === 'GLOBAL' || region === series.region;

/**
 * The observations that bear on a series, in the one order that everything downstream uses: its class, its segment, its tenor or none
 * stated; what may stand in the window, and the history of those lines as far as the screens look. Whatever else the caller passes,
 * later facts among it, is dropped here: the fix and its evidence do not depend on how inputs were fetched.
 */
export function selectObservations(inputs: FixInputs, rulebook: Rulebook, context: FixContext): Observation[] {
  const { series, strike } = context;
  const before = strike.instant.toISOString();
  const learned = learnedBefore(context);
  const horizon = horizonOf(strike.instant, rulebook);
  const recentFrom = horizon.recentFrom.toISOString();
  const historyFrom = horizon.historyFrom.toISOString();
  const lookback = horizon.recentFrom.getTime() - horizon.historyFrom.getTime();
  const relevant: Observation[] = [];
  for (const one of inputs.observations) {
    const isRelevant =
      one.hardware_class === series.hardwareClass &&
      // A print is not a standing price: see selectPrints.
      one.evidence !== 'transaction' &&
      (one.tenor === series.tenor || one.tenor === null) &&
      series.segment.includes(one.venue_type) &&
      isOfRegion(one, series) &&
      (series.evidence === null || series.evidence.includes(one.evidence)) &&
      (one.event_at >= historyFrom || isChangePoint(one)) &&
      one.event_at < before &&
      one.observed_at < learned;
    if (isRelevant) relevant.push(one);
  }
  // Most inputs come in order: the store reads them so.
  const isAfter = (one: Observation, index: number) =>
    index === 0 || byLine(relevant[index - 1] as Observation, one) <= 0;
  if (!relevant.every(isAfter)) relevant.sort(byLine);
  // A fact given twice is one fact, of one line and time: the reading learned first, which sorts first.
  const facts: Observation[] = [];
  let last = '';
  for (const one of relevant) {
    if (one.observation_id !== last) facts.push(one);
    last = one.observation_id;
  }
  const selected: Observation[] = [];
  for (let from = 0, to = 0; from < facts.length; from = to) {
    const { source, native_id } = facts[from] as Observation;
    let recent = -1;
    for (to = from; to < facts.length; to += 1) {
      const one = facts[to] as Observation;
      if (one.native_id !== native_id || one.source !== source) break;
      if (recent < 0 && one.event_at >= recentFrom) recent = to;
    }
    // A line's last change point may still hold, however old it is.
    const holds = isChangePoint(facts[to - 1] as Observation);
    if (recent < 0 && !holds) continue;
    const first = holds ? Math.max(from, (recent < 0 ? to : recent) - 1) : recent;
    let start = Math.max(from, first - horizon.historyObservations);
    if (start < first) {
      // What the screens look back to from the first that may stand: without it every strike would read all that a line ever was.
      const oldest = new Date(Date.parse((facts[first] as Observation).event_at) - lookback).toISOString();
      while ((facts[start] as Observation).event_at < oldest) start += 1;
    }
    for (let at = start; at < to; at += 1) selected.push(facts[at] as Observation);
  }
  return selected;
}

/** A trade is one by its venue and its id there, whoever reports it. */
export const tradeKey = ({ venue, trade }: Pick<Observation, 'venue' | 'trade'>) => `${venue}\n${trade?.id ?? ''}`;

/**
 * The transactions that bear on a series, each fact once, in one order: every report of every trade that anybody ever told to be of its
 * class, so that a correction to another class is seen in both. A report counts while any version of it is recent.
 */
export function selectPrints(inputs: FixInputs, rulebook: Rulebook, context: FixContext): Observation[] {
  const { series, strike } = context;
  const before = strike.instant.toISOString();
  const learned = learnedBefore(context);
  const horizon = horizonOf(strike.instant, rulebook);
  const recentFrom = horizon.recentFrom.toISOString();
  const historyFrom = horizon.historyFrom.toISOString();
  const lineOf = ({ source, native_id }: Observation) => `${source}\n${native_id}`;
  const known = inputs.observations.filter(
    (one) =>
      one.evidence === 'transaction' &&
      one.trade !== null &&
      one.event_at >= historyFrom &&
      one.event_at < before &&
      one.observed_at < learned,
  );
  const recent = new Set(known.filter((one) => one.event_at >= recentFrom).map(lineOf));
  const told = new Set(known.filter((one) => one.hardware_class === series.hardwareClass).map(tradeKey));
  const facts = new Map<string, Observation>();
  for (const one of known) {
    if (!recent.has(lineOf(one)) || !told.has(tradeKey(one))) continue;
    const held = facts.get(one.observation_id);
    if (!held || one.observed_at < held.observed_at) facts.set(one.observation_id, one);
  }
  return [...facts.values()].sort(
    (a, b) => byText(tradeKey(a), tradeKey(b)) || byText(a.observation_id, b.observation_id),
  );
}
