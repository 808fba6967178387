/**
 * Prime Intellect: availability over the providers it resells.
 * Page: https://docs.primeintellect.ai/api-reference/availability. Terms: not read.
 * Traps: a broker: `provider` names whose capacity it is, and the row gives way to the origin's own; the price is of the whole
 * option; chip and form factor are two fields ("H100_80GB", "SXM5"); a variable price may change under way; stock may be none.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote, bearer, originOf } from '#ingest/sources/kit/rows';

const PAGE_ITEMS = 100;
const price = z.union([z.number(), z.string()]).nullable();
const answerSchema = z.object({ items: z.array(z.unknown()), totalCount: z.int() });
const itemSchema = z.object({
  cloudId: z.string().min(1).max(120),
  gpuType: z.string().min(1).max(80),
  socket: z.string().max(40).nullish(),
  provider: z.string().min(1).max(60),
  dataCenter: z.string().max(80).nullish(),
  country: z.string().max(40).nullish(),
  gpuCount: z.int(),
  gpuMemory: z.number().nullish(),
  stockStatus: z.string().max(40).nullish(),
  security: z.string().max(40).nullish(),
  isSpot: z.boolean().nullish(),
  prices: z.object({
    onDemand: price,
    communityPrice: price.optional(),
    isVariable: z.boolean().nullish(),
    currency: z.string().max(10),
  }),
});
const page = (number: number) => ({
  method: 'GET' as const,
  url: `https://api.primeintellect.ai/api/v1/availability/gpus?page=${number}&page_size=${PAGE_ITEMS}`,
});

export const primeintellect: Source = {
  id: 'primeintellect',
  title: 'Prime Intellect availability',
  homepage: 'https://www.primeintellect.ai',
  provider: null,
  venue_type: 'broker',
  evidence: ['executable', 'listed'],
  aggregator: true,
  schedule: '18-59/20 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 30, body_bytes: 8_000_000, sweep_seconds: 180, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.primeintellect.ai' },
  key_variable: 'PRIME_INTELLECT_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [page(1)],
  follow(capture) {
    const number = Number(new URL(capture.url).searchParams.get('page'));
    const { totalCount, items } = expectShape(answerSchema, parseJson(capture.text));
    return items.length === 0 || number * PAGE_ITEMS >= totalCount ? null : page(number + 1);
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).items,
      itemSchema,
      (item) => `${fieldText(item, 'provider')}/${fieldText(item, 'cloudId')}`,
      parsed,
      (item) => {
        const stock = item.stockStatus ?? '';
        const add = (kind: string, quoted: RawRow['price'] | null | undefined) =>
          addQuote(parsed, {
            native_id: [item.provider, item.cloudId, item.dataCenter ?? '', item.gpuCount, item.isSpot, kind].join('/'),
            provider: originOf(item.provider),
            label: `${item.gpuType} ${item.socket ?? ''}`.trim(),
            memory_gb: item.gpuMemory ?? null,
            gpus: item.gpuCount,
            tenor: item.isSpot == null ? null : item.isSpot ? 'INT' : 'OD',
            evidence: /^(low|medium|high|available)$/i.test(stock) ? 'executable' : 'listed',
            price: quoted,
            currency: item.prices.currency,
            price_basis: 'lot_hour',
            country: countryNamed(item.country),
            attributes: {
              product: 'instance',
              broker: 'primeintellect',
              stock,
              variable: item.prices.isVariable ?? false,
              ...(item.security == null ? {} : { hosting: item.security }),
            },
          });
        add('on-demand', item.prices.onDemand);
        add('community', item.prices.communityPrice);
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'not one H100'),
};
