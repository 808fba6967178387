import { ecb } from '#ingest/sources/ecb';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { runpod } from '#ingest/sources/runpod';
import { vast } from '#ingest/sources/vast';
import { pages } from '#ingest/testing/pages';
import { rawResponse, recordedBodies } from '#ingest/testing/recorded';
import { HTML, type Row, type Shape, type Specimen, specimenOf } from '#ingest/testing/shapes';
import { venues } from '#ingest/testing/venues';

const vastShape: Shape = {
  source: vast,
  content_type: 'application/json',
  read: (text) => (JSON.parse(text) as { offers: Row[] }).offers,
  write: (offers) => JSON.stringify({ offers }),
  prices: ['dph_base', 'dph_total', 'min_bid'],
  labels: ['gpu_name'],
  unknownLabel: (index) => `RTX Abacus 9000-${index}x`,
  isCanary: (row) => String(row.gpu_name).startsWith('RTX '),
};

const vastBookShape: Shape = {
  ...vastShape,
  content_type: 'application/x-ndjson',
  read: (text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row),
  write: (rows) =>
    Array.isArray(rows) ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : JSON.stringify(rows),
};

const gpurentalpricesShape = (text: string): Shape => ({
  source: gpurentalprices,
  content_type: 'application/json',
  read: (from) => (JSON.parse(from) as { offers: Row[] }).offers,
  write: (offers) => JSON.stringify({ ...(JSON.parse(text) as Row), offers }),
  prices: ['usd_hr'],
  labels: ['gpu'],
  isCanary: (row) => row.provider === 'runpod',
});

const runpodShape = (wrapped: boolean): Shape => ({
  source: runpod,
  content_type: 'application/json',
  read: (text) => (wrapped ? (JSON.parse(text) as { data: { gpuTypes: Row[] } }).data.gpuTypes : JSON.parse(text)),
  write: (gpuTypes) => JSON.stringify(wrapped ? { data: { gpuTypes } } : gpuTypes),
  prices: [
    'securePrice',
    'communityPrice',
    'oneMonthPrice',
    'threeMonthPrice',
    'sixMonthPrice',
    'lowestPrice.minimumBidPrice',
  ],
  labels: ['id'],
  unknownLabel: (index) => `H100 Abacus 9000-${index}x`,
  isCanary: (row) => String(row.id).includes('H100'),
});

/** The documented shapes, with invented values. */
const vastOffer = (id: number, changes: Row): Row => ({
  id,
  machine_id: 70 + id,
  host_id: 9000 + id,
  gpu_name: 'RTX 4090',
  num_gpus: 1,
  gpu_ram: 24564,
  dph_base: 0.4,
  dph_total: 0.42,
  geolocation: 'Utah, US',
  verification: 'verified',
  reliability2: 0.997,
  hosting_type: 0,
  is_bid: false,
  ...changes,
});

export type { Specimen } from '#ingest/testing/shapes';

export const vastPage = JSON.stringify({
  offers: [
    vastOffer(1, {}),
    vastOffer(2, {
      gpu_name: 'H100 SXM',
      num_gpus: 8,
      gpu_ram: 81559,
      dph_base: 17.6,
      dph_total: 17.71,
      hosting_type: 1,
    }),
    vastOffer(3, {
      gpu_name: 'H200',
      num_gpus: 4,
      gpu_ram: 143771,
      dph_base: 9.1,
      dph_total: 9.2,
      geolocation: ', NL',
    }),
    vastOffer(4, { gpu_name: 'H100 SXM', num_gpus: 2, gpu_ram: 81559, dph_base: 2.6, dph_total: 2.7, is_bid: true }),
  ],
});

export const runpodAnswer = JSON.stringify({
  data: {
    gpuTypes: [
      {
        id: 'NVIDIA H100 80GB HBM3',
        memoryInGb: 80,
        securePrice: 2.69,
        communityPrice: 0,
        oneMonthPrice: null,
        threeMonthPrice: 2.5,
        sixMonthPrice: 2.4,
        lowestPrice: { minimumBidPrice: 1.35, stockStatus: 'High' },
      },
      { id: 'NVIDIA H200', memoryInGb: 141, securePrice: 3.59, communityPrice: null, lowestPrice: null },
      {
        id: 'NVIDIA GeForce RTX 4090',
        memoryInGb: 24,
        securePrice: 0.69,
        communityPrice: 0.34,
        lowestPrice: { minimumBidPrice: 0.2, stockStatus: null },
      },
    ],
  },
});

const posted = (changes: Row): Row => ({
  provider: 'runpod',
  gpu: 'h200',
  vram_gb: 141,
  usd_hr: 3.59,
  kind: 'secure',
  source_url: 'https://example.org/pricing',
  fetched_at: '2026-07-28T07:41:38.173Z',
  ...changes,
});
export const gpurentalpricesAnswer = JSON.stringify({
  date: '2026-07-28',
  offers: [
    posted({}),
    posted({ kind: 'community', usd_hr: 3.19 }),
    posted({ provider: 'lambda', gpu: 'b200', vram_gb: 192, usd_hr: '4.99', kind: 'on-demand', min_gpus: 8 }),
    posted({ provider: 'nebius', kind: 'spot', usd_hr: 1.5, fetched_at: '2026-07-26T07:41:00.000Z' }),
  ],
  providers: {
    runpod: { ok: true, stale: false },
    lambda: { ok: true },
    nebius: { ok: false, stale: true },
  },
});

const ecbDays = [
  ['2026-07-28', { USD: '1.1654', JPY: '171.22', GBP: '0.86655' }],
  ['2026-07-27', { USD: '1.1580', JPY: '170.90', GBP: '0.86700' }],
  ['2026-07-24', { USD: '1.1601', JPY: '170.05', GBP: '0.86410' }],
] as const;
const ecbXml = (days: readonly (readonly [string, Record<string, string>])[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube>${days
    .map(
      ([time, rates]) =>
        `<Cube time="${time}">${Object.entries(rates)
          .map(([currency, rate]) => `<Cube currency="${currency}" rate="${rate}"/>`)
          .join('')}</Cube>`,
    )
    .join('\n')}</Cube></gesmes:Envelope>`;
export const ecbAnswer = ecbXml(ecbDays);

const ecbSpecimen: Specimen = {
  name: 'three days',
  source: ecb,
  content_type: 'text/xml',
  text: ecbAnswer,
  rows: 0,
  withPrice: (token) => ecbAnswer.replace(/rate="[^"]*"/g, `rate="${token.replaceAll('"', '')}"`),
  shuffled: () =>
    ecbXml([...ecbDays].reverse().map(([day, rates]) => [day, Object.fromEntries(Object.entries(rates).reverse())])),
  withUnknownLabels: null,
  unknown: 'kept',
  withoutCanaryRow: () => ecbAnswer.replace(/<Cube currency="USD"[^>]*>/g, ''),
  reshaped: {
    'rate renamed': ecbAnswer.replaceAll('rate=', 'value='),
    'currency renamed': ecbAnswer.replaceAll('currency=', 'symbol='),
    'days under another name': ecbAnswer.replaceAll('time=', 'period='),
    'no day': ecbXml([]),
    'HTML error page': HTML,
    'empty body': '',
    JSON: '{"rates":{"USD":1.1654}}',
  },
};

/** One specimen of every documented shape, hand-made. */
export const handMade: readonly Specimen[] = [
  specimenOf('documented page', vastPage, vastShape),
  specimenOf('documented answer', runpodAnswer, runpodShape(true)),
  specimenOf('documented answer', gpurentalpricesAnswer, gpurentalpricesShape(gpurentalpricesAnswer)),
  ecbSpecimen,
  ...venues,
  ...pages,
];

/** Specimens of real responses, where recordings lie beside the repository. */
export function recorded(): Specimen[] {
  const specimens: Specimen[] = [];
  const page = rawResponse('vast/bundles_full_native_fixture.json');
  if (page) {
    // That page was asked for H100 alone; a healthy sweep has an RTX card somewhere.
    const offers = [...vastShape.read(page), vastOffer(1, {})];
    specimens.push(specimenOf('native page', JSON.stringify({ offers }), vastShape));
  }
  const types = rawResponse('runpod/graphql_gputypes_fixture.json');
  if (types) specimens.push(specimenOf('native answer', types, runpodShape(true)));
  const last = (source: string) => recordedBodies(source).at(-1);
  const book = last('vast');
  if (book) specimens.push(specimenOf(`recording ${book.name}`, book.text, vastBookShape));
  const posting = last('gpurentalprices');
  if (posting)
    specimens.push(specimenOf(`recording ${posting.name}`, posting.text, gpurentalpricesShape(posting.text)));
  const card = last('runpod');
  if (card) specimens.push(specimenOf(`recording ${card.name}`, card.text, runpodShape(false)));
  return specimens;
}
