/**
 * The shapes the API answers with. The terminal imports these types and nothing else of ours.
 * Prices are decimal strings in USD per GPU-hour, instants are RFC 3339 UTC, shares are decimal strings between 0 and 1.
 */

import type { DerivedUnits } from '#api/derived-types';
import type { FixRecord, FixStatus, Level } from '#index-engine/record';
import type { Evidence } from '#methodology/evidence';
import type { NOTICE_KINDS } from '#store/ledger/notices';

export type * from '#api/contract-types';
export type * from '#api/derived-types';
export type * from '#api/log-types';
export type {
  FixCap,
  FixInfluence,
  FixProvider,
  FixRecord,
  FixStatus,
  Level,
  LevelTest,
  MoveCost,
} from '#index-engine/record';
export type { Evidence } from '#methodology/evidence';
export type Finality = 'provisional' | 'final';

/** A published fix: the record, the exact canonical bytes that were hashed and signed, and the proof. */
export interface PublishedFix {
  fix: FixRecord;
  /** Canonical JSON text: SHA-256 over its UTF-8 bytes is `hash`, and the Ed25519 signature is over the same bytes. */
  canonical: string;
  hash: string;
  /** base64url, 64 bytes. */
  signature: string;
  key_id: string;
  published_at: string;
  /** Version of the time-zone database that placed the strike. */
  time_zone_database: string;
  finality: Finality;
}

/** What a final fix would have been, found later: signed and logged. The fix stays as it is. */
export interface FixCorrection {
  value: string | null;
  level: Level | null;
  status: FixStatus;
  /** Of the published value, as a fraction of it; null where either has none. */
  change: string | null;
  reason: string;
  /** Facts learned before this instant count. */
  known_at: string;
  /** The final fix that it stands beside. */
  fix_hash: string;
}

/** What is known of a fix beside its signed record. */
export interface FixFacts {
  due_at: string;
  final_at: string;
  /** Late, or on time; a backcast where its strike lies before the service began to publish. */
  timeliness: 'on_time' | 'late' | 'backcast';
  /** Whether its local date is a business day, by calendar; null where the calendar does not reach. */
  business_days: Record<string, boolean | null>;
  /** Signed remarks, oldest first. */
  annotations: { at: string; text: string; hash: string }[];
  correction: FixCorrection | null;
}

/** GET /v1/fixes/{series}/{date} */
export interface FixAnswer extends FixFacts {
  series: string;
  date: string;
  /** All revisions, newest last. */
  revisions: PublishedFix[];
  /** The newest revision's value in other units: beside the signed record, not in it. Null where it has no value. */
  units: DerivedUnits | null;
}

/** One row of GET /v1/fixes/latest, and of a `fix` event on the stream. */
export interface LatestFix {
  series: string;
  date: string;
  strike: string;
  value: string | null;
  level: Level | null;
  status: FixStatus;
  reason: string | null;
  /** Against the previous fix that had a value. */
  change: string | null;
  change_percent: string | null;
  providers: number;
  revision: number;
  finality: Finality;
  hash: string;
}

/** How often a series is struck. */
export type Cadence = 'daily' | 'hourly';

export interface IndexDefinition {
  series: string;
  name: string;
  hardware_class: string;
  vendor: string;
  family: string;
  segment: string;
  tenor: string;
  region: string;
  unit: 'USD/GPU-h';
  definition: string;
  /** A series struck every hour has many fixes on a date: each is named by its strike. */
  cadence: Cadence;
  strike_time: string;
  time_zone: string;
}

/** GET /v1/indices */
export interface IndicesAnswer {
  indices: (IndexDefinition & {
    latest: LatestFix | null;
    /** Up to the last 30 strikes, oldest first; null where suspended. */
    sparkline: { date: string[]; value: (string | null)[]; level: (Level | null)[] };
  })[];
}

/** Which state of a series' history is asked for. */
export type Vintage = 'latest' | 'initial' | 'corrected';

/** GET /v1/fixes/{series}: columnar. All arrays have one length. */
export interface FixHistory {
  series: string;
  cadence: Cadence;
  unit: 'USD/GPU-h';
  from: string | null;
  to: string | null;
  /** `latest`: the newest revision of each strike. `initial`: the first. `corrected`: with what was found after a fix was final. */
  vintage: Vintage;
  date: string[];
  strike: string[];
  value: (string | null)[];
  level: (Level | null)[];
  status: FixStatus[];
  reason: (string | null)[];
  p25: (string | null)[];
  p75: (string | null)[];
  providers: number[];
  hash: string[];
}

/** One observation considered for a fix, and what became of it. */
export interface Constituent {
  observation_id: string;
  source: string;
  provider: string;
  venue: string;
  evidence: Evidence;
  event_at: string;
  observed_at: string;
  /** When it stood inside the window, in seconds; 0 where it never did. */
  stood_seconds: number;
  gpus: number | null;
  /** As quoted. */
  price: string;
  currency: string;
  price_basis: string;
  /** Normalised to the standard grade, USD per GPU-hour; null where it could not be. */
  normalised_price: string | null;
  /** Share of the whole weight of the fix after caps; "0" where excluded. */
  weight: string;
  included: boolean;
  /** Reason code where excluded in all or part, e.g. "grade.lot_size"; null where it counted whole. */
  reason: string | null;
  detail: string | null;
  capture_id: string;
  capture_sha256: string;
  native_id: string;
  label: string;
  attributes: Record<string, string | number | boolean>;
}

/** GET /v1/fixes/{series}/{date}/inputs */
export interface InputsAnswer {
  series: string;
  date: string;
  fix_hash: string;
  inputs: Constituent[];
}

export interface SourceHealth {
  /** `fresh`: inside its objective. `late`: past it. `failing`: the last run failed. `never`: no run yet. */
  state: 'fresh' | 'late' | 'failing' | 'never';
  last_run_at: string | null;
  last_success_at: string | null;
  last_error: string | null;
  consecutive_failures: number;
  next_run_at: string | null;
}

export interface SourceStatus {
  id: string;
  title: string;
  homepage: string;
  provider: string | null;
  venue_type: string;
  evidence: Evidence[];
  aggregator: boolean;
  schedule: string;
  terms: { status: 'permitted' | 'needs licence' | 'unknown'; note: string; url: string };
  key_needed: boolean;
  /** Its parser has met only the documented shape: no live answer has passed its canary yet. */
  unproven: boolean;
  freshness_objective_seconds: number;
  health: SourceHealth;
  captures: number;
  observations: number;
  quarantined: number;
  last_capture_at: string | null;
  /** Quarantine by reason, most first. */
  rejections: { reason: string; count: number; last_at: string; example: string }[];
  /** Labels no alias knows, most frequent first (at most 20). */
  unknown_labels: { label: string; count: number }[];
}

/** GET /v1/sources */
export interface SourcesAnswer {
  as_of: string;
  sources: SourceStatus[];
  /** What the person can do when there is nothing yet, e.g. load an archive; null when there is something. */
  hint: string | null;
}

/** One quarantined row of GET /v1/sources/{id}/quarantine */
export interface QuarantinedRow {
  quarantine_id: string;
  source: string;
  capture_id: string;
  observed_at: string;
  reason: string;
  detail: string;
  native_id: string;
  excerpt: string;
}
export interface QuarantineAnswer {
  source: string;
  rows: QuarantinedRow[];
}

/** GET /v1/keys */
export interface KeysAnswer {
  keys: { key_id: string; algorithm: 'Ed25519'; public_key: string; created_at: string; active: boolean }[];
}

/** What a notice is about. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something readers should know: a disruption, a restatement, a source gone silent. */
export interface NoticeRow {
  id: number;
  at: string;
  kind: NoticeKind;
  subject: string;
  text: string;
}
/** GET /v1/notices: newest first. */
export interface NoticesAnswer {
  notices: NoticeRow[];
  /** `before` for the ones that come next; null where there is none. */
  next: number | null;
}

/** An entry of a register that the operator keeps: signed, logged, and never changed. */
export interface RegisterRow {
  id: string;
  /** Whose conflict, or who complains, as far as it may be public. */
  party: string;
  opened: { at: string; text: string; hash: string };
  closed: { at: string; text: string; hash: string } | null;
}
/** GET /v1/governance: hashes are those of the signed records in the log. */
export interface GovernanceAnswer {
  /** Every version of the rules that was announced or used, oldest first. */
  rulebooks: {
    version: string;
    sha256: string;
    event: 'announced' | 'used';
    title: string;
    effective_from: string;
    first_strike: string | null;
    summary: string | null;
    hash: string;
  }[];
  /** Versions run side by side, oldest first. */
  parallel_runs: {
    from: string;
    to: string;
    dates: number;
    current: { version: string; sha256: string };
    changed: { version: string; sha256: string };
    fixes: number;
    same: number;
    differing: number;
    hash: string;
  }[];
  conflicts: RegisterRow[];
  complaints: RegisterRow[];
}

/** What a series would be worth now, over the last hour. Indicative: nobody settles on it. */
export interface IndicativeRow {
  series: string;
  at: string;
  value: string;
  level: 3 | 4;
  providers: number;
}
/** GET /v1/indicative */
export interface IndicativeAnswer {
  label: 'indicative';
  unit: 'USD/GPU-h';
  values: IndicativeRow[];
}

/** Events on GET /v1/stream: `event:` is the key, `data:` the value as JSON. */
export interface StreamEvents {
  hello: { as_of: string; simulated: boolean };
  fix: LatestFix;
  source: { id: string; health: SourceHealth };
  notice: NoticeRow;
  /** Every minute, all series that have one. */
  indicative: { values: IndicativeRow[] };
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  parameter?: string;
  expected?: string;
}
