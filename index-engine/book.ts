import { type Facts, factsOf } from '#index-engine/facts';
import {
  type FixContext,
  type FixInputs,
  isOfRegion,
  learnedBefore,
  selectObservations,
  selectPrints,
} from '#index-engine/inputs';
import { type Normalised, normalise, ratesInForce } from '#index-engine/normalise';
import { type StandingPrice, screenCorroboration } from '#index-engine/screens/corroboration';
import { originSpans, piecesWithout, screenSlices } from '#index-engine/screens/duplicates';
import {
  constantRatioScreen,
  type Exclusion,
  type Graded,
  gradeOf,
  plausibilityScreen,
  screenIdentity,
} from '#index-engine/screens/grade';
import { ownHistory } from '#index-engine/screens/own-history';
import { screenTrades, volumeOf } from '#index-engine/screens/trades';
import { lengthOf, overlap, type Span, type Standing, standings } from '#index-engine/standing';
import { type ResolvedTrade, resolveTrades } from '#index-engine/trades';
import { byText } from '#methodology/canonical';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import { byLine, type ExchangeRate, type Observation } from '#store/observation';

/** One observation considered for a fix: what it is worth on the standard unit, when it stood, and why it does not count, if so. */
export interface Candidate {
  observation: Observation;
  /** Whole micro-USD per GPU-hour; null where it could not be normalised. */
  micro: number | null;
  /** GPUs it weighs by: as stated, capped at the standard market size; the rulebook's figure where unstated. */
  gpus: number;
  /** Seconds it stood inside the window, before any screen. */
  stoodSeconds: number;
  exclusion: Exclusion | null;
  /** When it counts, inside the window: under its own evidence, and past its limit as a listed price. Empty where excluded. */
  own: readonly Span[];
  asListed: readonly Span[];
}

/** A trade of the series, in the longest window that a level of transactions looks at. */
export interface Print {
  trade: ResolvedTrade;
  candidate: Candidate;
  /** When it was made, in whole seconds since 1970. */
  second: number;
  /** In millionths of a GPU-hour; 0 where it states none, and is excluded. */
  volume: bigint;
}

/** The book of one series in one window. */
export interface Book {
  window: Span;
  candidates: Candidate[];
  prints: Print[];
  /** Everything the book was made of, history included: what the evidence must hold. */
  observations: Observation[];
}

/**
 * Builds the book: normalises, applies screens 1 to 6 (methodology, section 4), and works out when each price stood. Pure, and
 * independent of the order of its inputs. The cross-section (screen 8) is judged later, partition by partition.
 */
export function buildBook(inputs: FixInputs, rulebook: Rulebook, context: FixContext): Book {
  const { strike, series } = context;
  const observations = selectObservations(inputs, rulebook, context);
  const strikeSecond = strike.instant.getTime() / 1000;
  const window: Span = { from: strikeSecond - rulebook.window.hours * 3600, to: strikeSecond };
  const standing = standings(observations, inputs, window, rulebook);
  const rates = ratesInForce(inputs.rates, strike.date, learnedBefore(context));
  const { standard_market_size_gpus: largest, unstated_lot_gpus: unstated } = rulebook.weights;

  const implausible = plausibilityScreen(series.hardwareClass, rulebook);
  const isByRule = constantRatioScreen(rulebook);
  const known = new Array<Normalised | undefined>(observations.length);
  const priceOf = (index: number, graded: Graded | null = null): Normalised => {
    let price = known[index];
    if (price === undefined) {
      const { observation, facts } = standing[index] as Standing;
      price = priceOnGrade(observation, graded ?? gradeOf(observation, rulebook, facts), rates, facts);
      known[index] = price;
    }
    return price;
  };
  const judge = ownHistory(
    observations,
    (index) => {
      const price = priceOf(index);
      return 'quoted' in price ? price.quoted : null;
    },
    rulebook,
  );
  // Most of what was read is history: only what stood in the window, or ran out before it, is looked at closely.
  const standingNow: Standing[] = [];
  const places: number[] = [];
  const grades: Graded[] = [];
  const seconds: number[] = [];
  const counting: boolean[] = [];
  let isSliced = false;
  for (let index = 0; index < standing.length; index += 1) {
    const held = standing[index] as Standing;
    const stoodSeconds = secondsWithin(held.own, window) + secondsWithin(held.asListed, window);
    if (stoodSeconds === 0 && !isNamedStale(standing, index, window, rulebook)) continue;
    const { observation } = held;
    const grade = gradeOf(observation, rulebook, held.facts);
    const price = priceOf(index, grade);
    standingNow.push(held);
    places.push(index);
    grades.push(grade);
    seconds.push(stoodSeconds);
    counting.push('micro' in price && screenIdentity(observation) === null && !('reason' in grade));
    isSliced ||= observation.attributes.machine !== undefined;
  }
  const onGrade = () =>
    standingNow.flatMap(({ observation }, place) => {
      const price = priceOf(places[place] as number);
      return counting[place] && 'micro' in price ? [{ observation, micro: price.micro }] : [];
    });
  const slices = isSliced ? screenSlices(onGrade()) : new Map<string, Exclusion>();
  const gives = originSpans(standingNow, onGrade);

  const whole: readonly Span[] = [window];
  const candidates: Candidate[] = [];
  for (let place = 0; place < standingNow.length; place += 1) {
    const held = standingNow[place] as Standing;
    const index = places[place] as number;
    const grade = grades[place] as Graded;
    const price = priceOf(index);
    const { observation } = held;
    const stoodSeconds = seconds[place] as number;
    const micro = 'micro' in price ? price.micro : null;
    let exclusion: Exclusion | null =
      screenIdentity(observation) ??
      isByRule(observation) ??
      ('reason' in grade ? grade : null) ??
      ('reason' in price ? price : null) ??
      (micro === null ? null : implausible(micro)) ??
      (stoodSeconds === 0 ? { reason: 'stale', detail: `last seen ${observation.event_at}` } : null) ??
      (slices.size > 0 ? slices.get(observation.observation_id) : null) ??
      null;
    const spans = gives.size > 0 ? gives.get(observation.observation_id) : undefined;
    const pieces = spans ? piecesWithout(held, spans) : held;
    const own = clip(pieces.own, window, whole);
    const asListed = clip(pieces.asListed, window, whole);
    if (!exclusion && own.length + asListed.length === 0) {
      const other = observation.aggregator ? 'own price' : 'price from another source of its own';
      exclusion = { reason: 'duplicate.origin', detail: `gives way to ${observation.provider}'s ${other}` };
    }
    exclusion ??= judge(index);
    candidates.push({
      observation,
      micro,
      gpus: Math.min(largest, observation.gpus ?? unstated),
      stoodSeconds,
      exclusion,
      own: exclusion ? NOWHERE : own,
      asListed: exclusion ? NOWHERE : asListed,
    });
  }
  leaveAlone(candidates, context, rulebook);
  const facts = selectPrints(inputs, rulebook, context);
  const { prints, considered } = printsOf(facts, inputs.cancellations, rates, rulebook, context);
  return { window, candidates: inOrder(candidates, considered), prints, observations: [...observations, ...facts] };
}

const NOWHERE: readonly Span[] = [];

/**
 * By provider, source, line, time and id. Standing prices come in the order of their lines, so that each provider's are in order already
 * where it has no prints.
 */
function inOrder(standing: readonly Candidate[], considered: readonly Candidate[]): Candidate[] {
  const byProvider = new Map<string, Candidate[]>();
  const put = (candidate: Candidate): Candidate[] => {
    const { provider } = candidate.observation;
    let list = byProvider.get(provider);
    if (list === undefined) {
      list = [];
      byProvider.set(provider, list);
    }
    list.push(candidate);
    return list;
  };
  for (const candidate of standing) put(candidate);
  for (const list of new Set(considered.map(put))) list.sort((a, b) => byLine(a.observation, b.observation));
  const ordered: Candidate[] = [];
  for (const provider of [...byProvider.keys()].sort(byText)) {
    for (const candidate of byProvider.get(provider) as Candidate[]) ordered.push(candidate);
  }
  return ordered;
}

/** The price an observation would have on the standard grade. */
function priceOnGrade(
  observation: Observation,
  grade: Graded,
  rates: ReadonlyMap<string, ExchangeRate>,
  facts: Facts = factsOf(observation),
): Normalised {
  const differential = 'differential' in grade ? grade.differential : null;
  return normalise(observation, rates, differential ? parseRatio(differential.ratio) : undefined, facts);
}

function secondsWithin(spans: readonly Span[], window: Span): number {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(span.to, window.to) - Math.max(span.from, window.from));
  return sum;
}

/** A line's last word that ran out before the window says "stale" for a while; one followed by another, or withdrawn, is no input. */
function isNamedStale(standing: readonly Standing[], index: number, window: Span, rulebook: Rulebook): boolean {
  const held = standing[index] as Standing;
  const next = standing[index + 1]?.observation;
  const lastWord = next?.source !== held.observation.source || next.native_id !== held.observation.native_id;
  const ranOut = Math.max(...[...held.own, ...held.asListed].map((span) => span.to));
  return held.end === 'stale' && lastWord && ranOut >= window.from - rulebook.staleness_seconds.reported_for;
}

/** Screen 7, over what the screens before it left: who is left out counts nowhere in the window. */
function leaveAlone(candidates: Candidate[], { previous }: FixContext, rulebook: Rulebook): void {
  // Without a fix before there is no jump.
  if (previous === null) return;
  const standing = new Map<string, StandingPrice>();
  const secondsOf = ({ own, asListed }: Candidate) =>
    [...own, ...asListed].reduce((sum, span) => sum + lengthOf(span), 0);
  for (const candidate of candidates) {
    const { observation, micro, exclusion } = candidate;
    if (exclusion !== null || micro === null) continue;
    const { provider, venue } = observation;
    const sum = standing.get(provider) ?? { provider, venue, value: 0n, weight: 0n };
    standing.set(provider, sum);
    const weight = BigInt(candidate.gpus * secondsOf(candidate));
    sum.value += BigInt(micro) * weight;
    sum.weight += weight;
  }
  const excluded = screenCorroboration([...standing.values()], previous.record, rulebook);
  for (const candidate of candidates) {
    const exclusion = candidate.exclusion === null ? excluded.get(candidate.observation.provider) : undefined;
    if (exclusion) Object.assign(candidate, { exclusion, own: [], asListed: [] });
  }
}

/** Resolves the transactions of a series and screens them (1 to 3, and 9): those that are trades, and every report with its fate. */
function printsOf(
  facts: readonly Observation[],
  cancellations: FixInputs['cancellations'],
  rates: ReadonlyMap<string, ExchangeRate>,
  rulebook: Rulebook,
  context: FixContext,
): { prints: Print[]; considered: Candidate[] } {
  const { series, strike } = context;
  const hours = Math.max(0, ...rulebook.waterfall.map((level) => (level.input === 'transactions' ? level.hours : 0)));
  const from = new Date(strike.instant.getTime() - hours * 3_600_000).toISOString();
  const learned = learnedBefore(context);
  const { standard_market_size_gpus: largest, unstated_lot_gpus: unstated } = rulebook.weights;
  const trades = resolveTrades(
    facts,
    cancellations.filter(({ observed_at }) => observed_at < learned),
  ).filter(({ report }) => report.hardware_class === series.hardwareClass && report.event_at >= from);
  const screened = screenTrades(trades, rulebook);
  const candidateOf = (observation: Observation, micro: number | null, exclusion: Exclusion | null): Candidate => ({
    observation,
    micro,
    gpus: Math.min(largest, observation.gpus ?? unstated),
    stoodSeconds: 0,
    exclusion,
    own: [],
    asListed: [],
  });
  const implausible = plausibilityScreen(series.hardwareClass, rulebook);
  const prints: Print[] = [];
  const considered: Candidate[] = [];
  for (const trade of trades) {
    const { report } = trade;
    const isOfSeries =
      (report.tenor === series.tenor || report.tenor === null) &&
      series.prints.includes(report.venue_type) &&
      isOfRegion(report, series);
    if (!isOfSeries) continue;
    const grade = gradeOf(report, rulebook);
    const price = priceOnGrade(report, grade, rates);
    const micro = 'micro' in price ? price.micro : null;
    const exclusion =
      screenIdentity(report) ??
      ('reason' in grade ? grade : null) ??
      ('reason' in price ? price : null) ??
      (micro === null ? null : implausible(micro)) ??
      screened.get(report.observation_id) ??
      null;
    const candidate = candidateOf(report, micro, exclusion);
    const second = Math.floor(Date.parse(report.event_at) / 1000);
    prints.push({ trade, candidate, second, volume: volumeOf(trade) ?? 0n });
    considered.push(candidate);
    for (const { observation, superseded } of trade.others) {
      const reason = superseded
        ? { reason: 'trade.corrected', detail: 'a later correction says otherwise' }
        : { reason: 'duplicate.report', detail: `the same trade as told by ${report.source}` };
      considered.push(candidateOf(observation, null, reason));
    }
  }
  return { prints, considered };
}

/** Spans inside the window, the same list where all of it is, and one list for all that fill it. */
function clip(spans: readonly Span[], window: Span, whole: readonly Span[]): readonly Span[] {
  if (spans.length === 0) return NOWHERE;
  const only = spans[0] as Span;
  if (spans.length === 1 && only.from <= window.from && only.to >= window.to) return whole;
  if (spans.every(({ from, to }) => from >= window.from && to <= window.to && from < to)) return spans;
  const clipped: Span[] = [];
  for (const span of spans) {
    const inside = overlap(span, window);
    if (inside.to > inside.from) clipped.push(inside);
  }
  return clipped;
}
