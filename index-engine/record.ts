import type { Evidence } from '#methodology/evidence';

/**
 * What a fix carries (methodology, section 7). Prices are decimal strings in USD per GPU-hour, instants RFC 3339 UTC, shares decimal
 * strings between 0 and 1.
 */

/** One level of the waterfall, 1 (transactions) to 6 (carried forward); null while suspended. */
export type Level = 1 | 2 | 3 | 4 | 5 | 6;
export type FixStatus = 'normal' | 'thin' | 'carried' | 'suspended';

/** A provider's part in a fix: its time-weighted price and its share of the capped weight. */
export interface FixProvider {
  provider: string;
  venue: string;
  price: string;
  share: string;
}

export interface FixInfluence {
  id: string;
  kind: 'provider' | 'venue';
  /** The fix without this participant; null where nothing would be left. */
  value_without: string | null;
  /** Relative change of the fix when it is left out, e.g. "-0.0123". */
  change: string | null;
}

export interface FixCap {
  cap: string;
  /** The cap in force: equal to `cap`, or 1/n where there were too few participants. */
  in_force: string;
  bound: boolean;
  relaxed: boolean;
}

/** What moves a fix: a share of the weight at the edge of what passes the screens, at so many venues, so many GPUs through the window. */
export interface MoveCost {
  share: string;
  venues: number;
  gpus: number;
}

export interface LevelTest {
  level: Level;
  passed: boolean;
  /** What was found and what was needed, in words. */
  reason: string;
}

/** The signed record of one fix. Its canonical JSON (RFC 8785) is what is hashed, chained and signed. */
export interface FixRecord {
  format: 'csi-fix/1';
  series: string;
  hardware_class: string;
  /** Local calendar date of the strike, e.g. "2026-07-28". */
  date: string;
  strike: string;
  strike_local: string;
  time_zone: string;
  window: { from: string; to: string; partitions: number; partitions_filled: number };
  revision: number;
  /** Some of its evidence is made up: a fix of a demonstration, which nobody settles on. */
  simulated: boolean;
  publication: 'initial' | 'restated';
  /** Of a restatement: the revision that it stands beside, and the instant before which facts were learned that count. */
  restates?: { hash: string; known_at: string } | undefined;
  /**
   * The fix before this strike that it was computed against, null for none. Only where `previous_hash`, the newest of its chain, is another:
   * that of a restatement, or of a fix of another strike.
   */
  computed_against?: string | null | undefined;
  value: string | null;
  unit: 'USD/GPU-h';
  /** The value per Standard Compute Unit, by workload, and what the class is rated: null where there is no value or no rating. */
  scu: {
    status: 'rated' | 'provisional';
    training: { rating: string; value: string };
    inference: { rating: string; value: string };
    combined: { rating: string; value: string };
    unit: 'USD/SCU-h';
  } | null;
  level: Level | null;
  status: FixStatus;
  /** Why there is no value, for a suspended series. */
  reason: string | null;
  sentence: string;
  levels: LevelTest[];
  counts: {
    observations: number;
    included: number;
    excluded: number;
    providers: number;
    venues: number;
    /** GPUs that stood in the window on average. */
    gpus: number;
    /** Transactions that count, and their volume. */
    prints: number;
    gpu_hours: string;
  };
  shares: {
    top_provider: string | null;
    top_five_providers: string | null;
    evidence: Partial<Record<Evidence, string>>;
    /** By how well delivery is attested: A by the hardware, B measured by a registered verifier, C claimed only, as every quote is. */
    attestation: Record<'A' | 'B' | 'C', string>;
  };
  distribution: { minimum: string; p25: string; median: string; p75: string; maximum: string } | null;
  rejections: Record<string, number>;
  caps: { provider: FixCap; venue: FixCap } | null;
  providers: FixProvider[];
  influence: { largest: FixInfluence | null; providers: FixInfluence[]; venues: FixInfluence[] };
  /** The fewest that hold the fraction of the weight below the central part. */
  concentration: { fraction: string; providers: number | null; venues: number | null };
  /** What it takes to move the estimate of the strike, before any anchor: null where no value was estimated, a side null where no share of the weight does it. */
  cost_to_move: { by: string; up: MoveCost | null; down: MoveCost | null } | null;
  /**
   * How level 4 was held to the fix before: the day's estimate as it is, the fix before moved by matched prices, and which of them, or which
   * edge of the band about the estimate, is the value. Null where the estimate is the value.
   */
  anchor: {
    estimate: string;
    moved: string;
    matched_providers: number;
    band: string;
    held: 'moved' | 'drawn' | 'estimate' | 'upper' | 'lower';
  } | null;
  /** Since the fix before, as fractions of it: what the estimator makes of the prices of providers present at both, and what is left. */
  change: {
    since: string;
    total: string;
    matched_providers: number;
    price: string | null;
    composition: string | null;
  } | null;
  /** Other estimators over the same evidence, and which of them part from the fix. */
  diagnostics: {
    weighted_mean: string;
    weighted_median: string;
    trimmed_mean: string;
    provider_median: string;
    alarms: string[];
  } | null;
  carried_strikes: number;
  methodology: { version: string; sha256: string };
  engine: string;
  inputs: { count: number; merkle_root: string };
  previous_hash: string | null;
}
