import { z } from 'zod';
import { readReference } from '#methodology/reference';

const blockSchema = z.enum(['US', 'EU', 'APAC', 'OTHER']);

export type RegionBlock = z.output<typeof blockSchema>;

const countryCode = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code such as "NL"');

/** Refuses a file in which a country stands in two blocks. */
export const regionsSchema = z
  .array(z.strictObject({ block: blockSchema, why: z.string().min(1), countries: z.array(countryCode).min(1) }))
  .superRefine((rows, context) => {
    const seen = new Set<string>();
    rows.forEach((row, index) => {
      for (const country of row.countries) {
        if (seen.has(country))
          context.addIssue({ code: 'custom', path: [index, 'countries'], message: `${country} is there twice` });
        seen.add(country);
      }
    });
  });

const regions = readReference('regions.json', regionsSchema);
const blockByCountry = new Map(
  regions.flatMap(({ block, countries }) => countries.map((country) => [country, block] as const)),
);

/** Every ISO 3166-1 country with its block, in the order of the file. */
export function countries(): readonly string[] {
  return [...blockByCountry.keys()];
}

/** Whether the text is an ISO 3166-1 alpha-2 code, in capitals. */
export function isCountry(text: string): boolean {
  return blockByCountry.has(text);
}

/**
 * The block a country belongs to.
 * @param country ISO 3166-1 alpha-2, in capitals
 * @throws RangeError for anything else: a wrong code must not pass as "OTHER"
 */
export function regionBlock(country: string): RegionBlock {
  const block = blockByCountry.get(country);
  if (block === undefined) throw new RangeError(`not an ISO 3166-1 country: ${JSON.stringify(country.slice(0, 40))}`);
  return block;
}

/** The country in a place such as "Utah, US", ", US" or "The Netherlands, NL": the last part if it is a code, else null. */
export function countryOf(text: string | null | undefined): string | null {
  const last = text?.split(',').at(-1)?.trim() ?? '';
  return isCountry(last) ? last : null;
}
