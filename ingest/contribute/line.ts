import { checks } from '#ingest/contribute/fields';
import type { Attributes, PriceBasis } from '#store/observation';

/** What a line is about. */
export type Form = 'trade' | 'correction' | 'quote' | 'cancel' | 'auction';

export type Attestation = { type: 'measurement'; verifier: string; jws: string } | { type: 'hardware'; jwt: string };

/** A contributed line whose every field has the right form. Which fields there are depends on `form`: see `requirements`. */
export interface Line {
  form: Form;
  trade_id?: string;
  quote_id?: string;
  auction_id?: string;
  side?: 'buyer' | 'seller' | 'venue';
  venue?: string;
  provider?: string;
  label?: string;
  hardware_class?: string;
  memory_gb?: number | string;
  gpus?: number;
  available_gpus?: number;
  duration_hours?: number | string;
  gpu_hours?: number | string;
  price?: number | string;
  clearing_price?: number | string;
  currency?: string;
  price_basis?: PriceBasis;
  event_at: string;
  corrected_at?: string;
  buyer?: string;
  seller?: string;
  country?: string;
  region?: string;
  tenor?: string;
  evidence?: 'executable' | 'listed';
  reason?: string;
  bids_withheld?: number;
  attributes?: Attributes;
  attestation?: Attestation;
}

/** Why a line was not taken. */
export interface Refusal {
  reason: string;
  detail: string;
}

const place = ['venue', 'provider', 'label', 'hardware_class', 'memory_gb', 'country', 'region', 'tenor', 'attributes'];
const print = ['gpus', 'duration_hours', 'gpu_hours', 'buyer', 'seller', 'attestation', ...place];
const priced = ['price', 'currency', 'price_basis', 'event_at'];

/** What each form must have, and what it may have beside. */
export const requirements: Readonly<Record<Form, { must: readonly string[]; may: readonly string[] }>> = {
  trade: { must: ['trade_id', 'side', ...priced], may: print },
  correction: { must: ['trade_id', 'side', ...priced], may: [...print, 'corrected_at'] },
  quote: { must: ['quote_id', 'evidence', ...priced], may: ['gpus', 'available_gpus', ...place] },
  cancel: { must: ['trade_id', 'event_at'], may: ['venue', 'reason'] },
  auction: {
    must: ['auction_id', 'clearing_price', 'currency', 'price_basis', 'event_at', 'gpu_hours'],
    may: ['gpus', 'bids_withheld', ...place],
  },
};

const shapes = Object.fromEntries(
  Object.entries(requirements).map(([form, { must, may }]) => [
    form,
    { must, allowed: new Set(['form', ...must, ...may]) },
  ]),
);
const forms = Object.keys(requirements).join(', ');

const refuse = (reason: string, detail: string): Refusal => ({ reason, detail });

/**
 * Checks a value as it came against the form it names. Pure. A field set to null is as good as left out.
 * What is wrong is said without repeating any value.
 */
export function checkLine(value: unknown): Line | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('line.not_an_object', 'a line must be a JSON object');
  }
  const fields = value as Record<string, unknown>;
  const { form } = fields;
  const shape = typeof form === 'string' && Object.hasOwn(shapes, form) ? shapes[form] : undefined;
  if (!shape) return refuse('form.unknown', `form must be one of ${forms}`);
  const line: Record<string, unknown> = { form };
  for (const name of Object.keys(fields)) {
    if (!shape.allowed.has(name)) {
      const known = Object.hasOwn(checks, name)
        ? `${name} does not belong there`
        : 'a field is not one of those listed';
      return refuse('line.unknown_field', `${known}: a ${form} has ${[...shape.allowed].join(', ')}`);
    }
    const one = fields[name];
    if (one === null || name === 'form') continue;
    const wrong = checks[name]?.(one);
    if (wrong) return refuse(`${name}.invalid`, `${name} ${wrong}`);
    line[name] = one;
  }
  for (const name of shape.must) {
    if (line[name] === undefined) return refuse(`${name}.missing`, `a ${form} must have ${name}`);
  }
  return line as unknown as Line;
}
