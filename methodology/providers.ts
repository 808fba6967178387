import { z } from 'zod';
import { readReference } from '#methodology/reference';
import { isCountry } from '#methodology/regions';

const slug = z.string().regex(/^[a-z0-9]+$/, 'a lower-case id such as "coreweave"');

const providerSchema = z.strictObject({
  id: slug,
  /** Other ids under which sources name it. */
  aliases: z.array(z.string().regex(/^[a-z0-9]+([ .-][a-z0-9]+)*$/)),
  name: z.string().min(1),
  venue_type: z.enum(['marketplace', 'neocloud', 'hyperscaler', 'broker', 'exchange', 'depin']),
  /** Country of the seat, ISO 3166-1 alpha-2; null where unsure. */
  country: z.string().refine(isCountry, 'an ISO 3166-1 alpha-2 code').nullable(),
  homepage: z.url({ protocol: /^https$/ }).nullable(),
  /** It sells the capacity of others: its row is its origin's price and gives way to the origin's own. */
  reseller: z.boolean(),
  /** Whether an index may use its prices. */
  terms: z.strictObject({
    status: z.enum(['permitted', 'needs licence', 'unknown']),
    note: z.string().min(1),
    url: z.url().nullable(),
  }),
  note: z.string().nullable(),
});

/** Refuses a file in which one id or alias means two providers. */
export const providersSchema = z.array(providerSchema).superRefine((rows, context) => {
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    for (const id of [row.id, ...row.aliases]) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is there twice` });
      seen.add(id);
    }
  });
});

export type Provider = Readonly<z.output<typeof providerSchema>>;

const all: readonly Provider[] = readReference('providers.json', providersSchema);
const byId = new Map(all.flatMap((row) => [row.id, ...row.aliases].map((id) => [id, row] as const)));

/** Every provider, in the order of the file. Frozen. */
export function providers(): readonly Provider[] {
  return all;
}

/** The provider with this id or alias ("verda" is datacrunch), or undefined. Exact: ids are lower-case. */
export function provider(id: string): Provider | undefined {
  return byId.get(id);
}
