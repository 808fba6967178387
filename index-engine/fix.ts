import { type Book, buildBook, type Candidate } from '#index-engine/book';
import type { CapState } from '#index-engine/caps';
import type { Estimate } from '#index-engine/estimate';
import type { Facts } from '#index-engine/facts';
import { influenceOf } from '#index-engine/influence';
import { type FixContext, type FixInputs, horizonOf, learnedBefore, tradeKey } from '#index-engine/inputs';
import { rootOf } from '#index-engine/leaf-hash';
import { changeOf, concentrationOf, costToMove, diagnosticsOf, topShare } from '#index-engine/measures';
import { ratesInForce } from '#index-engine/normalise';
import { cutPartitions, type Partition } from '#index-engine/partition';
import type { Prepared } from '#index-engine/points';
import { byPrice } from '#index-engine/price-order';
import { printWeight } from '#index-engine/prints';
import type { Rational } from '#index-engine/rational';
import type { FixCap, FixRecord, FixStatus } from '#index-engine/record';
import { collarOf, screenPrints } from '#index-engine/screens/prints';
import { sentenceOf } from '#index-engine/sentence';
import { completeSweeps, withdrawalsByLine } from '#index-engine/sweeps';
import { type FixInput, printsOf, type Trace, traceOf } from '#index-engine/trace';
import { anchorRecord, type Outcome, previousStrike, runWaterfall, standingValue } from '#index-engine/waterfall';
import { byText } from '#methodology/canonical';
import { divideHalfEven, formatDecimal, parseDecimal, powerOfTen } from '#methodology/decimal';
import { EVIDENCE, type Evidence } from '#methodology/evidence';
import type { LoadedRulebook, Rulebook } from '#methodology/rulebook';
import { perScu } from '#methodology/scu/price';
import type { Observation } from '#store/observation';

/** The name of this calculation. It changes whenever the same inputs would give other bytes. */
export const ENGINE = 'csi-engine/5';

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
  return { record, inputs: trace.inputs, evidence };
}

/** Only what bears on the fix, in one order: the observations of the book, the sweeps of their sources, the rates of their currencies. */
function evidenceOf(inputs: FixInputs, book: Book, rulebook: Rulebook, context: FixContext): FixInputs {
  const { strike } = context;
  const sources = new Set<string>();
  const currencies = new Set<string>();
  const observations = new Array<Observation>(book.facts.length);
  let last: Facts | null = null;
  for (let index = 0; index < book.facts.length; index += 1) {
    const one = book.facts[index] as Facts;
    observations[index] = one.observation;
    // What follows each other is mostly of one source, at one currency.
    if (one.source !== last?.source) sources.add(one.observation.source);
    if (one.currency !== last?.currency) currencies.add(one.observation.currency);
    last = one;
  }
  const told = withdrawalsByLine(inputs.withdrawals);
  const lines = new Set(told.size === 0 ? [] : book.facts.map(({ line }) => line));
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
function inputsRoot(
  { observations, sweeps, rates, withdrawals, cancellations }: FixInputs,
  strike: Date,
): FixRecord['inputs'] {
  const others = [...sweeps, ...rates, ...withdrawals, ...cancellations];
  const leaves = others.length === 0 ? observations : [...observations, ...others];
  return { count: leaves.length, merkle_root: rootOf(leaves, strike) };
}

function draftRecord(
  book: Book,
  partitions: readonly Partition[],
  outcome: Outcome,
  trace: Trace,
  loaded: LoadedRulebook,
  context: FixContext,
  evidence: FixInputs,
): Omit<FixRecord, 'sentence'> {
  const { rulebook } = loaded;
  const { series, strike, previous, restates } = context;
  const { rounding } = rulebook;
  const { estimate: estimated } = outcome;
  const prices = estimated.prices;
  const share = (units: bigint) =>
    formatDecimal(divideHalfEven(units, powerOfTen(12 - rounding.share_decimals)), rounding.share_decimals);
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
      observations: trace.inputs.length,
      included: trace.included,
      excluded: trace.inputs.length - trace.included,
      providers: prices.length,
      venues: new Set(prices.map((one) => one.venue)).size,
      gpus: trace.gpus,
      ...printsOf(trace, book),
    },
    shares: {
      top_provider: prices.length > 0 ? share(topShare(prices, 1)) : null,
      top_five_providers: prices.length > 0 ? share(topShare(prices, 5)) : null,
      ...kindShares(estimated, share),
    },
    distribution: distributionOf(estimated),
    rejections: trace.rejections,
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
    inputs: inputsRoot(evidence, strike.instant),
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

interface KindSum {
  evidence: Evidence;
  candidates: number;
  units: number;
}

/** Shares by kind of evidence, and by what attests to them. A grade was given to a print alone: what a quote says of itself is a claim. */
function kindShares(
  { shares: { rows, places, units } }: Estimate,
  format: (units: bigint) => string,
): Pick<FixRecord['shares'], 'evidence' | 'attestation'> {
  const sums: KindSum[] = EVIDENCE.map((evidence) => ({ evidence, candidates: 0, units: 0 }));
  let sum = sums[0] as KindSum;
  const attestation = { A: 0, B: 0, C: 0 };
  let total = 0;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    const { kind, observation } = rows.candidates[place] as Candidate;
    const share = units[place] as number;
    // What follows each other is mostly of one kind.
    if (kind.evidence !== sum.evidence) sum = sums.find(({ evidence }) => evidence === kind.evidence) as KindSum;
    sum.candidates += 1;
    sum.units += share;
    total += share;
    if (kind.evidence !== 'transaction') continue;
    const grade = observation.attributes.attestation;
    if (grade === 'A' || grade === 'B') attestation[grade] += share;
  }
  attestation.C = total - attestation.A - attestation.B;
  return {
    evidence: Object.fromEntries(
      sums.flatMap(({ evidence, candidates, units }) => (candidates === 0 ? [] : [[evidence, format(BigInt(units))]])),
    ),
    attestation: {
      A: format(BigInt(attestation.A)),
      B: format(BigInt(attestation.B)),
      C: format(BigInt(attestation.C)),
    },
  };
}

/** The first of some places, in ascending order of price, at which their cumulated units reach so many quarters of the whole. */
function quantileOf(places: Int32Array, units: Float64Array, total: number, quarters: number): number {
  let before = 0;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    before += units[place] as number;
    if (before * 4 >= total * quarters) return place;
  }
  throw new RangeError('no places');
}

/** Weighted quantiles (lower) of the included prices by their share, in USD to six decimals. */
function distributionOf({ shares: { rows, places, units } }: Estimate): FixRecord['distribution'] {
  const { prices } = rows.columns;
  const order = places.slice();
  byPrice(order, prices);
  const isHolding = (place: number) => (units[place] as number) > 0;
  const [lowest, highest] = [order.find(isHolding), order.findLast(isHolding)];
  if (lowest === undefined || highest === undefined) return null;
  let total = 0;
  for (let place = 0; place < units.length; place += 1) total += units[place] as number;
  const write = (place: number) => formatDecimal(BigInt(prices[place] as number), 6);
  const quarters = [1, 2, 3].map((quarter) => write(quantileOf(order, units, total, quarter)));
  return {
    minimum: write(lowest),
    p25: quarters[0] as string,
    median: quarters[1] as string,
    p75: quarters[2] as string,
    maximum: write(highest),
  };
}

function capOf(state: CapState): FixCap {
  const format = ({ numerator, denominator }: Rational) =>
    formatDecimal(divideHalfEven(numerator * 1_000_000n, denominator), 6);
  return { cap: format(state.cap), in_force: format(state.inForce), bound: state.bound, relaxed: state.relaxed };
}
