import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { deepFreeze } from '#methodology/canonical';

const admissionSchema = z.strictObject({
  maximum_price: z.string().regex(/^\d+(\.\d+)?$/),
  maximum_gpus: z.int().positive(),
  future_tolerance_seconds: z.int().nonnegative(),
  maximum_age_days: z.int().positive(),
  /** ISO 4217, and the tokens in which some venues quote: stored as they are, and left out later for want of a rate. */
  currencies: z.array(z.string().regex(/^[A-Z]{3,5}$/)).min(1),
  why: z.string(),
});

/** What is admitted as an observation at all: a quoted price's upper limit, lot size, clock tolerance, currencies. */
export const admission = deepFreeze(
  admissionSchema.parse(JSON.parse(readFileSync(new URL('./admission.json', import.meta.url), 'utf8'))),
);
