import { akashGpuPrices } from '#ingest/sources/akash-gpu-prices';
import { awsSpotAdvisor } from '#ingest/sources/aws-spot-advisor';
import { carrying } from '#ingest/sources/kit/carry';
import { openrouter } from '#ingest/sources/openrouter';
import { vastMetrics } from '#ingest/sources/vast-metrics';
import { documented, has, mapUnder, under } from '#ingest/testing/reading';
import type { Row, Specimen } from '#ingest/testing/shapes';

const model = (id: string, slug: string, prompt: string, completion: string): Row => ({
  id,
  canonical_slug: slug,
  pricing: { prompt, completion },
});
const RANKING = JSON.stringify({
  data: [
    { model_permaslug: 'a/b-20260101', variant: 'standard', total_prompt_tokens: 900, total_completion_tokens: 30 },
    {
      model_permaslug: 'openai/gpt-9-20260101',
      variant: 'batch',
      total_prompt_tokens: 7000,
      total_completion_tokens: 1,
    },
  ],
});
const PAID = carrying(
  'https://openrouter.ai/api/frontend/v1/stats/effective-pricing?permaslug=openai%2Fgpt-9-20260101&variant=batch',
  { queue: 'a/b-20260101 standard' },
);
/** Rows under `data.providerSummaries`. */
const summaries = {
  read: (text: string) => (JSON.parse(text) as { data: { providerSummaries: Row[] } }).data.providerSummaries,
  write: (providerSummaries: unknown) => JSON.stringify({ data: { weightedInputPrice: 0.7, providerSummaries } }),
};
const summary = (
  endpointId: string,
  providerSlug: string,
  input: number,
  output: number,
  totalTokens: number,
): Row => ({
  endpointId,
  providerSlug,
  effectiveInputPrice: input,
  effectiveOutputPrice: output,
  cacheHitRate: 0.4,
  totalTokens,
});

/** Two instants of one model's metrics. */
const metrics = (label: string, rented: readonly number[], median: readonly number[]): Row => ({
  '@': label,
  supply_demand: {
    timestamps: [1785754800, 1785755700],
    rented_verified: rented,
    avail_verified: [165, 200],
    rented_unverified: [385, 390],
    avail_unverified: [107, 100],
    total: [4446, 4446],
  },
  pricing: {
    timestamps: [1785754800, 1785755700],
    rented_p10: median.map((price) => price / 2),
    rented_median: median,
    rented_p90: median.map((price) => price * 2),
    avail_median: [0.5, 0.5],
  },
});
const gpusOf = (name: string, ram: string, form: string, total: number, available: number): Row => ({
  vendor: 'nvidia',
  model: name,
  ram,
  interface: form,
  availability: { total, available },
  providerAvailability: { total: 3, available: 2 },
  price: { currency: 'USD', min: 2.2, max: 2.9, avg: 2.45, weightedAverage: 2.4, med: 2.5 },
});

const bands = ['<5%', '5-10%', '10-15%', '15-20%', '>20%'].map((label, index) => ({ index, label, dots: index }));
/** Rows of the advisor: its regions and types travel in the row as `@region` and `@type`. */
const advisor = {
  read: (text: string) => {
    const { spot_advisor } = JSON.parse(text) as { spot_advisor: Record<string, { Linux: Record<string, Row> }> };
    return Object.entries(spot_advisor).flatMap(([region, { Linux }]) =>
      Object.entries(Linux).map(([type, row]) => ({ '@region': region, '@type': type, ...row }) as Row),
    );
  },
  write: (rows: unknown) => {
    const spot_advisor: Record<string, { Linux: Record<string, Row> }> = {};
    for (const { '@region': region, '@type': type, ...row } of Array.isArray(rows) ? (rows as Row[]) : []) {
      spot_advisor[String(region)] ??= { Linux: {} };
      (spot_advisor[String(region)] as { Linux: Record<string, Row> }).Linux[String(type)] = row;
    }
    return JSON.stringify({ ranges: bands, spot_advisor: Array.isArray(rows) ? spot_advisor : rows });
  },
};
const advice = (region: string, type: string, s: number, r: number): Row => ({
  '@region': region,
  '@type': type,
  s,
  r,
});

/** The documented answers of sources that state no price of hardware: prices of tokens, and signals. The values are invented. */
export const signals: readonly Specimen[] = [
  documented(
    [
      model('openai/gpt-9', 'openai/gpt-9-20260101', '0.00000125', '0.00001'),
      model('openai/gpt-9:batch', 'openai/gpt-9-20260101', '0.000000625', '0.000005'),
      model('a/b', 'a/b-20260101', '0.0000003', '0'),
    ],
    under('data'),
    {
      source: openrouter,
      prices: ['pricing.prompt', 'pricing.completion'],
      labels: [],
      isCanary: has('id', /^openai/),
    },
  ),
  documented(
    [
      summary('e-1', 'fast', 0.73, 2.5, 422606),
      summary('e-2', 'fast', 0.81, 2.6, 1000),
      summary('e-3', 'slow', 0.5, 1.9, 77),
    ],
    summaries,
    {
      source: openrouter,
      before: [JSON.stringify({ data: [model('openai/gpt-9', 'openai/gpt-9-20260101', '0.1', '0.2')] }), RANKING],
      url: PAID,
      prices: ['effectiveInputPrice', 'effectiveOutputPrice'],
      labels: [],
      isCanary: () => true,
    },
  ),
  documented(
    [metrics('RTX 4090', [3789, 3756], [0.39, 0.38]), metrics('H100 SXM', [410, 420], [1.9, 1.91])],
    mapUnder('gpus', { success: true }),
    {
      source: vastMetrics,
      zeros: true,
      prices: [
        ...['rented_verified', 'rented_unverified', 'avail_verified', 'avail_unverified', 'total'].map(
          (series) => `supply_demand.${series}[]`,
        ),
        ...['rented_p10', 'rented_median', 'rented_p90'].map((series) => `pricing.${series}[]`),
      ],
      labels: ['@'],
      unknownLabel: (index) => `RTX Abacus ${index}x`,
      isCanary: has('@', /^RTX/),
    },
  ),
  documented(
    [
      gpusOf('h100', '80Gi', 'SXM5', 8, 2),
      gpusOf('rtx4090', '24Gi', 'PCIe', 40, 3),
      gpusOf('a100', '80Gi', 'PCIe', 12, 12),
    ],
    under('models', { availability: { total: 60, available: 14 } }),
    {
      source: akashGpuPrices,
      zeros: true,
      prices: ['availability.total', 'availability.available'],
      labels: ['model'],
      unknownLabel: (index) => `h100abacus${index}`,
      isCanary: has('model', /^(h100|a100|rtx)/),
    },
  ),
  documented(
    [
      advice('us-east-1', 'p5.48xlarge', 52, 4),
      advice('us-east-1', 'c6i.large', 70, 0),
      advice('eu-north-1', 'p5.48xlarge', -12, 2),
      advice('eu-north-1', 'g6e.xlarge', 61, 1),
    ],
    advisor,
    {
      source: awsSpotAdvisor,
      zeros: true,
      prices: ['s', 'r'],
      labels: ['@type'],
      unknownLabel: (index) => `p99.${index}xlarge`,
      unknown: 'refused',
      isCanary: has('@type', /^(p|g)\d/),
    },
  ),
];
