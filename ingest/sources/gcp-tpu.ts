/**
 * Google Cloud TPU: price of a chip-hour by generation and region.
 * Page: https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list, service E000-3F24-B8AA. Terms: not read.
 * Traps: units and nanos; the generation stands in the description alone ("Tpu-v5p ..."); pods and committed use have lines of their
 * own and are left out; v2 and v3 are sold by the board of several chips, so their lines would not be a chip's: left out.
 */
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { googleKey, nanosAsDecimal, priceOfSku, skuPage, skuPageSchema, skuSchema } from '#ingest/sources/kit/google';
import { addQuote, attempt } from '#ingest/sources/kit/rows';
import { countryOfRegion } from '#methodology/instances';

const SERVICE = 'E000-3F24-B8AA';
const TPU = /^(?:Cloud )?(Tpu[- ]?v?\w+)/i;
const OLD = /^(?:Cloud )?Tpu[- ]?v[23]\b/i;
const tenors: Partial<Record<string, string>> = { OnDemand: 'OD', Preemptible: 'INT' };

export const gcpTpu: Source = {
  id: 'gcp-tpu',
  title: 'Google Cloud TPU prices',
  homepage: 'https://cloud.google.com/tpu/pricing',
  provider: 'gcp',
  venue_type: 'hyperscaler',
  evidence: ['listed', 'administered'],
  aggregator: false,
  schedule: '42 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 5, body_bytes: 32_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 60_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://cloud.google.com/terms' },
  key_variable: 'GCP_API_KEY',
  authorise: googleKey,
  tested_on: 'documented',
  requests: () => [skuPage(SERVICE)],
  follow(capture) {
    const token = expectShape(skuPageSchema, parseJson(capture.text)).nextPageToken;
    return token == null || token === '' ? null : skuPage(SERVICE, token);
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(skuPageSchema, parseJson(capture.text)).skus,
      skuSchema,
      (sku) => fieldText(sku, 'skuId'),
      parsed,
      (sku) => {
        const label = TPU.exec(sku.description)?.[1];
        const tenor = tenors[sku.category.usageType];
        if (label === undefined || tenor === undefined) return;
        if (OLD.test(sku.description) || /\bpod\b/i.test(sku.description)) return;
        attempt(parsed, sku.skuId, sku, () => {
          const { nanos, currency } = priceOfSku(sku, 'h');
          for (const region of sku.serviceRegions) {
            addQuote(parsed, {
              native_id: `${sku.skuId}/${region}`,
              provider: 'gcp',
              label,
              tenor,
              evidence: tenor === 'OD' ? 'listed' : 'administered',
              price: nanosAsDecimal(nanos),
              currency,
              price_basis: 'gpu_hour',
              country: countryOfRegion('gcp', region),
              attributes: { product: 'instance', zone: region },
            });
          }
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => /v5|v6/i.test(row.label)) ? null : 'no TPU of generation 5 or 6'),
};
