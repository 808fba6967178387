import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Published fixes. Append-only by trigger; one per (series, strike, revision) by constraint, so two replicas cannot both publish. */
export const fixes = pgTable(
  'fixes',
  {
    series: text('series').notNull(),
    strike: instant('strike').notNull(),
    revision: smallint('revision').notNull(),
    date: date('date').notNull(),
    value: numeric('value', { precision: 20, scale: 6 }),
    level: smallint('level'),
    status: text('status').notNull(),
    reason: text('reason'),
    p25: numeric('p25', { precision: 20, scale: 6 }),
    p75: numeric('p75', { precision: 20, scale: 6 }),
    providers: integer('providers').notNull(),
    /** The canonical JSON (RFC 8785) that was hashed and signed. */
    canonical: text('canonical').notNull(),
    hash: text('hash').notNull().unique(),
    previousHash: text('previous_hash'),
    signature: text('signature').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => keys.keyId),
    publishedAt: instant('published_at').notNull(),
    /** Version of the time-zone database that placed the strike. Beside the record, not in it: bytes must not depend on the machine. */
    timeZoneDatabase: text('time_zone_database').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.series, table.strike, table.revision] }),
    // One successor for each fix: the chain of a series cannot fork.
    unique('fixes_chain').on(table.series, table.previousHash).nullsNotDistinct(),
    index('fixes_by_strike').on(table.strike),
    index('fixes_by_date').on(table.series, table.date),
    check('suspended_has_no_value', sql`(${table.status} = 'suspended') = (${table.value} is null)`),
  ],
);

/** Public keys that have signed fixes. The private key never enters the ledger. */
export const keys = pgTable('keys', {
  keyId: text('key_id').primaryKey(),
  algorithm: text('algorithm').notNull(),
  publicKey: text('public_key').notNull(),
  createdAt: instant('created_at').notNull(),
  active: boolean('active').notNull(),
});

/** Rulebooks as they were when fixes named them: a version once used never changes. */
export const rulebooks = pgTable('rulebooks', {
  version: text('version').primaryKey(),
  sha256: text('sha256').notNull(),
  content: jsonb('content').notNull(),
  firstUsedAt: instant('first_used_at').notNull(),
});

/** How each source is doing. */
export const sourceHealth = pgTable('source_health', {
  source: text('source').primaryKey(),
  lastRunAt: instant('last_run_at'),
  lastSuccessAt: instant('last_success_at'),
  lastError: text('last_error'),
  consecutiveFailures: integer('consecutive_failures').notNull(),
});

/** What readers should know: a source gone silent, a shape that changed, a circuit opened. Append-only. */
export const notices = pgTable(
  'notices',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    at: instant('at').notNull(),
    kind: text('kind').notNull(),
    /** What it is about: a source or a series. */
    subject: text('subject').notNull(),
    text: text('text').notNull(),
  },
  (table) => [index('notices_by_time').on(table.at)],
);

/** Who may run what until when: sources are shared among collectors, and one process publishes, by leases that run out. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

/** Keys with which contributors say who they are. The secret is shown once; its SHA-256 is all that is kept. */
export const apiKeys = pgTable('api_keys', {
  id: text('id').primaryKey(),
  contributor: text('contributor').notNull(),
  /** The venue that the contributor operates and may speak for; null where it is a party to trades. */
  venue: text('venue'),
  scopes: text('scopes').array().notNull(),
  secretSha256: text('secret_sha256').notNull(),
  createdAt: instant('created_at').notNull(),
  revokedAt: instant('revoked_at'),
});

/** Public keys of those who measure delivered hardware and sign what they found. */
export const verifiers = pgTable('verifiers', {
  id: text('id').primaryKey(),
  /** Raw Ed25519 public key, base64url. */
  publicKey: text('public_key').notNull(),
  createdAt: instant('created_at').notNull(),
  revokedAt: instant('revoked_at'),
});

/** Contributions by contributor and idempotency key. One is held by the request that works on it, by a lease that runs out. */
export const contributions = pgTable(
  'contributions',
  {
    receiptId: text('receipt_id').primaryKey(),
    contributor: text('contributor').notNull(),
    receivedAt: instant('received_at').notNull(),
    holder: text('holder').notNull(),
    heldUntil: instant('held_until').notNull(),
    /** The signed receipt as canonical JSON; null while the contribution is not whole. */
    receipt: text('receipt'),
  },
  (table) => [index('contributions_by_contributor').on(table.contributor, table.receivedAt)],
);

/** What became of the lines of a contribution, segment by segment, each written when its facts are durable. */
export const contributionSegments = pgTable(
  'contribution_segments',
  {
    receiptId: text('receipt_id')
      .notNull()
      .references(() => contributions.receiptId),
    segment: integer('segment').notNull(),
    /** SHA-256 of the lines as they came: a request sent again must say the same. */
    sha256: text('sha256').notNull(),
    lines: integer('lines').notNull(),
    /** One line each: see store/ledger/contributions. */
    verdicts: text('verdicts').notNull(),
    /** Leaf hashes of the accepted lines in order, 32 bytes each, base64. */
    leaves: text('leaves').notNull(),
  },
  (table) => [primaryKey({ columns: [table.receiptId, table.segment] })],
);

/** The transparency log: a leaf for each published record, in the order of publication (RFC 6962). Append-only by trigger. */
export const logLeaves = pgTable('log_leaves', {
  index: bigint('index', { mode: 'number' }).primaryKey(),
  /** What the leaf is: a fix, a contribution's receipt, or a signed record and its kind. */
  kind: text('kind').notNull(),
  /** What it is about: a series, a receipt's id, a contract and month. */
  subject: text('subject').notNull(),
  /** SHA-256 of the canonical record, by which the record itself is found. One record is one leaf. */
  hash: text('hash').notNull().unique(),
  /** SHA-256 of the byte 0 and the canonical record. */
  leafHash: text('leaf_hash').notNull(),
  at: instant('at').notNull(),
});

/** How large the log is, and the roots of its full subtrees: who appends holds this one row. */
export const logState = pgTable(
  'log_state',
  {
    id: smallint('id').primaryKey(),
    size: bigint('size', { mode: 'number' }).notNull(),
    /** Roots of the full subtrees from left to right, lower-case hexadecimal. */
    peaks: text('peaks').array().notNull(),
  },
  (table) => [check('log_state_is_one_row', sql`${table.id} = 1`)],
);

/** Signed tree heads: what the operator has committed itself to. Append-only by trigger. */
export const treeHeads = pgTable(
  'tree_heads',
  {
    size: bigint('size', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    root: text('root').notNull(),
    /** The canonical JSON that was signed. */
    canonical: text('canonical').notNull(),
    signature: text('signature').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => keys.keyId),
  },
  (table) => [primaryKey({ columns: [table.size, table.at] })],
);

/** Records other than fixes and receipts that the operator signs and logs: certificates, annotations, rulebook changes, keys, registers. */
export const signedRecords = pgTable(
  'signed_records',
  {
    hash: text('hash').primaryKey(),
    kind: text('kind').notNull(),
    subject: text('subject').notNull(),
    at: instant('at').notNull(),
    canonical: text('canonical').notNull(),
    signature: text('signature').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => keys.keyId),
  },
  (table) => [index('signed_records_by_subject').on(table.kind, table.subject, table.at)],
);
