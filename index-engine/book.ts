import { type Facts, factsOf, inLines, type Kind, placesOfNames } from '#index-engine/facts';
import {
  type FixContext,
  type FixInputs,
  isOfRegion,
  learnedBefore,
  selectPrints,
  selectStanding,
} from '#index-engine/inputs';
import { columnsOf, type Rows } from '#index-engine/ladder';
import { type Normalised, normalise, ratesInForce } from '#index-engine/normalise';
import { type StandingPrice, screenCorroboration } from '#index-engine/screens/corroboration';
import { originSpans, piecesWithout, screenSlices } from '#index-engine/screens/duplicates';
import {
  type Exclusion,
  type Graded,
  isPlausible,
  type Judged,
  judge,
  ON_GRADE,
  plausibilityBand,
  screenIdentity,
} from '#index-engine/screens/grade';
import { ownHistory } from '#index-engine/screens/own-history';
import { screenTrades, volumeOf } from '#index-engine/screens/trades';
import { overlap, type Span, type Stood, secondsIn, standings } from '#index-engine/standing';
import { type ResolvedTrade, resolveTrades } from '#index-engine/trades';
import { byText } from '#methodology/canonical';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import { byLine, type ExchangeRate, type Observation } from '#store/observation';

/** One observation considered for a fix: what it is worth on the standard unit, when it stood, and why it does not count, if so. */
export interface Candidate {
  observation: Observation;
  kind: Kind;
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
  /** When it counts, inside the window; nowhere where excluded. */
  counts: Stood;
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

/** The book of one series in one window. Its candidates are by provider, source, line, time and id. */
export interface Book extends Rows {
  window: Span;
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
  const all = inLines(inputs.observations, strike.instant);
  const lines = selectStanding(all, rulebook, context);
  const strikeSecond = strike.instant.getTime() / 1000;
  const window: Span = { from: strikeSecond - rulebook.window.hours * 3600, to: strikeSecond };
  const standing = standings(lines, inputs, window, rulebook);
  const rates = ratesInForce(inputs.rates, strike.date, learnedBefore(context));
  const { standard_market_size_gpus: largest, unstated_lot_gpus: unstated } = rulebook.weights;

  const band = plausibilityBand(series.hardwareClass, rulebook);
  const known = new Map<Facts, Normalised>();
  const priceOf = (facts: Facts): Normalised => {
    let price = known.get(facts);
    if (price === undefined) {
      price = priceOnGrade(facts, judge(facts, rulebook).grade, rates);
      known.set(facts, price);
    }
    return price;
  };
  const jump = ownHistory(
    lines,
    (facts) => {
      if (isPlain(facts, judge(facts, rulebook))) return facts.plain;
      const price = priceOf(facts);
      return 'quoted' in price ? price.quoted : null;
    },
    rulebook,
  );
  const onGrade = () =>
    standing.facts.flatMap((facts) => {
      const price = priceOf(facts);
      const isOnGrade = screenIdentity(facts.observation) === null && !('reason' in judge(facts, rulebook).grade);
      return isOnGrade && 'micro' in price ? [{ observation: facts.observation, micro: price.micro }] : [];
    });
  const isSliced = standing.facts.some(({ isOfMachine }) => isOfMachine);
  const slices = isSliced ? screenSlices(onGrade()) : new Map<string, Exclusion>();
  const gives = originSpans(standing, onGrade);

  const clip = clipping(window);
  const candidates = standing.facts.map((facts, at): Candidate => {
    const stood = standing.stood[at] as Stood;
    const judged = judge(facts, rulebook);
    const price = isPlain(facts, judged) ? null : priceOf(facts);
    const micro = price === null ? facts.plain : 'micro' in price ? price.micro : null;
    let exclusion: Exclusion | null =
      judged.exclusion ??
      (price !== null && 'reason' in price ? price : null) ??
      (micro === null || isPlausible(micro, band) ? null : band.exclusion) ??
      (stood.seconds === 0 ? { reason: 'stale', detail: `last seen ${facts.observation.event_at}` } : null) ??
      (slices.size > 0 ? slices.get(facts.observation.observation_id) : null) ??
      null;
    const spans = gives.size > 0 ? gives.get(facts.observation.observation_id) : undefined;
    const counted = clip(spans ? piecesWithout(stood, spans) : stood);
    if (!exclusion && counted.seconds === 0) {
      const { aggregator, provider } = facts.observation;
      const other = aggregator ? 'own price' : 'price from another source of its own';
      exclusion = { reason: 'duplicate.origin', detail: `gives way to ${provider}'s ${other}` };
    }
    exclusion ??= jump(standing.places[at] as number);
    return {
      observation: facts.observation,
      kind: facts.kind,
      place: UNPLACED,
      provider: facts.provider,
      venue: facts.venue,
      micro,
      gpus: Math.min(largest, facts.gpus ?? unstated),
      stoodSeconds: stood.seconds,
      exclusion,
      counts: exclusion === null ? counted : NOWHERE,
    };
  });
  const told = selectPrints(all, rulebook, context);
  const { prints, considered } = printsOf(told, inputs.cancellations, rates, rulebook, context);
  const book = inOrder(candidates, considered);
  leaveAlone(candidates, book, context, rulebook);
  const columns = columnsOf(considered.length === 0 ? candidates : book.candidates, book.providers.length);
  return { window, ...book, columns, prints, facts: told.length === 0 ? lines.facts : [...lines.facts, ...told] };
}

const NOWHERE: Stood = { own: [], asListed: [], seconds: 0 };
/** Until the whole book is in order. */
const UNPLACED = -1;

/**
 * Puts candidates in the order of a book, and numbers them anew: by place, and providers and venues by their place among those of the book.
 * Standing prices come in the order of their lines, so that each provider's are in order already where it has no prints.
 */
function inOrder(
  standing: readonly Candidate[],
  considered: readonly Candidate[],
): Omit<Book, 'window' | 'columns' | 'prints' | 'facts'> {
  const rows = considered.length === 0 ? standing : [...standing, ...considered];
  const providerOf = placesOfNames();
  const venueOf = placesOfNames();
  const found: { name: string; number: number; rows: number }[] = [];
  const venues: string[] = [];
  for (const { provider, venue, observation } of rows) {
    if (providerOf[provider] === -1) {
      providerOf[provider] = found.push({ name: observation.provider, number: provider, rows: 0 }) - 1;
    }
    const held = found[providerOf[provider] as number] as (typeof found)[number];
    held.rows += 1;
    if (venueOf[venue] === -1) venueOf[venue] = venues.push(observation.venue) - 1;
  }
  found.sort((a, b) => byText(a.name, b.name));
  // Where the next row of each provider goes.
  const next: number[] = [];
  let start = 0;
  found.forEach(({ number, rows: count }, place) => {
    providerOf[number] = place;
    next.push(start);
    start += count;
  });
  const candidates = new Array<Candidate>(rows.length);
  for (const row of rows) {
    const provider = providerOf[row.provider] as number;
    const place = next[provider] as number;
    next[provider] = place + 1;
    row.provider = provider;
    row.venue = venueOf[row.venue] as number;
    row.place = place;
    candidates[place] = row;
  }
  if (considered.length > 0) {
    candidates.sort((a, b) => a.provider - b.provider || byLine(a.observation, b.observation));
    candidates.forEach((one, place) => {
      one.place = place;
    });
  }
  return { candidates, providers: found.map(({ name }) => name), venues };
}

/** Most prices are in USD and on grade, and known. */
const isPlain = ({ plain }: Facts, { grade }: Judged): boolean => plain !== null && grade === ON_GRADE;

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
  const values = new Float64Array(providers.length);
  const weights = new Float64Array(providers.length);
  const venueOf = new Int32Array(providers.length).fill(UNPLACED);
  for (const { micro, exclusion, gpus, counts, provider, venue } of candidates) {
    if (exclusion !== null || micro === null) continue;
    const weight = gpus * counts.seconds;
    values[provider] = (values[provider] as number) + micro * weight;
    weights[provider] = (weights[provider] as number) + weight;
    if (venueOf[provider] === UNPLACED) venueOf[provider] = venue;
  }
  const standing = providers.flatMap((name, provider): StandingPrice[] => {
    const weight = weights[provider] as number;
    if (weight === 0) return [];
    const about = (values[provider] as number) / weight;
    const venue = venues[venueOf[provider] as number] as string;
    return [{ provider: name, venue, about, exact: () => exactSums(candidates, provider) }];
  });
  const excluded = screenCorroboration(standing, previous.record, rulebook);
  if (excluded.size === 0) return;
  for (const candidate of candidates) {
    const exclusion = candidate.exclusion === null ? excluded.get(candidate.observation.provider) : undefined;
    if (exclusion) Object.assign(candidate, { exclusion, counts: NOWHERE });
  }
}

/** What the standing prices of one provider come to: the sum of price × weight, and of weight. */
function exactSums(candidates: readonly Candidate[], provider: number): { value: bigint; weight: bigint } {
  const sums = { value: 0n, weight: 0n };
  for (const one of candidates) {
    if (one.provider !== provider || one.exclusion !== null || one.micro === null) continue;
    const weight = BigInt(one.gpus * one.counts.seconds);
    sums.value += BigInt(one.micro) * weight;
    sums.weight += weight;
  }
  return sums;
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
    kind: factsOf(observation).kind,
    place: UNPLACED,
    provider: factsOf(observation).provider,
    venue: factsOf(observation).venue,
    micro,
    gpus: Math.min(largest, observation.gpus ?? unstated),
    stoodSeconds: 0,
    exclusion,
    counts: NOWHERE,
  });
  const band = plausibilityBand(series.hardwareClass, rulebook);
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
      (micro === null || isPlausible(micro, band) ? null : band.exclusion) ??
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

/** Brings spans into the window; what is as the one before is the same. */
function clipping(window: Span): (pieces: Pick<Stood, 'own' | 'asListed'>) => Stood {
  const whole: readonly Span[] = [window];
  const clip = (spans: readonly Span[]): readonly Span[] => {
    const [only] = spans;
    if (only === undefined) return NOWHERE.own;
    if (spans.length === 1 && only.from <= window.from && only.to >= window.to) return whole;
    if (spans.every(({ from, to }) => from >= window.from && to <= window.to && from < to)) return spans;
    return spans.map((span) => overlap(span, window)).filter(({ from, to }) => to > from);
  };
  let last = { pieces: { own: NOWHERE.own, asListed: NOWHERE.asListed }, counted: NOWHERE };
  return ({ own, asListed }) => {
    if (own !== last.pieces.own || asListed !== last.pieces.asListed) {
      const clipped = { own: clip(own), asListed: clip(asListed) };
      const seconds = secondsIn(clipped.own, window) + secondsIn(clipped.asListed, window);
      last = { pieces: { own, asListed }, counted: { ...clipped, seconds } };
    }
    return last.counted;
  };
}
