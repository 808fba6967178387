import { buildBook } from '#index-engine/book';
import { needed } from '#index-engine/hysteresis';
import { type FixContext, type FixInputs, horizonOf } from '#index-engine/inputs';
import { cutPartitions } from '#index-engine/partition';
import type { FixRecord } from '#index-engine/record';
import { anchorOf, roundValue, runWaterfall } from '#index-engine/waterfall';
import { formatDecimal } from '#methodology/decimal';
import type { LoadedRulebook, Rulebook } from '#methodology/rulebook';
import { type Series, seriesCatalogue } from '#methodology/series';
import type { InputsWindow } from '#store/clickhouse/observations';

/** What a series would be worth now. Indicative: nobody settles on it. */
export interface IndicativeValue {
  series: string;
  /** RFC 3339, a whole minute in UTC. */
  at: string;
  /** USD per GPU-hour. */
  value: string;
  level: 3 | 4;
  providers: number;
}

const DAY_MS = 86_400_000;

/** The rules of the indicative index: those of the fix over a shorter window, with the levels that estimate from standing prices. */
function indicativeRules(rulebook: Rulebook): Rulebook {
  const { minutes, partitions } = rulebook.indicative;
  return {
    ...rulebook,
    window: { ...rulebook.window, hours: minutes / 60, partitions },
    waterfall: rulebook.waterfall.filter(
      ({ input }) => input === 'fill_price_per_venue' || input === 'standing_prices',
    ),
  };
}

/** A series as the level that gave its last fix asks for it: as many providers and kinds of venue as the next fix needs, and no more. */
function heldTo({ level, value }: FixRecord, known: Series, rulebook: Rulebook): Series {
  const series = value === null ? known : { ...known, beginsWithEverySegment: false };
  const standing = rulebook.waterfall.find((one) => one.input === 'standing_prices');
  if (standing?.input !== 'standing_prices' || standing.level !== level) return series;
  return {
    ...series,
    minimumProviders: needed(series.minimumProviders ?? standing.minimum_providers, true, rulebook),
  };
}

/** Which facts the indicative values of an instant may need. */
export function indicativeWindow(at: Date, { rulebook }: LoadedRulebook): InputsWindow {
  const { recentFrom, historyFrom, historyObservations } = horizonOf(at, indicativeRules(rulebook));
  return { strike: at, from: recentFrom, since: historyFrom, history: historyObservations };
}

/**
 * The indicative value of every series with enough input at an instant: the same book, screens, caps and estimator as a fix, over the
 * rulebook's shorter window, anchored to the last fix as the next one will be, so that the two compare. Pure. Levels 5 and 6 and screen 7
 * have no place here.
 * @param fixes the last fix of each series; one older than a day anchors nothing
 */
export function indicativeValues(
  inputs: FixInputs,
  loaded: LoadedRulebook,
  at: Date,
  fixes: ReadonlyMap<string, FixRecord> = new Map(),
): IndicativeValue[] {
  const rulebook = indicativeRules(loaded.rulebook);
  const delay = rulebook.publication_delay_seconds;
  const byClass = new Map<string, FixInputs['observations'][number][]>();
  for (const observation of inputs.observations) {
    const list = byClass.get(observation.hardware_class ?? '');
    if (list) list.push(observation);
    else byClass.set(observation.hardware_class ?? '', [observation]);
  }
  const instant = at.toISOString();
  const strike: FixContext['strike'] = { date: instant.slice(0, 10), instant: at, local: instant, timeZone: 'UTC' };
  return seriesCatalogue(loaded.rulebook).flatMap((series) => {
    const observations = byClass.get(series.hardwareClass);
    if (!observations) return [];
    const last = fixes.get(series.id);
    const isRecent = last !== undefined && Date.parse(last.strike) > at.getTime() - DAY_MS - delay * 1000;
    const context: FixContext = {
      series: isRecent ? heldTo(last, series, rulebook) : series,
      strike,
      previous: null,
    };
    const book = buildBook({ ...inputs, observations }, rulebook, context);
    if (!book.candidates.some(({ exclusion }) => exclusion === null)) return [];
    const outcome = runWaterfall(book, cutPartitions(book, rulebook, isRecent ? last : null), rulebook, context);
    if (outcome.value === null || (outcome.level !== 3 && outcome.level !== 4)) return [];
    const micro = outcome.estimate.value;
    const anchor = isRecent && micro ? anchorOf(outcome.estimate, micro, last, outcome.estimatedLevel, rulebook) : null;
    const value = formatDecimal(
      anchor ? roundValue(anchor.value, rulebook) : outcome.value,
      rulebook.rounding.value_decimals,
    );
    const providers = outcome.estimate.prices.length;
    return [{ series: series.id, at: instant, value, level: outcome.level, providers }];
  });
}
