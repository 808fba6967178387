import { z } from 'zod';
import { countryOfRegion } from '#methodology/instances';
import { provider } from '#methodology/providers';
import { readReference } from '#methodology/reference';
import { isCountry } from '#methodology/regions';

const country = z.string().refine(isCountry, 'an ISO 3166-1 alpha-2 code');

const cloudRegionsSchema = z.strictObject({
  why: z.string().min(1),
  clouds: z.record(
    z.string().refine((id) => provider(id)?.id === id, 'an id of providers.json'),
    z.record(z.string(), country),
  ),
});

const { clouds } = readReference('cloud-regions.json', cloudRegionsSchema);
const byRegion = new Map(
  Object.entries(clouds).flatMap(([cloud, regions]) =>
    Object.entries(regions).map(([region, code]) => [`${cloud}/${region}`, code] as const),
  ),
);

/** The country in which a region of a provider lies, or null where nobody typed it in. Never guessed from the name. */
export function countryOfCloudRegion(cloud: string, region: string): string | null {
  const tabled = cloud === 'aws' || cloud === 'azure' || cloud === 'gcp' ? countryOfRegion(cloud, region) : null;
  return tabled ?? byRegion.get(`${cloud}/${region}`) ?? null;
}
