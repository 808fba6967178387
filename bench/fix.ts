import { buildBook } from '#index-engine/book';
import { globalStrike, inputsOf } from '#index-engine/compute-strike';
import { computeFix } from '#index-engine/fix';
import type { FixContext, FixInputs } from '#index-engine/inputs';
import { cutPartitions } from '#index-engine/partition';
import { runWaterfall } from '#index-engine/waterfall';
import { type LoadedRulebook, rulebookAt } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import type { ClickHouse } from '#store/clickhouse/client';
import { type Observation, observationId } from '#store/observation';
import { collectGarbage, type Figure, medianTime, quietTime, quietTimes } from './measure';

const SYNTHETIC = 100_000;
const SYNTHETIC_PROVIDERS = 200;
const USUAL = 2000;
const USUAL_PROVIDERS = 40;
/** So many that each is asked some ten times by 100,000 observations, and so many that each is asked once. */
const SOME_PRICES = 10_007;
const MANY_PRICES = 100_003;
const YESTERDAY = '2026-07-27';
const TODAY = '2026-07-28';
/** Fixes after which the compiler has seen what there is to see: some two weeks of a service's. */
const WARM = 1500;
const ROUNDS = 5;
const TURNS = 24;

/**
 * Listed H100 prices that stood through the whole window, many lines of each provider: deterministic, and others at each strike.
 * @param prices how many different ones there are: a prime
 */
export function syntheticInputs(
  { strike }: Pick<FixContext, 'strike'>,
  count: number,
  providers: number,
  prices = SOME_PRICES,
): FixInputs {
  const event_at = new Date(strike.instant.getTime() - 25 * 3_600_000).toISOString();
  const factor = strike.date < TODAY ? 7907 : 7919;
  const observations: Observation[] = Array.from({ length: count }, (_, index) => {
    const provider = `p${index % providers}`;
    const fact = {
      source: 'synthetic',
      native_id: String(index),
      sweep_id: 'one',
      event_at,
      observed_at: event_at,
      provider,
      venue: provider,
      venue_type: index % 2 === 0 ? ('marketplace' as const) : ('neocloud' as const),
      evidence: 'listed' as const,
      aggregator: false,
      label: 'H100 SXM',
      memory_gb: 80,
      hardware_class: 'H100-SXM-80',
      gpus: 2 + (index % 63),
      available_gpus: null,
      tenor: 'OD',
      country: null,
      region: null,
      price: (2.5 + ((index * factor) % prices) / prices).toFixed(6),
      currency: 'USD',
      price_basis: 'gpu_hour' as const,
      attributes: {},
      trade: null,
      capture_id: 'synthetic',
      capture_sha256: '0'.repeat(64),
    };
    return { observation_id: observationId(fact), ...fact };
  });
  // As the store gives them.
  observations.sort((a, b) => (a.native_id < b.native_id ? -1 : 1));
  return { observations, sweeps: [], rates: [], withdrawals: [], cancellations: [] };
}

/**
 * What a fix takes (methodology, section 5: the mean of the partitions' central thirds) of observations that are read and judged, each a row
 * of numbers as it is in ClickHouse's table: all that the engine does with their prices, against ClickHouse's weighted quantile over them.
 */
async function benchValue(
  store: ClickHouse,
  inputs: FixInputs,
  loaded: LoadedRulebook,
  context: FixContext,
): Promise<{ value: number; quantile: number; prices: number; outliers: number; partitions: string }> {
  const { rulebook } = loaded;
  const book = buildBook(inputs, rulebook, context);
  const partitions = cutPartitions(book, rulebook, null);
  const valued = () => runWaterfall(book, cutPartitions(book, rulebook, null), rulebook, context).value;
  const rows = inputs.observations.map(({ price, gpus }) => ({
    price: Math.round(Number(price) * 1e6),
    weight: (gpus ?? 8) * 86_400,
  }));
  await store.command(
    'CREATE TABLE csi.bench_points (price UInt64, weight UInt64) ENGINE = MergeTree ORDER BY tuple()',
  );
  await store.insert('csi.bench_points', rows);
  const quantiles = () =>
    store.rows('SELECT quantilesExactWeighted(0.333333, 0.5, 0.666667)(price, weight) FROM csi.bench_points');
  collectGarbage();
  const [quantile, value] = await quietTimes(TURNS, 21, quantiles, valued);
  await store.command('DROP TABLE csi.bench_points');
  return {
    value,
    quantile,
    prices: new Set(rows.map(({ price }) => price)).size,
    outliers: partitions[0]?.outliers.length ?? 0,
    partitions: `${new Set(partitions).size} of ${partitions.length}`,
  };
}

/** One fix: the recorded H100's, one of a usual size, and one of 100,000 synthetic observations. */
export async function benchFix(store: ClickHouse): Promise<Figure[]> {
  const loaded = rulebookAt(new Date(`${TODAY}T12:00:00Z`));
  const strike = globalStrike(TODAY, loaded);
  const series = seriesCatalogue(loaded.rulebook).find((one) => one.id === 'CSI-H100-SXM-80');
  if (!series) throw new Error('no H100 series');
  const context: FixContext = { series, strike, previous: null };
  const recorded = await inputsOf(store, strike, loaded, [series.hardwareClass]);
  const h100 = await medianTime(201, () => computeFix(recorded, loaded, context));

  const { rulebook } = loaded;
  const before = globalStrike(YESTERDAY, loaded);
  const first = { ...context, strike: before };
  const { record } = computeFix(syntheticInputs(first, USUAL, USUAL_PROVIDERS), loaded, first);
  // Held to the fix before, as all but the first of a series are.
  const next: FixContext = { ...context, previous: { record, hash: '' } };
  const usual = syntheticInputs(next, USUAL, USUAL_PROVIDERS);
  // Each time as a strike gives them: facts that are known, in a list that is new.
  const anew = (): FixInputs => ({ ...usual, observations: usual.observations.slice() });
  for (let run = 0; run < WARM; run += 1) computeFix(anew(), loaded, next);
  // Between all other figures, so that no slow half minute of the machine is all that is seen of it.
  const usualTimes: number[] = [];
  const timeUsual = async () => {
    usualTimes.push(await quietTime(ROUNDS, 201, () => computeFix(anew(), loaded, next)));
  };
  await timeUsual();
  const unseen = await quietTime(ROUNDS, 21, () => {
    computeFix({ ...usual, observations: usual.observations.map((one) => ({ ...one })) }, loaded, next);
  });
  await timeUsual();
  const usualValue = await quietTime(ROUNDS, 201, () => {
    const book = buildBook(anew(), rulebook, next);
    return runWaterfall(book, cutPartitions(book, rulebook, record), rulebook, next).value;
  });
  await timeUsual();
  const synthetic = syntheticInputs(context, SYNTHETIC, SYNTHETIC_PROVIDERS);
  const started = performance.now();
  computeFix(synthetic, loaded, context);
  const whole = performance.now() - started;
  const again = await medianTime(3, () => computeFix(synthetic, loaded, context));
  await timeUsual();
  const some = await benchValue(store, synthetic, loaded, context);
  await timeUsual();
  const many = await benchValue(
    store,
    syntheticInputs(context, SYNTHETIC, SYNTHETIC_PROVIDERS, MANY_PRICES),
    loaded,
    context,
  );
  await timeUsual();
  const usualTime = Math.min(...usualTimes);
  const { quantile } = some;
  return [
    {
      what: `one fix, H100 SXM as recorded (${recorded.observations.length} observations read)`,
      value: h100,
      unit: 'ms',
    },
    {
      what: `one fix of ${USUAL} observations of ${USUAL_PROVIDERS} providers, whole record: influence of each, cost to move, trace, Merkle root`,
      value: usualTime,
      unit: 'ms',
      ratio: { of: "ClickHouse's weighted quantiles over 100,000 rows", value: usualTime / quantile },
    },
    {
      what: 'the same where every observation is seen for the first time: each is read, judged and hashed',
      value: unseen,
      unit: 'ms',
      ratio: { of: 'where they are known from another fix', value: unseen / usualTime },
    },
    {
      what: 'its value alone: screens, caps, estimate, levels',
      value: usualValue,
      unit: 'ms',
      ratio: { of: 'the whole record', value: usualValue / usualTime },
    },
    ...[some, many].flatMap((one): Figure[] => [
      {
        what: `ClickHouse's weighted quantiles over 100,000 rows, ${one.prices} different prices`,
        value: one.quantile,
        unit: 'ms',
      },
      {
        what: `value of the same 100,000 rows: order of prices, outliers (${one.outliers}), levels, weights, caps, central third, share of each and price of each provider; partitions that are alike are worked out once: ${one.partitions}`,
        value: one.value,
        unit: 'ms',
        ratio: { of: "ClickHouse's weighted quantiles", value: one.value / one.quantile },
      },
    ]),
    {
      what: 'whole record of 100,000 observations that are known: screens, value, influence of 200 providers and venues, trace, Merkle root',
      value: again,
      unit: 'ms',
      ratio: { of: "ClickHouse's weighted quantiles", value: again / quantile },
    },
    {
      what: 'the same where every observation is seen for the first time',
      value: whole,
      unit: 'ms',
      ratio: { of: 'where they are known', value: whole / again },
    },
  ];
}
