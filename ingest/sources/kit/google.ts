import { z } from 'zod';
import { formatDecimal } from '#methodology/decimal';

/** A page of SKUs of Google's billing catalogue. */
export const skuPageSchema = z.object({ skus: z.array(z.unknown()), nextPageToken: z.string().nullish() });

export const skuSchema = z.object({
  skuId: z.string().min(1),
  description: z.string().min(1).max(300),
  category: z.object({ resourceGroup: z.string(), usageType: z.string() }),
  serviceRegions: z.array(z.string()),
  pricingInfo: z.array(
    z.object({
      pricingExpression: z.object({
        usageUnit: z.string(),
        tieredRates: z.array(
          z.object({
            startUsageAmount: z.number(),
            unitPrice: z.object({
              currencyCode: z.string(),
              units: z.union([z.string().regex(/^-?\d{1,12}$/), z.int()]),
              nanos: z.int(),
            }),
          }),
        ),
      }),
    }),
  ),
});
export type Sku = z.output<typeof skuSchema>;

/** Decimals of a nano. */
export const NANO_SCALE = 9;

/**
 * The one price of a SKU, in nanos of its currency.
 * @throws Error where it has none, several tiers or another unit
 */
export function priceOfSku(sku: Sku, unit: string): { nanos: bigint; currency: string } {
  const expression = sku.pricingInfo[0]?.pricingExpression;
  const [rate, ...more] = expression?.tieredRates ?? [];
  if (!rate || more.length > 0) throw new Error(`${sku.description}: not one tier of price`);
  if (expression?.usageUnit !== unit)
    throw new Error(`${sku.description}: a unit of ${expression?.usageUnit}, not ${unit}`);
  const { units, nanos, currencyCode } = rate.unitPrice;
  return { nanos: BigInt(units) * 10n ** BigInt(NANO_SCALE) + BigInt(nanos), currency: currencyCode };
}

/** Nanos as a plain decimal. */
export const nanosAsDecimal = (nanos: bigint): string => formatDecimal(nanos, NANO_SCALE);

/** A page of a service's SKUs. The key goes in a header: this API takes it there as well as in the address. */
export const skuPage = (service: string, token?: string) => ({
  method: 'GET' as const,
  url: `https://cloudbilling.googleapis.com/v1/services/${service}/skus?pageSize=5000${
    token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`
  }`,
});

export const googleKey = (key: string): Record<string, string> => ({ 'x-goog-api-key': key });
