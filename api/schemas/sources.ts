import { z } from '@hono/zod-openapi';
import { evidence } from '#api/schemas/fixes';
import type { KeysAnswer, QuarantineAnswer, SourceHealth, SourceStatus, SourcesAnswer } from '#api/types';

const instant = z.iso.datetime();

const health = z
  .object({
    state: z
      .enum(['fresh', 'late', 'failing', 'never'])
      .openapi({ description: 'Inside its objective; past it; the last run failed; neither run nor capture yet.' }),
    last_run_at: instant.nullable(),
    last_success_at: instant.nullable(),
    last_error: z.string().nullable(),
    consecutive_failures: z.int(),
    next_run_at: instant.nullable(),
  })
  .openapi('SourceHealth') satisfies z.ZodType<SourceHealth>;

const sourceStatus = z
  .object({
    id: z.string(),
    title: z.string(),
    homepage: z.string(),
    provider: z.string().nullable(),
    venue_type: z.string(),
    evidence: z.array(evidence),
    aggregator: z.boolean(),
    schedule: z.string().openapi({ description: 'Cron expression, UTC.' }),
    terms: z.object({
      status: z.enum(['permitted', 'needs licence', 'unknown']),
      note: z.string(),
      url: z.string(),
    }),
    key_needed: z.boolean(),
    unproven: z.boolean(),
    freshness_objective_seconds: z.int(),
    health,
    captures: z.int(),
    observations: z.int(),
    quarantined: z.int(),
    last_capture_at: instant.nullable(),
    rejections: z.array(z.object({ reason: z.string(), count: z.int(), last_at: instant, example: z.string() })),
    unknown_labels: z.array(z.object({ label: z.string(), count: z.int() })),
  })
  .openapi('SourceStatus') satisfies z.ZodType<SourceStatus>;

export const sourcesAnswer = z
  .object({ as_of: instant, sources: z.array(sourceStatus), hint: z.string().nullable() })
  .openapi('SourcesAnswer') satisfies z.ZodType<SourcesAnswer>;

export const quarantineAnswer = z
  .object({
    source: z.string(),
    rows: z.array(
      z.object({
        quarantine_id: z.string(),
        source: z.string(),
        capture_id: z.string(),
        observed_at: instant,
        reason: z.string(),
        detail: z.string(),
        native_id: z.string(),
        excerpt: z.string(),
      }),
    ),
  })
  .openapi('QuarantineAnswer') satisfies z.ZodType<QuarantineAnswer>;

export const keysAnswer = z
  .object({
    keys: z.array(
      z.object({
        key_id: z.string(),
        algorithm: z.literal('Ed25519'),
        public_key: z.string().openapi({ description: 'Raw 32 bytes, base64url.' }),
        created_at: instant,
        active: z.boolean(),
      }),
    ),
  })
  .openapi('KeysAnswer') satisfies z.ZodType<KeysAnswer>;
