import type { Source } from '#ingest/source';
import { ecb } from '#ingest/sources/ecb';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { runpod } from '#ingest/sources/runpod';
import { vast } from '#ingest/sources/vast';
import { rawResponse, recordedBodies } from '#ingest/testing/recorded';

type Row = Record<string, unknown>;

/** A response of a source, and the ways in which the conformance cards bend it. */
export interface Specimen {
  name: string;
  source: Source;
  content_type: string;
  text: string;
  /** Every price of the response, or of one row of it, replaced by a JSON token or attribute value. */
  withPrice(token: string, row?: number): string;
  /** How many rows can be bent one by one. */
  rows: number;
  shuffled(): string;
  /** Every label replaced by one nobody knows; null where the source names no hardware. */
  withUnknownLabels: (() => string) | null;
  withoutCanaryRow(): string;
  /** Answers of another shape, by what happened to them. */
  reshaped: Record<string, string>;
}

const HTML = '<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>';
const PRICE_MARK = '@price@';

interface JsonShape {
  source: Source;
  content_type: string;
  read(text: string): Row[];
  /** The response around its rows. */
  write(rows: unknown): string;
  prices: (row: Row) => { holder: Row; field: string }[];
  priceField: string;
  labelField: string;
  unknownLabel: string;
  isCanary(row: Row): boolean;
}

function jsonSpecimen(name: string, text: string, shape: JsonShape): Specimen {
  const fresh = () => shape.read(text);
  const renamed = (field: string) =>
    shape.write(fresh().map(({ [field]: value, ...row }) => ({ ...row, [`${field}_v2`]: value })));
  return {
    name,
    source: shape.source,
    content_type: shape.content_type,
    text,
    rows: fresh().length,
    withPrice(token, only) {
      const rows = fresh();
      for (const [index, row] of rows.entries()) {
        if (only !== undefined && only !== index) continue;
        for (const { holder, field } of shape.prices(row)) holder[field] = PRICE_MARK;
      }
      return shape.write(rows).replaceAll(JSON.stringify(PRICE_MARK), token);
    },
    shuffled: () =>
      shape.write(
        fresh()
          .reverse()
          .sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length),
      ),
    withUnknownLabels: () =>
      shape.write(fresh().map((row, index) => ({ ...row, [shape.labelField]: `${shape.unknownLabel}-${index}x` }))),
    withoutCanaryRow: () => shape.write(fresh().filter((row) => !shape.isCanary(row))),
    reshaped: {
      'price renamed': renamed(shape.priceField),
      'label renamed': renamed(shape.labelField),
      'array became object': shape.write(Object.fromEntries(fresh().map((row, index) => [`row-${index}`, row]))),
      'empty list': shape.write([]),
      'HTML error page': HTML,
      'empty body': '',
      'JSON null': 'null',
    },
  };
}

const present = (holder: Row, fields: readonly string[]) =>
  fields.filter((field) => holder[field] != null && holder[field] !== 0).map((field) => ({ holder, field }));

const vastShape: JsonShape = {
  source: vast,
  content_type: 'application/json',
  read: (text) => (JSON.parse(text) as { offers: Row[] }).offers,
  write: (offers) => JSON.stringify({ offers }),
  prices: (row) => present(row, ['dph_base', 'dph_total', 'min_bid']),
  priceField: 'dph_base',
  labelField: 'gpu_name',
  unknownLabel: 'RTX Abacus 9000',
  isCanary: (row) => String(row.gpu_name).startsWith('RTX '),
};

const vastBookShape: JsonShape = {
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

const gpurentalpricesShape = (text: string): JsonShape => ({
  source: gpurentalprices,
  content_type: 'application/json',
  read: (from) => (JSON.parse(from) as { offers: Row[] }).offers,
  write: (offers) => JSON.stringify({ ...(JSON.parse(text) as Row), offers }),
  prices: (row) => present(row, ['usd_hr']),
  priceField: 'usd_hr',
  labelField: 'gpu',
  unknownLabel: 'abacus-9000',
  isCanary: (row) => row.provider === 'runpod',
});

const runpodShape = (wrapped: boolean): JsonShape => ({
  source: runpod,
  content_type: 'application/json',
  read: (text) => (wrapped ? (JSON.parse(text) as { data: { gpuTypes: Row[] } }).data.gpuTypes : JSON.parse(text)),
  write: (gpuTypes) => JSON.stringify(wrapped ? { data: { gpuTypes } } : gpuTypes),
  prices: (row) => [
    ...present(row, ['securePrice', 'communityPrice', 'oneMonthPrice', 'threeMonthPrice', 'sixMonthPrice']),
    ...(row.lowestPrice ? present(row.lowestPrice as Row, ['minimumBidPrice']) : []),
  ],
  priceField: 'securePrice',
  labelField: 'id',
  unknownLabel: 'H100 Abacus 9000',
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
  jsonSpecimen('documented page', vastPage, vastShape),
  jsonSpecimen('documented answer', runpodAnswer, runpodShape(true)),
  jsonSpecimen('documented answer', gpurentalpricesAnswer, gpurentalpricesShape(gpurentalpricesAnswer)),
  ecbSpecimen,
];

/** Specimens of real responses, where recordings lie beside the repository. */
export function recorded(): Specimen[] {
  const specimens: Specimen[] = [];
  const page = rawResponse('vast/bundles_full_native_fixture.json');
  if (page) {
    // That page was asked for H100 alone; a healthy sweep has an RTX card somewhere.
    const offers = [...vastShape.read(page), vastOffer(1, {})];
    specimens.push(jsonSpecimen('native page', JSON.stringify({ offers }), vastShape));
  }
  const types = rawResponse('runpod/graphql_gputypes_fixture.json');
  if (types) specimens.push(jsonSpecimen('native answer', types, runpodShape(true)));
  const last = (source: string) => recordedBodies(source).at(-1);
  const book = last('vast');
  if (book) specimens.push(jsonSpecimen(`recording ${book.name}`, book.text, vastBookShape));
  const posting = last('gpurentalprices');
  if (posting)
    specimens.push(jsonSpecimen(`recording ${posting.name}`, posting.text, gpurentalpricesShape(posting.text)));
  const card = last('runpod');
  if (card) specimens.push(jsonSpecimen(`recording ${card.name}`, card.text, runpodShape(false)));
  return specimens;
}
