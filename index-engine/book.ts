import { type Facts, factsOf, inLines, placesOfNames } from '#index-engine/facts';
import {
  type FixContext,
  type FixInputs,
  isOfRegion,
  learnedBefore,
  selectPrints,
  selectStanding,
} from '#index-engine/inputs';
import { type Normalised, normalise, ratesInForce } from '#index-engine/normalise';
import { type StandingPrice, screenCorroboration } from '#index-engine/screens/corroboration';
import { originSpans, piecesWithout, screenSlices } from '#index-engine/screens/duplicates';
import {
  type Exclusion,
  type Graded,
  judge,
  ON_GRADE,
  plausibilityScreen,
  screenIdentity,
} from '#index-engine/screens/grade';
import { ownHistory } from '#index-engine/screens/own-history';
import { screenTrades, volumeOf } from '#index-engine/screens/trades';
import { overlap, type Span, secondsIn, standings } from '#index-engine/standing';
import { type ResolvedTrade, resolveTrades } from '#index-engine/trades';
import { byText } from '#methodology/canonical';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import { byLine, type ExchangeRate, type Observation } from '#store/observation';

/** One observation considered for a fix: what it is worth on the standard unit, when it stood, and why it does not count, if so. */
export interface Candidate {
  observation: Observation;
  facts: Facts;
  /** Its place in the book, and its provider's and its venue's among those of the book. */
  place: number;
  provider: number;
  venue: number;
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
  /** For how many seconds, together. */
  seconds: number;
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
  /** By provider, source, line, time and id. */
  candidates: Candidate[];
  /** Providers in the order of their names, and venues. */
  providers: readonly string[];
  venues: readonly string[];
  prints: Print[];
  /** Everything the book was made of, history included: what the evidence must hold. */
  facts: readonly Facts[];
}

/**
 * Builds the book: normalises, applies screens 1 to 6 (methodology, section 4), and works out when each price stood. Pure, and
 * independent of the order of its inputs. The cross-section (screen 8) is judged later, partition by partition.
 */
export function buildBook(inputs: FixInputs, rulebook: Rulebook, context: FixContext): Book {
  const { strike, series } = context;
  const all = inLines(inputs.observations);
  const lines = selectStanding(all, rulebook, context);
  const strikeSecond = strike.instant.getTime() / 1000;
  const window: Span = { from: strikeSecond - rulebook.window.hours * 3600, to: strikeSecond };
  const standing = standings(lines, inputs, window, rulebook);
  const rates = ratesInForce(inputs.rates, strike.date, learnedBefore(context));
  const { standard_market_size_gpus: largest, unstated_lot_gpus: unstated } = rulebook.weights;

  const implausible = plausibilityScreen(series.hardwareClass, rulebook);
  const known = new Map<Facts, Normalised>();
  const priceOf = (facts: Facts): Normalised => {
    let price = known.get(facts);
    if (price === undefined) {
      price = priceOnGrade(facts, judge(facts, rulebook).grade, rates);
      known.set(facts, price);
    }
    return price;
  };
  // Most prices are in USD and on grade, and known.
  const isPlain = (facts: Facts) => facts.plain !== null && judge(facts, rulebook).grade === ON_GRADE;
  const jump = ownHistory(
    lines,
    (facts) => {
      if (isPlain(facts)) return facts.plain;
      const price = priceOf(facts);
      return 'quoted' in price ? price.quoted : null;
    },
    rulebook,
  );
  const onGrade = () =>
    standing.flatMap(({ facts }) => {
      const price = priceOf(facts);
      const isOnGrade = screenIdentity(facts.observation) === null && !('reason' in judge(facts, rulebook).grade);
      return isOnGrade && 'micro' in price ? [{ observation: facts.observation, micro: price.micro }] : [];
    });
  const isSliced = standing.some(({ facts }) => facts.isOfMachine);
  const slices = isSliced ? screenSlices(onGrade()) : new Map<string, Exclusion>();
  const gives = originSpans(standing, onGrade);

  const clip = clipping(window);
  const candidates = standing.map((held): Candidate => {
    const { facts, seconds } = held;
    const price = isPlain(facts) ? null : priceOf(facts);
    const micro = price === null ? facts.plain : 'micro' in price ? price.micro : null;
    let exclusion: Exclusion | null =
      judge(facts, rulebook).exclusion ??
      (price !== null && 'reason' in price ? price : null) ??
      (micro === null ? null : implausible(micro)) ??
      (seconds === 0 ? { reason: 'stale', detail: `last seen ${facts.observation.event_at}` } : null) ??
      (slices.size > 0 ? slices.get(facts.observation.observation_id) : null) ??
      null;
    const spans = gives.size > 0 ? gives.get(facts.observation.observation_id) : undefined;
    const pieces = spans ? piecesWithout(held, spans) : held;
    const own = clip(pieces.own);
    const asListed = clip(pieces.asListed);
    if (!exclusion && own.length + asListed.length === 0) {
      const { aggregator, provider } = facts.observation;
      const other = aggregator ? 'own price' : 'price from another source of its own';
      exclusion = { reason: 'duplicate.origin', detail: `gives way to ${provider}'s ${other}` };
    }
    exclusion ??= jump(held.index);
    return {
      observation: facts.observation,
      facts,
      place: UNNUMBERED,
      provider: UNNUMBERED,
      venue: UNNUMBERED,
      micro,
      gpus: Math.min(largest, facts.gpus ?? unstated),
      stoodSeconds: seconds,
      exclusion,
      own: exclusion ? NOWHERE : own,
      asListed: exclusion ? NOWHERE : asListed,
      seconds: exclusion ? 0 : secondsIn(own, window) + secondsIn(asListed, window),
    };
  });
  const told = selectPrints(all, rulebook, context);
  const { prints, considered } = printsOf(told, inputs.cancellations, rates, rulebook, context);
  const book = inOrder(candidates, considered);
  leaveAlone(candidates, book, context, rulebook);
  return { window, ...book, prints, facts: told.length === 0 ? lines.facts : [...lines.facts, ...told] };
}

const NOWHERE: readonly Span[] = [];
/** Until the whole book is in order. */
const UNNUMBERED = -1;

/**
 * Puts candidates in the order of a book, and numbers them. Standing prices come in the order of their lines, so that each provider's are in
 * order already where it has no prints.
 */
function inOrder(
  standing: readonly Candidate[],
  considered: readonly Candidate[],
): Pick<Book, 'candidates' | 'providers' | 'venues'> {
  const listOf = placesOfNames();
  const lists: Candidate[][] = [];
  const put = (candidate: Candidate): Candidate[] => {
    let at = listOf[candidate.facts.provider] as number;
    if (at < 0) {
      at = lists.push([]) - 1;
      listOf[candidate.facts.provider] = at;
    }
    const list = lists[at] as Candidate[];
    list.push(candidate);
    return list;
  };
  for (const candidate of standing) put(candidate);
  for (const list of new Set(considered.map(put))) list.sort((a, b) => byLine(a.observation, b.observation));
  const nameOf = ([first]: readonly Candidate[]) => (first as Candidate).observation.provider;
  lists.sort((a, b) => byText(nameOf(a), nameOf(b)));
  const candidates = new Array<Candidate>(standing.length + considered.length);
  const venues: string[] = [];
  const venueOf = placesOfNames();
  let place = 0;
  for (let provider = 0; provider < lists.length; provider += 1) {
    for (const candidate of lists[provider] as Candidate[]) {
      let venue = venueOf[candidate.facts.venue] as number;
      if (venue < 0) {
        venue = venues.push(candidate.observation.venue) - 1;
        venueOf[candidate.facts.venue] = venue;
      }
      candidate.place = place;
      candidate.provider = provider;
      candidate.venue = venue;
      candidates[place] = candidate;
      place += 1;
    }
  }
  return { candidates, providers: lists.map(nameOf), venues };
}

/** The price an observation would have on the standard grade. */
function priceOnGrade(facts: Facts, grade: Graded, rates: ReadonlyMap<string, ExchangeRate>): Normalised {
  const differential = 'differential' in grade ? grade.differential : null;
  return normalise(facts.observation, rates, differential ? parseRatio(differential.ratio) : undefined, facts);
}

/** Screen 7, over what the screens before it left: who is left out counts nowhere in the window. */
function leaveAlone(
  candidates: readonly Candidate[],
  { providers, venues }: Pick<Book, 'providers' | 'venues'>,
  { previous }: FixContext,
  rulebook: Rulebook,
): void {
  // Without a fix before there is no jump.
  if (previous === null) return;
  const standing: (StandingPrice | undefined)[] = [];
  const values = providers.map(() => 0);
  const weights = providers.map(() => 0);
  for (const candidate of candidates) {
    const { micro, exclusion, provider } = candidate;
    if (exclusion !== null || micro === null) continue;
    let sum = standing[provider];
    if (sum === undefined) {
      const names = { provider: providers[provider] as string, venue: venues[candidate.venue] as string };
      sum = { ...names, value: 0n, weight: 0n };
      standing[provider] = sum;
    }
    const weight = candidate.gpus * candidate.seconds;
    // In doubles while they hold the sum exactly.
    const value = (values[provider] as number) + micro * weight;
    if (value > Number.MAX_SAFE_INTEGER) {
      sum.value += BigInt(values[provider] as number) + BigInt(micro) * BigInt(weight);
      values[provider] = 0;
    } else values[provider] = value;
    weights[provider] = (weights[provider] as number) + weight;
  }
  standing.forEach((sum, provider) => {
    if (sum === undefined) return;
    sum.value += BigInt(values[provider] as number);
    sum.weight = BigInt(weights[provider] as number);
  });
  const excluded = screenCorroboration(
    standing.filter((sum) => sum !== undefined),
    previous.record,
    rulebook,
  );
  if (excluded.size === 0) return;
  for (const candidate of candidates) {
    const exclusion = candidate.exclusion === null ? excluded.get(candidate.observation.provider) : undefined;
    if (exclusion) Object.assign(candidate, { exclusion, own: NOWHERE, asListed: NOWHERE, seconds: 0 });
  }
}

/** Resolves the transactions of a series and screens them (1 to 3, and 9): those that are trades, and every report with its fate. */
function printsOf(
  told: readonly Facts[],
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
    told.map(({ observation }) => observation),
    cancellations.filter(({ observed_at }) => observed_at < learned),
  ).filter(({ report }) => report.hardware_class === series.hardwareClass && report.event_at >= from);
  const screened = screenTrades(trades, rulebook);
  const candidateOf = (observation: Observation, micro: number | null, exclusion: Exclusion | null): Candidate => ({
    observation,
    facts: factsOf(observation),
    place: UNNUMBERED,
    provider: UNNUMBERED,
    venue: UNNUMBERED,
    micro,
    gpus: Math.min(largest, observation.gpus ?? unstated),
    stoodSeconds: 0,
    exclusion,
    own: NOWHERE,
    asListed: NOWHERE,
    seconds: 0,
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
    const reported = factsOf(report);
    const { grade } = judge(reported, rulebook);
    const price = priceOnGrade(reported, grade, rates);
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

/** Brings spans into the window: the same list where they are in it, and one list for all that fill it. */
function clipping(window: Span): (spans: readonly Span[]) => readonly Span[] {
  const whole: readonly Span[] = [window];
  let before: { spans: readonly Span[]; clipped: readonly Span[] } = { spans: NOWHERE, clipped: NOWHERE };
  const clip = (spans: readonly Span[]): readonly Span[] => {
    const only = spans[0] as Span;
    if (spans.length === 1 && only.from <= window.from && only.to >= window.to) return whole;
    if (spans.every(({ from, to }) => from >= window.from && to <= window.to && from < to)) return spans;
    return spans.map((span) => overlap(span, window)).filter(({ from, to }) => to > from);
  };
  return (spans) => {
    if (spans.length === 0) return NOWHERE;
    if (spans !== before.spans) before = { spans, clipped: clip(spans) };
    return before.clipped;
  };
}
