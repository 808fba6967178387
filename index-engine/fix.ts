import { type Book, buildBook, type Candidate } from '#index-engine/book';
import type { CapState } from '#index-engine/caps';
import { type Estimate, estimateWithout, type LeftOut, type Prepared } from '#index-engine/estimate';
import type { Facts, Kind } from '#index-engine/facts';
import { type FixContext, type FixInputs, horizonOf, learnedBefore, tradeKey } from '#index-engine/inputs';
import { rootOf } from '#index-engine/leaf-hash';
import { changeOf, concentrationOf, costToMove, diagnosticsOf } from '#index-engine/measures';
import { ratesInForce } from '#index-engine/normalise';
import { cutPartitions, type Partition } from '#index-engine/partition';
import { priceOrder } from '#index-engine/price-order';
import { printWeight } from '#index-engine/prints';
import { type ProviderPrice, providerPrices } from '#index-engine/provider-prices';
import type { Rational } from '#index-engine/rational';
import type { FixCap, FixInfluence, FixRecord, FixStatus } from '#index-engine/record';
import type { Exclusion } from '#index-engine/screens/grade';
import { collarOf, screenPrints } from '#index-engine/screens/prints';
import { VOLUME_SCALE } from '#index-engine/screens/trades';
import { sentenceOf } from '#index-engine/sentence';
import { completeSweeps, withdrawalsByLine } from '#index-engine/sweeps';
import {
  anchorOf,
  anchorRecord,
  type Outcome,
  previousStrike,
  roundValue,
  runWaterfall,
  standingValue,
} from '#index-engine/waterfall';
import { byText } from '#methodology/canonical';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import type { LoadedRulebook, Rulebook } from '#methodology/rulebook';
import { perScu } from '#methodology/scu/price';
import type { Evidence } from '#store/observation';

/** The name of this calculation. It changes whenever the same inputs would give other bytes. */
export const ENGINE = 'csi-engine/5';

/** One observation considered, and what became of it: the trace behind a fix. */
export interface FixInput {
  candidate: Candidate;
  /** Share of the whole weight after caps, a decimal string of 12 places. */
  weight: string;
  included: boolean;
  reason: string | null;
  detail: string | null;
}

/** A computed fix: its record, the trace, and exactly the inputs it rests on. */
export interface ComputedFix {
  record: FixRecord;
  inputs: FixInput[];
  evidence: FixInputs;
}

/**
 * Computes one fix: pure, exact, and the same bytes for the same inputs in any order on any machine.
 * A series without enough evidence comes back suspended, with the reason; nothing is invented.
 */
export function computeFix(inputs: FixInputs, loaded: LoadedRulebook, context: FixContext): ComputedFix {
  const { rulebook } = loaded;
  const book = buildBook(inputs, rulebook, context);
  const partitions = cutPartitions(book, rulebook, previousStrike(context));
  const standing = book.prints.length > 0 ? standingValue(partitions, rulebook, context) : null;
  if (book.prints.length > 0) screenPrints(book.prints, standing, rulebook);
  const outcome = runWaterfall(book, partitions, rulebook, context);
  const trace = traceOf(book, partitions, outcome);
  const evidence = evidenceOf(inputs, book, rulebook, context);
  const draft = draftRecord(book, partitions, outcome, trace, loaded, context, evidence);
  const record: FixRecord = { ...draft, sentence: sentenceOf(draft, context.series) };
  return { record, inputs: trace, evidence };
}

/** Only what bears on the fix, in one order: the observations of the book, the sweeps of their sources, the rates of their currencies. */
function evidenceOf(inputs: FixInputs, book: Book, rulebook: Rulebook, context: FixContext): FixInputs {
  const { strike } = context;
  const sources = new Set<string>();
  const currencies = new Set<string>();
  let last: Facts | null = null;
  for (const one of book.facts) {
    // What follows each other is mostly of one source, at one currency.
    if (one.source !== last?.source) sources.add(one.observation.source);
    if (one.currency !== last?.currency) currencies.add(one.observation.currency);
    last = one;
  }
  const told = withdrawalsByLine(inputs.withdrawals);
  const lines = new Set(told.size === 0 ? [] : book.facts.map(({ line }) => line));
  const observations = book.facts.map(({ observation }) => observation);
  const trades = new Set(
    inputs.cancellations.length === 0 ? [] : observations.filter((one) => one.trade !== null).map(tradeKey),
  );
  const before = strike.instant.toISOString();
  const learned = learnedBefore(context);
  const from = horizonOf(strike.instant, rulebook).recentFrom.toISOString();
  return {
    observations,
    sweeps: [...sources]
      .sort(byText)
      .flatMap((source) =>
        (completeSweeps(inputs.sweeps).get(source) ?? []).flatMap(({ sweep }) =>
          sweep.observed_at >= from && sweep.observed_at < before ? [sweep] : [],
        ),
      ),
    withdrawals: [...lines]
      .flatMap((line) =>
        (told.get(line) ?? []).flatMap(({ withdrawal }) => (withdrawal.at < before ? [withdrawal] : [])),
      )
      .sort((a, b) => byText(a.source, b.source) || byText(a.native_id, b.native_id) || byText(a.at, b.at)),
    cancellations: inputs.cancellations
      .filter((one) => one.observed_at < learned && trades.has(`${one.venue}\n${one.trade_id}`))
      .sort((a, b) => byText(a.cancellation_id, b.cancellation_id)),
    rates: [...ratesInForce(inputs.rates, strike.date, learned).values()]
      .filter((one) => currencies.has(one.currency))
      .sort((a, b) => byText(a.currency, b.currency)),
  };
}

/** The Merkle root over everything a fix was computed from, in its one order. */
export function inputsRoot({ observations, sweeps, rates, withdrawals, cancellations }: FixInputs): {
  count: number;
  merkle_root: string;
} {
  const leaves = [...observations, ...sweeps, ...rates, ...withdrawals, ...cancellations];
  return { count: leaves.length, merkle_root: rootOf(leaves) };
}

/** Whoever was an outlier in some partition, and why. */
function outliersOf(partitions: readonly Partition[]): Map<Candidate, { exclusion: Exclusion }> {
  const times = new Map<Candidate, { count: number; centre: Partition['centre'] }>();
  for (const { outliers, centre } of partitions) {
    for (const candidate of outliers)
      times.set(candidate, {
        count: (times.get(candidate)?.count ?? 0) + 1,
        centre: times.get(candidate)?.centre ?? centre,
      });
  }
  return new Map(
    [...times].map(([candidate, { count, centre }]) => {
      const middle = formatDecimal(divideHalfEven(BigInt(centre?.centreQuarters ?? 0), 4n), 6);
      const detail = `too far from the median of ${middle} USD/GPU-h in ${count} of ${partitions.length} partitions`;
      return [candidate, { exclusion: { reason: 'cross_section.outlier', detail } }];
    }),
  );
}

/** What became of every candidate: its share, and why it was left out in all or part. */
function traceOf(
  book: Book,
  partitions: readonly Partition[],
  { estimate: { shares }, estimatedLevel }: Outcome,
): FixInput[] {
  const unused = { reason: 'level.not_used', detail: `level ${estimatedLevel.level} takes no such price` };
  const outlierIn = outliersOf(partitions);
  const { candidates } = book;
  const shareAt = new Array<number>(candidates.length).fill(0);
  for (let index = 0; index < shares.candidates.length; index += 1)
    shareAt[(shares.candidates[index] as Candidate).place] = shares.units[index] as number;
  // Many weigh the same: a share is written once.
  const written = new Map<number, string>();
  const trace = new Array<FixInput>(candidates.length);
  for (let place = 0; place < candidates.length; place += 1) {
    const candidate = candidates[place] as Candidate;
    const share = shareAt[place] as number;
    let weight = written.get(share);
    if (weight === undefined) {
      weight = formatDecimal(BigInt(share), 12);
      written.set(share, weight);
    }
    const exclusion =
      candidate.exclusion ??
      (outlierIn.size > 0 ? outlierIn.get(candidate)?.exclusion : undefined) ??
      (share === 0 ? unused : null);
    trace[place] = {
      candidate,
      weight,
      included: share > 0,
      reason: exclusion?.reason ?? null,
      detail: exclusion?.detail ?? null,
    };
  }
  return trace;
}

function draftRecord(
  book: Book,
  partitions: readonly Partition[],
  outcome: Outcome,
  trace: readonly FixInput[],
  loaded: LoadedRulebook,
  context: FixContext,
  evidence: FixInputs,
): Omit<FixRecord, 'sentence'> {
  const { rulebook } = loaded;
  const { series, strike, previous, restates } = context;
  const { rounding } = rulebook;
  const { estimate: estimated } = outcome;
  const prices = providerPrices(estimated);
  const included = trace.filter((one) => one.included);
  const share = (units: bigint) =>
    formatDecimal(divideHalfEven(units, 10n ** BigInt(12 - rounding.share_decimals)), rounding.share_decimals);
  const failed = outcome.tests.filter((test) => !test.passed);
  const level4 = outcome.tests.find((test) => test.level === outcome.estimatedLevel.level);
  const isEstimated = outcome.level !== null && outcome.level <= 4;
  const status = statusOf(outcome, prices.length, estimated.partitionsFilled, rulebook);
  return {
    format: 'csi-fix/1',
    series: series.id,
    hardware_class: series.hardwareClass,
    date: strike.date,
    strike: strike.instant.toISOString(),
    strike_local: strike.local,
    time_zone: strike.timeZone,
    window: {
      from: new Date(book.window.from * 1000).toISOString(),
      to: new Date(book.window.to * 1000).toISOString(),
      partitions: partitions.length,
      partitions_filled: estimated.partitionsFilled,
    },
    revision: restates?.revision ?? 0,
    simulated: book.facts.some(({ isSimulated }) => isSimulated),
    publication: restates ? 'restated' : 'initial',
    ...(restates ? { restates: { hash: restates.hash, known_at: restates.knownAt.toISOString() } } : {}),
    value: outcome.value === null ? null : formatDecimal(outcome.value, rounding.value_decimals),
    unit: 'USD/GPU-h',
    scu: scuOf(outcome.value, series.hardwareClass, rulebook),
    level: outcome.level,
    status,
    reason: outcome.level !== null && outcome.level <= 4 ? null : ((level4 ?? failed[0])?.reason ?? null),
    levels: outcome.tests,
    counts: {
      observations: trace.length,
      included: included.length,
      excluded: trace.length - included.length,
      providers: prices.length,
      venues: new Set(prices.map((one) => one.venue)).size,
      gpus: meanGpus(included, book),
      ...printsOf(included, book),
    },
    shares: {
      top_provider: prices.length > 0 ? share(topShare(prices, 1)) : null,
      top_five_providers: prices.length > 0 ? share(topShare(prices, 5)) : null,
      ...kindShares(estimated, share),
    },
    distribution: distributionOf(estimated),
    rejections: rejectionsOf(trace),
    caps:
      estimated.providerCap && estimated.venueCap
        ? { provider: capOf(estimated.providerCap), venue: capOf(estimated.venueCap) }
        : null,
    providers: prices.map((one) => ({
      provider: one.provider,
      venue: one.venue,
      price: formatDecimal(one.price, 6),
      share: share(one.share),
    })),
    influence: influenceOf(outcome, prices, rulebook, context),
    concentration: concentrationOf(prices, rulebook),
    cost_to_move: isEstimated
      ? costToMove(estimated, edgesOf(partitions, outcome, context, rulebook), gpuWeight(outcome, rulebook), rulebook)
      : null,
    anchor: anchorRecord(outcome, rulebook),
    change: changeOf(outcome.value, outcome.level, prices, previous?.record ?? null, rulebook),
    diagnostics: diagnosticsOf(outcome.prepared, prices, outcome.value, rulebook),
    carried_strikes: outcome.carriedStrikes,
    methodology: { version: rulebook.version, sha256: loaded.sha256 },
    engine: ENGINE,
    inputs: inputsRoot(evidence),
    ...chainOf(context),
  };
}

/** Its place in the chain of its series, and what it was computed against where that is another record. */
function chainOf({ previous, head }: FixContext): Pick<FixRecord, 'previous_hash' | 'computed_against'> {
  const against = previous?.hash ?? null;
  if (head === undefined || head === against) return { previous_hash: against };
  return { previous_hash: head, computed_against: against };
}

/** The value per unit of compute (methodology, section 9): what an hour of one SCU costs when bought as this class. */
function scuOf(value: bigint | null, hardwareClass: string, rulebook: Rulebook): FixRecord['scu'] {
  const rating = rulebook.standard_compute_unit.ratings[hardwareClass];
  if (value === null || !rating) return null;
  const { value_decimals, scu_decimals } = rulebook.rounding;
  const per = (one: string) => ({
    rating: one,
    value: perScu(formatDecimal(value, value_decimals), one, scu_decimals),
  });
  const { status, training, inference, combined } = rating;
  return {
    status,
    training: per(training),
    inference: per(inference),
    combined: per(combined),
    unit: 'USD/SCU-h',
  };
}

function statusOf({ level }: Outcome, providers: number, filled: number, { status }: Rulebook): FixStatus {
  if (level === null) return 'suspended';
  if (level === 6) return 'carried';
  return level === 5 || providers < status.thin_below_providers || filled < status.thin_below_partitions
    ? 'thin'
    : 'normal';
}

/** GPUs that stood in the window on average, by the sizes they weigh by. */
function meanGpus(included: readonly FixInput[], { window }: Book): number {
  let gpuSeconds = 0;
  for (const { candidate } of included) gpuSeconds += candidate.gpus * candidate.seconds;
  return Number(divideHalfEven(BigInt(gpuSeconds), BigInt(window.to - window.from)));
}

/** Transactions that count, and their volume in GPU-hours. */
function printsOf(included: readonly FixInput[], { prints }: Book): Pick<FixRecord['counts'], 'prints' | 'gpu_hours'> {
  if (prints.length === 0) return { prints: 0, gpu_hours: formatDecimal(0n, VOLUME_SCALE) };
  const counting = new Set(included.map(({ candidate }) => candidate));
  const counted = prints.filter(({ candidate }) => counting.has(candidate));
  return {
    prints: counted.length,
    gpu_hours: formatDecimal(
      counted.reduce((sum, { volume }) => sum + volume, 0n),
      VOLUME_SCALE,
    ),
  };
}

/** The lowest and highest price that would have passed in each partition, in micro-USD: of quotes by screen 8, of prints by the collar. */
function edgesOf(
  partitions: readonly Partition[],
  { prepared }: Outcome,
  context: FixContext,
  rulebook: Rulebook,
): Map<Prepared, { low: number; high: number }> {
  const band = rulebook.screens.plausibility.bands[context.series.hardwareClass];
  const [lowest, highest] = [band?.low ?? '0', band?.high ?? '0'].map((price) => Number(parseDecimal(price, 6))) as [
    number,
    number,
  ];
  const standing = prepared.some((one) => one.isOfPrints) ? standingValue(partitions, rulebook, context) : null;
  const collar = standing && collarOf(standing, rulebook);
  return new Map(
    prepared.map((one, index) => {
      if (one.isOfPrints && collar)
        return [one, { low: Math.max(lowest, collar.low), high: Math.min(highest, collar.high) }];
      const centre = one.isOfPrints ? null : (partitions[index]?.centre ?? null);
      if (centre === null) return [one, { low: lowest, high: highest }];
      const low = Math.max(lowest, Math.ceil((centre.centreQuarters - centre.reachQuarters) / 4));
      return [one, { low, high: Math.min(highest, Math.floor((centre.centreQuarters + centre.reachQuarters) / 4)) }];
    }),
  );
}

/** What one GPU weighs that stands, or is rented, through a whole partition. */
function gpuWeight({ estimatedLevel: level }: Outcome, { window }: Rulebook): number {
  const seconds = (window.hours * 3600) / window.partitions;
  if (level.input === 'transactions') return printWeight(level, seconds);
  return seconds * (level.evidence_weights.executable ?? 0);
}

function topShare(prices: readonly ProviderPrice[], count: number): bigint {
  const shares = prices.map((one) => one.share).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return shares.slice(0, count).reduce((a, b) => a + b, 0n);
}

/** Shares by kind of evidence, and by what attests to them. A grade was given to a print alone: what a quote says of itself is a claim. */
function kindShares(
  { shares: { candidates, units } }: Estimate,
  format: (units: bigint) => string,
): Pick<FixRecord['shares'], 'evidence' | 'attestation'> {
  const evidence = new Map<Evidence, number>();
  const attestation = { A: 0, B: 0, C: 0 };
  let last: Kind | null = null;
  let sum = 0;
  // What is alike mostly stands together.
  const put = () => {
    if (last !== null) evidence.set(last.evidence, (evidence.get(last.evidence) ?? 0) + sum);
    sum = 0;
  };
  for (let index = 0; index < candidates.length; index += 1) {
    const { facts } = candidates[index] as Candidate;
    if (facts.kind.evidence !== last?.evidence) put();
    last = facts.kind;
    sum += units[index] as number;
    const grade = last.evidence === 'transaction' ? facts.observation.attributes.attestation : null;
    if (grade === 'A' || grade === 'B') attestation[grade] += units[index] as number;
  }
  put();
  attestation.C = [...evidence.values()].reduce((whole, part) => whole + part, 0) - attestation.A - attestation.B;
  const order = ['transaction', 'executable', 'administered', 'listed'] as const;
  return {
    evidence: Object.fromEntries(
      order.flatMap((kind) => (evidence.has(kind) ? [[kind, format(BigInt(evidence.get(kind) as number))]] : [])),
    ),
    attestation: {
      A: format(BigInt(attestation.A)),
      B: format(BigInt(attestation.B)),
      C: format(BigInt(attestation.C)),
    },
  };
}

/** Weighted quantiles (lower) of the included prices by their share, in USD to six decimals. */
function distributionOf({ shares: { prices, units } }: Estimate): FixRecord['distribution'] {
  const order = priceOrder(prices).filter((place) => (units[place] as number) > 0);
  if (order.length === 0) return null;
  let total = 0;
  for (const place of order) total += units[place] as number;
  const write = (place: number) => formatDecimal(BigInt(prices[place] as number), 6);
  const quantile = (quarters: number) => {
    let at = 0;
    for (let before = units[order[0] as number] as number; before * 4 < total * quarters; ) {
      at += 1;
      before += units[order[at] as number] as number;
    }
    return write(order[at] as number);
  };
  return {
    minimum: write(order[0] as number),
    p25: quantile(1),
    median: quantile(2),
    p75: quantile(3),
    maximum: write(order.at(-1) as number),
  };
}

function rejectionsOf(trace: readonly FixInput[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { included, reason } of trace) if (!included && reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => byText(a, b)));
}

function capOf(state: CapState): FixCap {
  const format = ({ numerator, denominator }: Rational) =>
    formatDecimal(divideHalfEven(numerator * 1_000_000n, denominator), 6);
  return { cap: format(state.cap), in_force: format(state.inForce), bound: state.bound, relaxed: state.relaxed };
}

/**
 * The fix without each provider and each venue, at the same level and with the same screens. Only where the value was estimated at this
 * strike: a moved or carried value does not rest on these prices alone.
 */
function influenceOf(
  outcome: Outcome,
  prices: readonly ProviderPrice[],
  rulebook: Rulebook,
  context: FixContext,
): FixRecord['influence'] {
  const before = previousStrike(context);
  const { value } = outcome;
  if (value === null || outcome.level === null || outcome.level > 4)
    return { largest: null, providers: [], venues: [] };
  const decimals = rulebook.rounding.value_decimals;
  const leave = estimateWithout(outcome.prepared, rulebook);
  const distances = new Map<FixInfluence, bigint>();
  const without = (leftOut: LeftOut): FixInfluence => {
    const micro = leave(leftOut);
    if (micro === null) return { ...leftOut, value_without: null, change: null };
    const anchor = anchorOf(outcome.estimate, micro, before, outcome.estimatedLevel, rulebook, leftOut);
    const left = roundValue(anchor?.value ?? micro, rulebook);
    const influence = {
      ...leftOut,
      value_without: formatDecimal(left, decimals),
      change: formatDecimal(divideHalfEven((left - value) * 1_000_000n, value), 6),
    };
    distances.set(influence, left > value ? left - value : value - left);
    return influence;
  };
  const providers = prices.map(({ provider }) => without({ kind: 'provider', id: provider }));
  const members = new Map<string, number>();
  for (const { venue } of prices) members.set(venue, (members.get(venue) ?? 0) + 1);
  // A venue of one provider of its own name is that provider.
  const alone = new Map(
    prices.flatMap(({ provider, venue }, index) =>
      provider === venue && members.get(venue) === 1 ? [[venue, providers[index] as FixInfluence] as const] : [],
    ),
  );
  const venues = [...members.keys()].sort(byText).map((id): FixInfluence => {
    const same = alone.get(id);
    return same ? { ...same, kind: 'venue' } : without({ kind: 'venue', id });
  });
  let largest: FixInfluence | null = null;
  for (const [influence, distance] of distances) {
    if (largest === null || distance > (distances.get(largest) as bigint)) largest = influence;
  }
  return { largest, providers, venues };
}
