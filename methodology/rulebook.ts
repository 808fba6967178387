import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalHash, deepFreeze } from '#methodology/canonical';
import { EVIDENCE } from '#methodology/evidence';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal string such as "0.25"');
const ratio = z.string().regex(/^(\d+\/[1-9]\d*|\d+(\.\d+)?)$/, 'a ratio such as "1/3" or "0.25"');
const count = z.int().positive();
const why = z.string().optional();
const venueType = z.enum(['marketplace', 'neocloud', 'hyperscaler', 'broker', 'exchange', 'depin']);
const evidence = z.enum(EVIDENCE);

const transactionLevel = {
  /** How far back from the strike prints count, and after how many hours their weight is halved: null for never. */
  hours: count,
  halving_hours: count.nullable(),
  minimum_prints: count,
  minimum_providers: count,
  minimum_gpu_hours: count,
  minimum_partitions: count,
  /** Of the volume, before the caps. */
  maximum_top_provider: ratio,
  why,
};
const standingLevel = {
  evidence_weights: z.partialRecord(evidence, count),
  minimum_providers: count,
  minimum_venues: count,
  /**
   * Holds the value to what matched prices did since the fix before, as long as that lies within a band about the estimate: who is looked at
   * changes daily, prices hardly. Of the gap to the estimate it closes at most a part (`catch_up`) of what prices moved. Null for the
   * estimate as it is.
   */
  anchor: z
    .strictObject({ band: ratio, catch_up: ratio, minimum_providers: count, minimum_matched_share: ratio, why })
    .nullable(),
  why,
};

const measuredDifferential = {
  definition: z.string().min(1),
  /** On-grade price ÷ off-grade price: the median over matched pairs, and its distribution-free interval. */
  ratio: decimal,
  low: decimal,
  high: decimal,
  pairs: z.int().nonnegative(),
  providers: z.int().nonnegative(),
};

/** The schema every rulebook version must meet. Each leaf is a number that affects a value; the engine has none of its own. */
export const rulebookSchema = z.strictObject({
  format: z.literal('csi-rulebook/1'),
  version: z.string().regex(/^\d+\.\d+$/),
  title: z.string().min(1),
  effective_from: z.iso.datetime(),
  standard_grade: z.strictObject({
    minimum_lot_gpus: count,
    accepted_hosting: z.array(z.string()).min(1),
    accepts_unstated_hosting: z.boolean(),
    accepts_unstated_lot: z.boolean(),
    accepted_products: z.array(z.string()).min(1),
    why,
  }),
  /** What brings an off-grade price to the grade, measured by matched pairs and frozen; and what was measured and not used, with why. */
  differentials: z.strictObject({
    measured: z.strictObject({ from: z.iso.date(), to: z.iso.date(), observations: count, captures: count }).nullable(),
    gates: z.strictObject({ minimum_pairs: count, minimum_providers: count, maximum_half_width: ratio }),
    used: z.array(
      z.strictObject({
        ...measuredDifferential,
        /** Off grade: these lots, or these kinds of hosting. */
        off: z.union([
          z.strictObject({ gpus: z.array(count).min(1) }),
          z.strictObject({ hosting: z.array(z.string()).min(1) }),
        ]),
        hardware_class: z.string().nullable(),
        tenor: z.string(),
        /** Pairs of one venue say nothing of another. */
        venues: z.array(z.string()).min(1),
      }),
    ),
    rejected: z.array(z.strictObject({ ...measuredDifferential, why: z.string() })),
    why,
  }),
  window: z.strictObject({ hours: count, partitions: count, standing_unit_seconds: z.literal(1), why }),
  /** The indicative index: the same estimator over a shorter window. Never settled on. */
  indicative: z.strictObject({ minutes: count, partitions: count, why }),
  strikes: z.record(
    z.enum(['GLOBAL', 'EU', 'US', 'APAC']),
    z.strictObject({ time: z.string().regex(/^\d\d:\d\d$/), time_zone: z.string().min(1) }),
  ),
  publication_delay_seconds: count,
  /** When a fix becomes final, when it is looked at for the last time before, from what move on it is restated, and what is late. */
  finality: z.strictObject({
    final_after_seconds: count,
    recheck_before_final_seconds: count,
    restatement_threshold: ratio,
    late_after_seconds: count,
    why,
  }),
  /** Dates of strikes over which a version must have run beside the one before it. */
  governance: z.strictObject({ parallel_run_days: count, why }),
  staleness_seconds: z.strictObject({
    executable: count,
    administered: count,
    listed: count,
    reported_for: count,
    why,
  }),
  series: z.strictObject({
    families: z
      .array(
        z.strictObject({
          suffix: z.string().regex(/^(\.[A-Z0-9]+)*$/),
          segment: z.array(venueType).min(1),
          tenor: z.string().regex(/^(OD|INT|R[1-9]\d?M)$/),
          region: z.enum(['GLOBAL', 'EU', 'US', 'APAC']),
          /** Kinds of evidence that count in this family; null means what each level says. */
          evidence: z.array(evidence).min(1).nullable(),
          /** Kinds of venue whose prints count at levels 1 and 2: a trade is made on an exchange, its capacity stands in a cloud. */
          prints: z.array(venueType),
          /** Providers that level 4 needs in this family; null means what the level says. */
          minimum_providers: count.nullable(),
          /** What its first fix needs: any input, or a value; or a value at the daily strike of its region, so that it begins on the daily one's. */
          begins: z.enum(['input', 'value', 'value_at_daily_strike']),
          /** Whether standing prices may give it a value after a strike without one only where each kind of venue of its segment has a price. */
          begins_with_every_segment: z.boolean().optional(),
          /** Once a day at the strike of its region, or at every full hour in UTC. */
          cadence: z.enum(['daily', 'hourly']).default('daily'),
          /** Classes it is published for; all without it. */
          hardware_classes: z.array(z.string()).min(1).optional(),
          why,
        }),
      )
      .min(1),
    why,
  }),
  screens: z.strictObject({
    own_history: z.strictObject({
      observations: count,
      minimum_observations: count,
      standard_deviations: decimal,
      deviation_floor: decimal,
      lookback_days: count,
      why,
    }),
    cross_section: z.strictObject({
      threshold: decimal,
      consistency: decimal,
      deviation_floor: decimal,
      minimum_points: count,
      why,
    }),
    corroboration: z.strictObject({ jump: ratio, peer_move: ratio, minimum_peers: count, why }),
    trades: z.strictObject({
      net_position_tolerance: ratio,
      longest_cycle: z.int().min(2).max(5),
      /** How far a print may lie from what stands in the same window, as a ratio; not above or below it by more. */
      collar: ratio,
      /** Of screen 8 among prints, each seller a point. */
      threshold: decimal,
      why,
    }),
    /** Prices that follow a rule and no market: measured, frozen and left out. */
    constant_ratio: z.strictObject({
      found: z.array(
        z.strictObject({
          provider: z.string().min(1),
          tenor: z.string(),
          /** The tenor it is a fixed part of. */
          base: z.string(),
          ratio: decimal,
          lines: count,
          of: count,
        }),
      ),
      why,
    }),
    plausibility: z.strictObject({
      bands: z.record(z.string(), z.strictObject({ low: decimal, high: decimal })),
      why,
    }),
  }),
  weights: z.strictObject({
    standard_market_size_gpus: count,
    unstated_lot_gpus: count,
    /** The most GPU-hours that one pair of counterparties counts for in a partition. */
    pair_gpu_hours: count,
    /** Of a print that one side alone reported. */
    unmatched_halves: z.literal(1),
    why,
  }),
  caps: z.strictObject({ provider: ratio, venue: ratio, why }),
  estimator: z.strictObject({ name: z.literal('interquantile_mean'), low: ratio, high: ratio, why }),
  waterfall: z
    .array(
      z.union([
        z.strictObject({ level: z.literal(1), input: z.literal('transactions'), ...transactionLevel }),
        z.strictObject({ level: z.literal(2), input: z.literal('transactions'), ...transactionLevel }),
        z.strictObject({ level: z.literal(3), input: z.literal('fill_price_per_venue'), ...standingLevel }),
        z.strictObject({ level: z.literal(4), input: z.literal('standing_prices'), ...standingLevel }),
        z.strictObject({ level: z.literal(5), input: z.literal('matched_movement'), minimum_providers: count }),
        z.strictObject({ level: z.literal(6), input: z.literal('carried_forward'), maximum_strikes: count }),
      ]),
    )
    .min(1),
  /** A level that gave the fix before passes its counts at this part of them, so that it does not come and go with one provider. */
  hysteresis: z.strictObject({ retain: ratio, why }),
  status: z.strictObject({ thin_below_providers: count, thin_below_partitions: count, why }),
  /** SCU of one accelerator by class: frozen here, derived in scu.json. */
  standard_compute_unit: z.strictObject({
    ratings: z.record(
      z.string(),
      z.strictObject({
        training: decimal,
        inference: decimal,
        combined: decimal,
        status: z.enum(['rated', 'provisional']),
      }),
    ),
    why,
  }),
  /** What a fix says of itself beside its value: the trim of the trimmed mean, the distance that raises an alarm, the move whose cost is told. */
  diagnostics: z.strictObject({ trim: ratio, alarm: ratio, move: ratio, why }),
  rounding: z.strictObject({
    price_decimals: z.literal(6),
    value_decimals: z.int().min(0).max(6),
    scu_decimals: z.int().min(0).max(6),
    share_decimals: z.int().min(2).max(9),
    mode: z.literal('half_even'),
  }),
});

/** A rulebook: every number that affects a value, as frozen data. */
export type Rulebook = z.infer<typeof rulebookSchema>;

/** A rulebook with the SHA-256 of its canonical JSON, which every fix names. */
export interface LoadedRulebook {
  rulebook: Rulebook;
  sha256: string;
}

/**
 * Checks a rulebook's data against the schema and hashes it.
 * @param where what to call it in an error
 * @throws Error naming the file, the field and what would be right
 */
export function readRulebook(data: unknown, where: string): LoadedRulebook {
  const parsed = rulebookSchema.safeParse(data);
  if (!parsed.success) throw new Error(`rulebook ${where} does not meet the schema:\n${z.prettifyError(parsed.error)}`);
  return deepFreeze({ rulebook: parsed.data, sha256: canonicalHash(parsed.data) });
}

const folder = new URL('./rulebooks/', import.meta.url);
let shipped: readonly LoadedRulebook[] | undefined;

/** All shipped rulebooks, in the order of their effective strikes. */
export function rulebooks(): readonly LoadedRulebook[] {
  shipped ??= readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readRulebook(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), name))
    .sort((a, b) => Date.parse(a.rulebook.effective_from) - Date.parse(b.rulebook.effective_from));
  return shipped;
}

/**
 * The rulebook in force at an instant.
 * @throws Error when none was in force yet
 */
export function rulebookAt(instant: Date): LoadedRulebook {
  const inForce = rulebooks().filter((one) => Date.parse(one.rulebook.effective_from) <= instant.getTime());
  const latest = inForce.at(-1);
  if (!latest) {
    const first = rulebooks()[0]?.rulebook.effective_from ?? 'never';
    throw new Error(`no rulebook was in force at ${instant.toISOString()}: the first takes effect at ${first}`);
  }
  return latest;
}
