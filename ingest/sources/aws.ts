/**
 * AWS EC2 on demand: the price list's query interface, product by product.
 * Page: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/api_pricing_GetProducts.html. Terms: not read.
 * Traps: every product is JSON inside a JSON string; the same type stands for other tenancies, systems, bundled software and reserved
 * capacity, so the filters are asked and checked again; `pricePerUnit` is a map by currency; the chip is not named
 * (methodology/instances tells). The bulk files hold the same at 200-480 MB a region, over any capture: hence this interface.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import { signAws } from '#ingest/sources/kit/aws';
import { knownInstance } from '#ingest/sources/kit/instances';
import { addQuote, attempt } from '#ingest/sources/kit/rows';
import { countryOfRegion } from '#methodology/instances';

const URL_OF_LIST = 'https://api.pricing.us-east-1.amazonaws.com/';
const FAMILIES = ['GPU instance', 'Machine Learning ASIC Instances'];
const FILTERS = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
};
const pageSchema = z.object({ PriceList: z.array(z.string()), NextToken: z.string().nullish() });
const productSchema = z.object({
  product: z.object({
    sku: z.string().min(1),
    attributes: z.record(z.string(), z.string()),
  }),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.object({
        effectiveDate: z.string().optional(),
        priceDimensions: z.record(
          z.string(),
          z.object({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string()) }),
        ),
      }),
    ),
  }),
});

function ask(family: string, token?: string): SourceRequest {
  const filters = Object.entries({ instanceFamily: family, ...FILTERS });
  return {
    method: 'POST',
    url: URL_OF_LIST,
    body: {
      ServiceCode: 'AmazonEC2',
      FormatVersion: 'aws_v1',
      MaxResults: 100,
      Filters: filters.map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value })),
      ...(token === undefined ? {} : { NextToken: token }),
    },
  };
}

function readProduct(parsed: Parsed, { product, terms }: z.output<typeof productSchema>): void {
  const { attributes } = product;
  if (Object.entries(FILTERS).some(([name, value]) => attributes[name] !== value)) return;
  const { instanceType = '', regionCode = '' } = attributes;
  const native_id = `${regionCode}/${instanceType}/${product.sku}`;
  const known = knownInstance(parsed, 'aws', instanceType, native_id, attributes);
  if (!known) return;
  for (const { priceDimensions, effectiveDate } of Object.values(terms.OnDemand)) {
    for (const { unit, pricePerUnit } of Object.values(priceDimensions)) {
      if (unit !== 'Hrs') throw new Error(`${unit} is not "Hrs"`);
      addQuote(parsed, {
        native_id,
        provider: 'aws',
        label: known.label,
        memory_gb: known.memory_gb,
        gpus: known.gpus,
        tenor: 'OD',
        evidence: 'listed',
        price: pricePerUnit.USD,
        currency: 'USD',
        price_basis: 'lot_hour',
        country: countryOfRegion('aws', regionCode),
        attributes: {
          product: 'instance',
          instance: instanceType,
          zone: regionCode,
          ...(effectiveDate === undefined ? {} : { in_force_since: effectiveDate }),
        },
      });
    }
  }
}

export const aws: Source = {
  id: 'aws',
  title: 'AWS EC2 price list',
  homepage: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  provider: 'aws',
  venue_type: 'hyperscaler',
  evidence: ['listed'],
  aggregator: false,
  schedule: '36 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 60, body_bytes: 8_000_000, sweep_seconds: 300, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://aws.amazon.com/service-terms/' },
  key_variable: 'AWS_PRICE_READER',
  authorise: (key, request, now) =>
    signAws(key, request, now, {
      service: 'pricing',
      region: 'us-east-1',
      headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSPriceListService.GetProducts' },
    }),
  tested_on: 'documented',
  requests: () => FAMILIES.map((family) => ask(family)),
  follow(capture) {
    const { NextToken } = expectShape(pageSchema, parseJson(capture.text));
    if (NextToken == null || NextToken === '') return null;
    const sent = expectShape(
      z.object({ Filters: z.array(z.object({ Field: z.string(), Value: z.string() })) }),
      capture.sent,
    );
    return ask(sent.Filters.find((one) => one.Field === 'instanceFamily')?.Value ?? '', NextToken);
  },
  parse(capture) {
    const parsed = emptyParsed();
    for (const text of expectShape(pageSchema, parseJson(capture.text)).PriceList) {
      attempt(parsed, '', text, () => {
        const sku = (value: unknown) => fieldText((value as { product?: unknown } | null)?.product, 'sku');
        eachRow([parseJson(text)], productSchema, sku, parsed, (product) => readProduct(parsed, product));
      });
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => String(row.attributes.instance).startsWith('g')) ? null : 'not one price of a g type',
};
