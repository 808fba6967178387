import { z } from '@hono/zod-openapi';
import { fixFacts } from '#api/schemas/fix-facts';
import { derivedUnits } from '#api/schemas/units';
import type {
  Constituent,
  FixAnswer,
  FixCap,
  FixHistory,
  FixInfluence,
  FixProvider,
  FixRecord,
  InputsAnswer,
  LatestFix,
  LevelTest,
  MoveCost,
  PublishedFix,
} from '#api/types';
import { EVIDENCE } from '#methodology/evidence';

const price = z.string().openapi({ description: 'Decimal, USD per GPU-hour.', example: '2.8134' });
const share = z.string().openapi({ description: 'Decimal between 0 and 1.', example: '0.250000' });
const instant = z.iso.datetime().openapi({ description: 'RFC 3339, UTC.', example: '2026-07-28T15:00:00.000Z' });
const day = z.iso.date().openapi({ description: 'Local calendar date of the strike.', example: '2026-07-28' });
const hash = z.string().openapi({ description: 'SHA-256 of the canonical record, hexadecimal.' });

export const evidence = z.enum(EVIDENCE);
export const level = z
  .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6)])
  .openapi({ description: 'Level of the waterfall: 1 (transactions) to 6 (carried forward).' });
const status = z.enum(['normal', 'thin', 'carried', 'suspended']);
const finality = z.enum(['provisional', 'final']).openapi({ description: 'Final from 24 hours after the strike on.' });

/** A fix as a row. */
export const latestFix = z
  .object({
    series: z.string(),
    date: day,
    strike: instant,
    value: price.nullable(),
    level: level.nullable(),
    status,
    reason: z.string().nullable(),
    change: z
      .string()
      .nullable()
      .openapi({ description: 'Against the previous fix that had a value.', example: '-0.0123' }),
    change_percent: z.string().nullable().openapi({ description: 'The same in percent.', example: '-0.44' }),
    providers: z.int(),
    revision: z.int(),
    finality,
    hash,
  })
  .openapi('LatestFix') satisfies z.ZodType<LatestFix>;

export const latestFixes = z.array(latestFix);

const cap = z.object({
  cap: share,
  in_force: share,
  bound: z.boolean(),
  relaxed: z.boolean(),
}) satisfies z.ZodType<FixCap>;

const provider = z.object({
  provider: z.string(),
  venue: z.string(),
  price,
  share,
}) satisfies z.ZodType<FixProvider>;

const influence = z
  .object({
    id: z.string(),
    kind: z.enum(['provider', 'venue']),
    value_without: price.nullable(),
    change: z.string().nullable(),
  })
  .openapi('Influence') satisfies z.ZodType<FixInfluence>;

const levelTest = z.object({ level, passed: z.boolean(), reason: z.string() }) satisfies z.ZodType<LevelTest>;

const perUnit = z.object({ rating: z.string(), value: price });
const moveCost = z.object({ share, venues: z.int(), gpus: z.int() }) satisfies z.ZodType<MoveCost>;

/** The signed record of one fix. */
const fixRecord = z
  .object({
    format: z.literal('csi-fix/1'),
    series: z.string(),
    hardware_class: z.string(),
    date: day,
    strike: instant,
    strike_local: z.string(),
    time_zone: z.string(),
    window: z.object({ from: instant, to: instant, partitions: z.int(), partitions_filled: z.int() }),
    revision: z.int(),
    simulated: z.boolean(),
    publication: z.enum(['initial', 'restated']),
    restates: z.object({ hash, known_at: instant }).optional(),
    computed_against: hash.nullable().optional(),
    value: price.nullable(),
    unit: z.literal('USD/GPU-h'),
    scu: z
      .object({
        status: z.enum(['rated', 'provisional']),
        training: perUnit,
        inference: perUnit,
        combined: perUnit,
        unit: z.literal('USD/SCU-h'),
      })
      .nullable(),
    level: level.nullable(),
    status,
    reason: z.string().nullable(),
    sentence: z.string(),
    levels: z.array(levelTest),
    counts: z.object({
      observations: z.int(),
      included: z.int(),
      excluded: z.int(),
      providers: z.int(),
      venues: z.int(),
      gpus: z.int(),
      prints: z.int(),
      gpu_hours: z.string(),
    }),
    shares: z.object({
      top_provider: share.nullable(),
      top_five_providers: share.nullable(),
      evidence: z.partialRecord(evidence, share),
      attestation: z.object({ A: share, B: share, C: share }),
    }),
    distribution: z.object({ minimum: price, p25: price, median: price, p75: price, maximum: price }).nullable(),
    rejections: z.record(z.string(), z.int()),
    caps: z.object({ provider: cap, venue: cap }).nullable(),
    providers: z.array(provider),
    influence: z.object({
      largest: influence.nullable(),
      providers: z.array(influence),
      venues: z.array(influence),
    }),
    concentration: z.object({ fraction: z.string(), providers: z.int().nullable(), venues: z.int().nullable() }),
    cost_to_move: z.object({ by: z.string(), up: moveCost.nullable(), down: moveCost.nullable() }).nullable(),
    anchor: z
      .object({
        estimate: price,
        moved: price,
        matched_providers: z.int(),
        band: z.string(),
        held: z.enum(['moved', 'drawn', 'estimate', 'upper', 'lower']),
      })
      .nullable(),
    change: z
      .object({
        since: instant,
        total: z.string(),
        matched_providers: z.int(),
        price: z.string().nullable(),
        composition: z.string().nullable(),
      })
      .nullable(),
    diagnostics: z
      .object({
        weighted_mean: price,
        weighted_median: price,
        trimmed_mean: price,
        provider_median: price,
        alarms: z.array(z.string()),
      })
      .nullable(),
    carried_strikes: z.int(),
    methodology: z.object({ version: z.string(), sha256: z.string() }),
    engine: z.string(),
    inputs: z.object({ count: z.int(), merkle_root: z.string() }),
    previous_hash: z.string().nullable(),
  })
  .openapi('FixRecord') satisfies z.ZodType<FixRecord>;

const publishedFix = z
  .object({
    fix: fixRecord,
    canonical: z.string().openapi({ description: 'Canonical JSON (RFC 8785): what was hashed and signed.' }),
    hash,
    signature: z.string().openapi({ description: 'Ed25519 over the UTF-8 bytes of `canonical`, base64url.' }),
    key_id: z.string(),
    published_at: instant,
    time_zone_database: z.string(),
    finality,
  })
  .openapi('PublishedFix') satisfies z.ZodType<PublishedFix>;

export const fixAnswer = z
  .object({
    series: z.string(),
    date: day,
    revisions: z.array(publishedFix).openapi({ description: 'All revisions, newest last.' }),
    units: derivedUnits.nullable(),
    ...fixFacts,
  })
  .openapi('FixAnswer') satisfies z.ZodType<FixAnswer>;

export const cadence = z.enum(['daily', 'hourly']).openapi({
  description: 'How often the series is struck: an hourly one has many fixes on a date, each named by its strike.',
});

export const fixHistory = z
  .object({
    series: z.string(),
    cadence,
    unit: z.literal('USD/GPU-h'),
    from: day.nullable(),
    to: day.nullable(),
    vintage: z.enum(['latest', 'initial', 'corrected']),
    date: z.array(day),
    strike: z.array(instant),
    value: z.array(price.nullable()),
    level: z.array(level.nullable()),
    status: z.array(status),
    reason: z.array(z.string().nullable()),
    p25: z.array(price.nullable()),
    p75: z.array(price.nullable()),
    providers: z.array(z.int()),
    hash: z.array(hash),
  })
  .openapi('FixHistory', { description: 'In columns: all arrays have one length.' }) satisfies z.ZodType<FixHistory>;

const constituent = z
  .object({
    observation_id: z.string(),
    source: z.string(),
    provider: z.string(),
    venue: z.string(),
    evidence,
    event_at: instant,
    observed_at: instant,
    stood_seconds: z.int(),
    gpus: z.int().nullable(),
    price: z.string().openapi({ description: 'As quoted, in `currency`.' }),
    currency: z.string(),
    price_basis: z.string(),
    normalised_price: price.nullable(),
    weight: share,
    included: z.boolean(),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    capture_id: z.string(),
    capture_sha256: z.string(),
    native_id: z.string(),
    label: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .openapi('Constituent') satisfies z.ZodType<Constituent>;

export const inputsAnswer = z
  .object({ series: z.string(), date: day, fix_hash: hash, inputs: z.array(constituent) })
  .openapi('InputsAnswer') satisfies z.ZodType<InputsAnswer>;

/** The bundle is for `verify`, which reads it strictly; here it is any JSON of its format. */
export const evidenceBundle = z.looseObject({ format: z.literal('csi-evidence/2') }).openapi('EvidenceBundle', {
  description: 'Everything needed to compute the fix again and check its proof, offline.',
});
