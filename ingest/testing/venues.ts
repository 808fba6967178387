import { akash } from '#ingest/sources/akash';
import { aws } from '#ingest/sources/aws';
import { awsCapacityBlocks } from '#ingest/sources/aws-capacity-blocks';
import { awsSpot } from '#ingest/sources/aws-spot';
import { azure } from '#ingest/sources/azure';
import { clore } from '#ingest/sources/clore';
import { cloreGigaspot } from '#ingest/sources/clore-gigaspot';
import { cloudrift } from '#ingest/sources/cloudrift';
import { cudo } from '#ingest/sources/cudo';
import { digitalocean } from '#ingest/sources/digitalocean';
import { gcp } from '#ingest/sources/gcp';
import { gcpTpu } from '#ingest/sources/gcp-tpu';
import { gpuai } from '#ingest/sources/gpuai';
import { hetzner } from '#ingest/sources/hetzner';
import { hyperbolic } from '#ingest/sources/hyperbolic';
import { hyperstack } from '#ingest/sources/hyperstack';
import { ionet } from '#ingest/sources/ionet';
import { jarvislabs } from '#ingest/sources/jarvislabs';
import { carrying } from '#ingest/sources/kit/carry';
import { lambda } from '#ingest/sources/lambda';
import { latitude } from '#ingest/sources/latitude';
import { lium } from '#ingest/sources/lium';
import { mithril } from '#ingest/sources/mithril';
import { nosana } from '#ingest/sources/nosana';
import { oci } from '#ingest/sources/oci';
import { ovh } from '#ingest/sources/ovh';
import { primeintellect } from '#ingest/sources/primeintellect';
import { runpodRest } from '#ingest/sources/runpod-rest';
import { salad } from '#ingest/sources/salad';
import { scaleway } from '#ingest/sources/scaleway';
import { sfcompute } from '#ingest/sources/sfcompute';
import { sfcomputeBook } from '#ingest/sources/sfcompute-book';
import { shadeform } from '#ingest/sources/shadeform';
import { tensordock } from '#ingest/sources/tensordock';
import { verda } from '#ingest/sources/verda';
import { voltagepark } from '#ingest/sources/voltagepark';
import { vultr } from '#ingest/sources/vultr';
import { HTML, type Row, type Shape, type Specimen, specimenOf } from '#ingest/testing/shapes';

/** Rows that are the response itself, or stand under one name of it. */
const bareList = { read: (text: string) => JSON.parse(text) as Row[], write: (rows: unknown) => JSON.stringify(rows) };
const under = (field: string, around: Row = {}) => ({
  read: (text: string) => (JSON.parse(text) as Record<string, Row[]>)[field] ?? [],
  write: (rows: unknown) => JSON.stringify({ ...around, [field]: rows }),
});
/** Rows that are the values of a map; its names travel in the row as `@`. */
const mapUnder = (field: string, around: Row = {}) => ({
  read: (text: string) => {
    const map = field === '' ? JSON.parse(text) : (JSON.parse(text) as Row)[field];
    return Object.entries(map as Record<string, Row>).map(([name, row]) => ({ '@': name, ...row }) as Row);
  },
  write: (rows: unknown) => {
    const map = Array.isArray(rows)
      ? Object.fromEntries((rows as Row[]).map(({ '@': name, ...row }) => [String(name), row]))
      : [rows];
    return JSON.stringify(field === '' ? map : { ...around, [field]: map });
  },
});
/** One row that is the response itself. */
const single = {
  read: (text: string) => [JSON.parse(text) as Row],
  write: (rows: unknown) => JSON.stringify(Array.isArray(rows) && rows.length === 1 ? rows[0] : rows),
};

type Reading = Pick<Shape, 'read' | 'write'>;
function documented(rows: readonly Row[], reading: Reading, shape: Omit<Shape, 'read' | 'write'>): Specimen {
  return specimenOf('documented answer', reading.write(rows), { ...reading, ...shape });
}
const has = (field: string, words: RegExp) => (row: Row) => words.test(String(row[field]));

const sku = (description: string, usageType: string, unit: string, units: string, nanos: number): Row => ({
  skuId: description.replaceAll(/\W/g, '').slice(0, 40) + usageType,
  description,
  category: { resourceGroup: 'GPU', usageType },
  serviceRegions: ['us-central1', 'europe-west4'],
  pricingInfo: [
    {
      pricingExpression: {
        usageUnit: unit,
        tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units, nanos } }],
      },
    },
  ],
});
const skuPrices = [
  'pricingInfo[].pricingExpression.tieredRates[].unitPrice.units',
  'pricingInfo[].pricingExpression.tieredRates[].unitPrice.nanos',
];

/** EC2 answers in XML; its rows are flat. */
const ec2 = (root: string, set: string) => ({
  read: (text: string) =>
    [...text.matchAll(/<item>(.*?)<\/item>/g)].map(
      (item) =>
        Object.fromEntries([...(item[1] ?? '').matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map((m) => [m[1], m[2]])) as Row,
    ),
  write: (rows: unknown) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><${set}>${(
      rows as Row[]
    )
      .map(
        (row) =>
          `<item>${Object.entries(row)
            .map(([name, value]) => `<${name}>${value}</${name}>`)
            .join('')}</item>`,
      )
      .join('')}</${set}><nextToken/></${root}>`,
});
const spotReading = ec2('DescribeSpotPriceHistoryResponse', 'spotPriceHistorySet');
const blockReading = ec2('DescribeCapacityBlockOfferingsResponse', 'capacityBlockOfferingSet');
const otherXml = (whole: string, price: string, label: string): Record<string, string> => ({
  'price renamed': whole.replaceAll(price, `${price}V2`),
  'label renamed': whole.replaceAll(label, `${label}V2`),
  'another set': whole.replaceAll('Set>', 'List>'),
  'HTML error page': HTML,
  'empty body': '',
  'JSON null': 'null',
});

const change = (instanceType: string, zone: string, spotPrice: string, timestamp: string): Row => ({
  instanceType,
  productDescription: 'Linux/UNIX',
  spotPrice,
  timestamp,
  availabilityZone: 'us-east-1a',
  availabilityZoneId: zone,
});
export const spotChanges = [
  change('p5.48xlarge', 'use1-az1', '58.436000', '2026-07-15T00:00:00.000Z'),
  change('p5.48xlarge', 'use1-az1', '57.100000', '2026-07-14T00:00:00.000Z'),
  change('p5.48xlarge', 'use1-az6', '61.000000', '2026-08-01T00:00:00.000Z'),
  change('g6e.xlarge', 'use1-az1', '0.900000', '2026-08-02T00:00:00.000Z'),
];
export const spotAnswer = spotReading.write(spotChanges);
const block = (id: string, instanceType: string, count: string, hours: string, fee: string): Row => ({
  capacityBlockOfferingId: id,
  instanceType,
  availabilityZone: 'us-east-1a',
  instanceCount: count,
  startDate: '2026-08-05T11:30:00.000Z',
  endDate: '2026-08-06T11:30:00.000Z',
  capacityBlockDurationHours: hours,
  upfrontFee: fee,
  currencyCode: 'USD',
  tenancy: 'default',
});
const blocks = [
  block('cb-1', 'p5.48xlarge', '1', '24', '755.00'),
  block('cb-2', 'p5.48xlarge', '2', '168', '10570.00'),
  block('cb-3', 'p6-b200.48xlarge', '1', '24', '1500.00'),
];
export const blockAnswer = blockReading.write(blocks);

const product = (instanceType: string, regionCode: string, price: string): Row => ({
  product: {
    productFamily: 'Compute Instance',
    sku: `${instanceType}${regionCode}`.replaceAll(/\W/g, '').toUpperCase(),
    attributes: {
      instanceType,
      regionCode,
      operatingSystem: 'Linux',
      tenancy: 'Shared',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
    },
  },
  terms: {
    OnDemand: {
      a: {
        effectiveDate: '2026-08-01T00:00:00Z',
        priceDimensions: { b: { unit: 'Hrs', pricePerUnit: { USD: price } } },
      },
    },
  },
});
const priceList = {
  read: (text: string) => (JSON.parse(text) as { PriceList: string[] }).PriceList.map((one) => JSON.parse(one) as Row),
  write: (rows: unknown) =>
    JSON.stringify({
      FormatVersion: 'aws_v1',
      PriceList: Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)) : rows,
    }),
};

const bid = (dseq: string, amount: string, model: string, units: string): Row => ({
  bid: {
    id: { owner: 'akash1owner', dseq, gseq: 1, oseq: 1, provider: 'akash1provider', bseq: 0 },
    state: 'active',
    price: { denom: dseq === '1' ? 'uakt' : 'uact', amount },
    created_at: '24000000',
    resources_offer: [
      {
        count: 1,
        resources: {
          cpu: { units: { val: '8000' } },
          gpu: { units: { val: units }, attributes: [{ key: `vendor/nvidia/model/${model}`, value: 'true' }] },
        },
      },
    ],
  },
});
const akashBlock = (height: string, time: string) => JSON.stringify({ block: { header: { height, time } } });
export const AKASH_BIDS = carrying(
  'https://api.akashnet.net/akash/market/v1beta5/bids/list?filters.state=active&pagination.limit=100&pagination.reverse=true',
  { height: '24000600', time: '2026-08-03T11:59:00.000Z', block_ms: '6000.000000' },
);

const NOSANA_MARKET = 'CA5pMpqkYFKtme7K31pNB1s62X2SdhEv1nN9RdxKCpuQ';
const NOSANA_EIGHT = 'GLJHzqRN9fKGBsvsFzmGnaQGknUtLN1dqaFR8n3YdM22';
export const NOSANA_JOBS = carrying('https://dashboard.k8s.prd.nos.ci/api/jobs?limit=1000', {
  [NOSANA_MARKET]: 'NVIDIA RTX 4090',
  [NOSANA_EIGHT]: '8x NVIDIA RTX 3090',
});
const job = (end: string, market: string, price: number, timeStart: number, timeEnd: number): Row => ({
  address: `7Xc2pVqzYFKtme7K31pNB1s62X2SdhEv1nN9RdxKC${end}`,
  market,
  price,
  timeStart,
  timeEnd,
  state: 2,
});

const SFC = 'https://api.sfcompute.com/preview/v2/orderbook/';
export const SFC_FILLS = `${SFC}fills?requirements=accelerator%3AH100&start_at=1785762000&end_at=1785848400&limit=200`;
export const SFC_DEPTH = `${SFC}depth?requirements=accelerator%3AH100&start_at=1785762000&end_at=1785848400&limit=100`;
const sfcWindow = {
  object: 'list',
  requirements: {},
  start_at: 1785762000,
  end_at: 1785848400,
  requested_at: 1785758400,
};
const fill = (price: string, node_count: number, filled_at: number): Row => ({
  dollars_per_node_hour: price,
  node_count,
  filled_at,
});
export const MITHRIL_PRICE = carrying('https://api.mithril.ai/v2/pricing/current?instance_type=it_RrgkIZz6c9BZu5gi', {
  name: 'a100-80gb.sxm.8x',
  gpus: '8',
  memory: '80',
  queue: '',
});
export const mithrilPricing = {
  spot_price_cents: 800,
  reserved_price_cents: 1280,
  minimum_price_cents: 8,
  lowest_allocated_bid_cents: 900,
  dynamic_win_price_cents: null,
  available_capacity: 3,
  total_capacity: 26,
};
export const IONET_PRICE = carrying(
  'https://api.io.solutions/enterprise/v1/io-cloud/caas/price?location_ids=%5B9%5D&hardware_id=7&duration_hours=1&gpus_per_container=1&replica_count=1',
  { id: '7', name: 'H100 PCIe', free: '3', queue: '' },
);

/** One specimen of the documented answer of each source that answers in JSON or XML; the values are invented. */
export const venues: readonly Specimen[] = [
  documented(
    [fill('19.20', 4, 1785750000), fill('19.20', 4, 1785750000), fill('18.88', 1, 1785740000)],
    under('data', { ...sfcWindow, has_more: false, cursor: null }),
    {
      source: sfcompute,
      before: ['{"object":"list","data":[]}'],
      url: SFC_FILLS,
      prices: ['dollars_per_node_hour'],
      labels: [],
      isCanary: () => true,
    },
  ),
  documented(
    [
      { dollars_per_node_hour: '20.00', node_count: 2 },
      { dollars_per_node_hour: '20.40', node_count: 8 },
      { dollars_per_node_hour: '24.00', node_count: 1 },
    ],
    under('asks', { ...sfcWindow, bids: [{ dollars_per_node_hour: '18.00', node_count: 4 }] }),
    {
      source: sfcomputeBook,
      before: ['{"object":"list","data":[]}'],
      url: SFC_DEPTH,
      prices: ['dollars_per_node_hour'],
      labels: [],
      isCanary: () => true,
    },
  ),
  documented(
    [
      bid('1', '3000', 'h100/ram/80Gi/interface/sxm', '1'),
      bid('2', '2500.5', 'a100/ram/80Gi/interface/sxm', '2'),
      bid('3', '400', 'rtx4090/ram/24Gi', '1'),
    ],
    under('bids', { pagination: { next_key: null, total: '0' } }),
    {
      source: akash,
      url: AKASH_BIDS,
      before: [
        akashBlock('24000600', '2026-08-03T11:59:00.123456789Z'),
        akashBlock('23999600', '2026-08-03T10:19:00.123Z'),
      ],
      scale: 5,
      prices: ['bid.price.amount'],
      labels: ['bid.resources_offer[].resources.gpu.attributes[].key'],
      unknownLabel: (index) => `vendor/nvidia/model/rtxabacus${index}`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      job('aaa', NOSANA_MARKET, 350, 1785750000, 1785753600),
      job('bbb', NOSANA_EIGHT, 1400, 1785750000, 0),
      job('ccc', NOSANA_MARKET, 351, 1785750001, 1785750061),
    ],
    under('jobs', { totalJobs: 3 }),
    {
      source: nosana,
      url: NOSANA_JOBS,
      before: [
        JSON.stringify([
          { address: NOSANA_MARKET, name: 'NVIDIA RTX 4090' },
          { address: NOSANA_EIGHT, name: '8x NVIDIA RTX 3090' },
        ]),
      ],
      partial: true,
      scale: 6,
      prices: ['price'],
      labels: [],
      isCanary: () => true,
    },
  ),
  documented([mithrilPricing], single, {
    source: mithril,
    before: [
      JSON.stringify([{ fid: 'it_RrgkIZz6c9BZu5gi', name: 'a100-80gb.sxm.8x', num_gpus: 8, gpu_memory_gb: 80 }]),
    ],
    url: MITHRIL_PRICE,
    least: 2,
    scale: 2,
    prices: ['spot_price_cents', 'reserved_price_cents'],
    labels: [],
    isCanary: () => true,
    withoutCanaryRow: () => JSON.stringify({ ...mithrilPricing, spot_price_cents: null, reserved_price_cents: null }),
  }),
  documented([{ data: { total_cost_usdc: 2.19, ionet_fee: 0.05, currency_conversion_fee: 0 } }], single, {
    source: ionet,
    before: [
      '{"data":{"hardware":[{"hardware_id":7,"hardware_name":"H100 PCIe","available":3}]}}',
      '{"data":[{"id":9,"iso2":"DE","name":"Frankfurt","available_replicas":3}]}',
    ],
    url: IONET_PRICE,
    least: 1,
    prices: ['data.total_cost_usdc'],
    labels: [],
    isCanary: () => true,
    withoutCanaryRow: () => '{"data":{"total_cost_usdc":null}}',
  }),
  documented(
    [
      {
        id: 6,
        owner: 4,
        price: { on_demand: { bitcoin: 0.00001 }, spot: { bitcoin: 0.000001 } },
        rented: false,
        specs: { gpu: '1x NVIDIA GeForce RTX 4090', gpuram: 24, net: { cc: 'CZ' } },
      },
      {
        id: 7,
        owner: 4,
        price: { on_demand: { 'CLORE-Blockchain': 120.5 } },
        rented: true,
        specs: { gpu: '8x NVIDIA GeForce RTX 3090', gpuram: 24, net: { cc: 'DE' } },
      },
    ],
    under('servers', { my_servers: [], code: 0 }),
    {
      source: clore,
      prices: ['price.on_demand{}', 'price.spot{}'],
      labels: ['specs.gpu'],
      unknownLabel: (index) => `2x RTX Abacus ${index}x`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      {
        '@': '35005',
        host: 12,
        cc: 'NO',
        gpus: [{ model: 'NVIDIA GeForce RTX 4090' }, { model: 'NVIDIA GeForce RTX 4090' }],
        bids: [
          { id: 1, active: true, price: 28.9755, currency: 'CLORE-Blockchain' },
          { id: 2, active: false, price: 20, currency: 'CLORE-Blockchain' },
        ],
      },
      {
        '@': '35006',
        host: 13,
        cc: 'US',
        gpus: [{ model: 'NVIDIA GeForce RTX 3090' }],
        bids: [{ id: 3, active: true, price: 0.00002, currency: 'bitcoin' }],
      },
      {
        '@': '35007',
        host: 13,
        cc: 'US',
        gpus: [{ model: 'NVIDIA GeForce RTX 3090' }],
        bids: [{ id: 4, active: true, price: 0.00003, currency: 'bitcoin' }],
      },
    ],
    mapUnder(''),
    {
      source: cloreGigaspot,
      before: ['{"v1_snapshot_url":"https://cdn.clore.ai/gigaspot/snapshot.json","code":0}'],
      url: 'https://cdn.clore.ai/gigaspot/snapshot.json',
      prices: ['bids[].price'],
      labels: ['gpus[].model'],
      unknownLabel: (index) => `RTX Abacus ${index}x`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      {
        id: 'e-1',
        machine_name: 'NVIDIA H100 80GB HBM3',
        price_per_gpu: 1.75,
        gpu_count: 8,
        available_gpu_count: 8,
        specs: { is_spot: false },
        tier: 'secure',
        miner_hotkey: 'hk-1',
        location: { country_code: 'US' },
      },
      {
        id: 'e-2',
        machine_name: 'NVIDIA GeForce RTX 4090',
        price_per_gpu: 0.3,
        gpu_count: 4,
        available_gpu_count: 0,
        specs: { is_spot: false },
        miner_hotkey: 'hk-2',
        location: null,
      },
      {
        id: 'e-3',
        machine_name: 'NVIDIA GeForce RTX 5090',
        price_per_gpu: 0.65,
        gpu_count: 1,
        available_gpu_count: 1,
        specs: { is_spot: true },
        miner_hotkey: 'hk-2',
        location: { country_code: 'IN' },
      },
    ],
    bareList,
    {
      source: lium,
      prices: ['price_per_gpu'],
      labels: ['machine_name'],
      unknownLabel: (index) => `H100 Abacus ${index}x`,
      isCanary: has('machine_name', /H100/),
    },
  ),
  documented(
    [
      {
        enabled: true,
        costPerHourCents: 319,
        region: 'us-east-1',
        gpuCount: 1,
        gpuType: 'h100',
        gpuFormFactor: 'sxm5',
        connectionType: 'ethernet',
        machineType: 'virtual-machine',
        nodes: [{}],
      },
      {
        enabled: true,
        costPerHourCents: 3192,
        region: 'eu-north-5',
        gpuCount: 8,
        gpuType: 'h200',
        gpuFormFactor: 'sxm5',
        connectionType: 'infiniband',
        machineType: 'bare-metal',
        nodes: [{}],
      },
      {
        enabled: true,
        costPerHourCents: 275,
        region: 'ca-east-1',
        gpuCount: 1,
        gpuType: 'h100',
        gpuFormFactor: 'pcie',
        connectionType: 'ethernet',
        machineType: 'virtual-machine',
        totalAvailable: 2,
        nodes: [{}],
      },
    ],
    bareList,
    {
      source: hyperbolic,
      scale: 2,
      prices: ['costPerHourCents'],
      labels: ['gpuType'],
      unknownLabel: (index) => `h100abacus${index}`,
      isCanary: has('gpuType', /h100/),
    },
  ),
  documented(
    [1, 2, 8].map((count) => ({
      id: `preset-${count}`,
      resources: { gpus: { 'h100-sxm5-80gb': { count } }, vcpu_count: 26 },
      compute_rate_hourly: `${count}.890000`,
      storage_rate_hourly: '0.100000',
      location_ids_with_availability: count === 1 ? ['loc'] : [],
    })),
    bareList,
    { source: voltagepark, prices: ['compute_rate_hourly'], labels: [], isCanary: () => true },
  ),
  documented(
    [
      {
        id: 'loc-1',
        gpu_count_ethernet: 16,
        gpu_price_ethernet: '1.99',
        gpu_count_infiniband: 0,
        gpu_price_infiniband: '2.49',
        specs_per_node: { gpu_model: 'h100-sxm5-80gb', gpu_count: 8 },
      },
      {
        id: 'loc-2',
        gpu_count_ethernet: 8,
        gpu_price_ethernet: '2.05',
        gpu_count_infiniband: 0,
        gpu_price_infiniband: null,
        specs_per_node: { gpu_model: 'h100-sxm5-80gb', gpu_count: 8 },
      },
    ],
    under('results', { total_result_count: 2, has_previous: false, has_next: false }),
    {
      source: voltagepark,
      prices: ['gpu_price_ethernet', 'gpu_price_infiniband'],
      labels: ['specs_per_node.gpu_model'],
      unknownLabel: (index) => `h100abacus${index}`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      {
        offering_id: 'a',
        gpu_type: 'rtx_5090',
        gpu_count: 1,
        region: 'asia-pacific',
        tier: 'on_demand',
        price_per_hour: 0.41,
        available: 7,
        capacity_class: 'community',
      },
      {
        offering_id: 'b',
        gpu_type: 'rtx_5090',
        gpu_count: 4,
        region: 'ca-central',
        tier: 'spot',
        price_per_hour: 154.67,
        available: 1,
        capacity_class: 'community',
      },
      {
        offering_id: 'c',
        gpu_type: 'h200_sxm',
        gpu_count: 8,
        region: 'eu-east',
        tier: 'on_demand',
        price_per_hour: 24,
        available: 0,
        capacity_class: 'secure',
      },
    ],
    under('data', { next_cursor: null }),
    {
      source: gpuai,
      prices: ['price_per_hour'],
      labels: ['gpu_type'],
      unknownLabel: (index) => `rtx_abacus_${index}x`,
      isCanary: has('gpu_type', /rtx/),
    },
  ),
  documented(
    [
      {
        id: 'loc-1',
        country: 'United States',
        tier: 3,
        gpus: [
          { v0Name: 'h100-sxm5-80gb', displayName: 'H100 SXM5 80GB', max_count: 8, price_per_hr: 2.2 },
          { v0Name: 'rtx4090', displayName: 'GeForce RTX 4090', max_count: 2, price_per_hr: 0.37 },
        ],
      },
      {
        id: 'loc-2',
        country: 'Germany',
        tier: 2,
        gpus: [{ v0Name: 'l40s', displayName: 'L40S', max_count: 0, price_per_hr: 0.9 }],
      },
    ],
    {
      read: (text) => (JSON.parse(text) as { data: { locations: Row[] } }).data.locations,
      write: (locations) => JSON.stringify({ data: { locations } }),
    },
    {
      source: tensordock,
      prices: ['gpus[].price_per_hr'],
      labels: ['gpus[].displayName'],
      unknownLabel: (index) => `RTX Abacus ${index}x`,
      isCanary: has('id', /loc-1/),
    },
  ),
  documented(
    [
      ['a', 'H100_80GB', 'SXM5', 'runpod', 'US', 8, 19.92, false],
      ['b', 'H100_80GB', 'PCIe', 'hyperstack', 'CA', 1, 1.9, false],
      ['c', 'A100_80GB', 'SXM4', 'datacrunch', 'FI', 1, 0.7, true],
    ].map(([cloudId, gpuType, socket, provider, country, gpuCount, onDemand, isSpot]) => ({
      cloudId,
      gpuType,
      socket,
      provider,
      country,
      gpuCount,
      isSpot,
      dataCenter: 'DC-1',
      gpuMemory: 80,
      stockStatus: 'High',
      security: 'secure_cloud',
      prices: { onDemand, communityPrice: null, isVariable: false, currency: 'USD' },
    })),
    under('items', { totalCount: 3 }),
    {
      source: primeintellect,
      prices: ['prices.onDemand'],
      labels: ['gpuType'],
      unknownLabel: (index) => `H100abacus${index}`,
      isCanary: has('gpuType', /H100/),
    },
  ),
  documented(
    [
      {
        cloud: 'hyperstack',
        shade_instance_type: 'A100_80G',
        cloud_instance_type: 'n3-A100x1',
        hourly_price: 135,
        deployment_type: 'vm',
        configuration: { num_gpus: 1, gpu_type: 'A100_80G', vram_per_gpu_in_gb: 80, interconnect: 'pcie' },
        availability: [
          { region: 'canada-1', available: true, display_name: 'CA, Montreal' },
          { region: 'norway-1', available: false, display_name: 'NO, Oslo' },
        ],
      },
      {
        cloud: 'lambdalabs',
        shade_instance_type: 'A6000',
        cloud_instance_type: 'gpu_1x_a6000',
        hourly_price: 80,
        deployment_type: 'vm',
        configuration: { num_gpus: 1, gpu_type: 'A6000', vram_per_gpu_in_gb: 48, interconnect: 'pcie' },
        availability: [{ region: 'us-central-1', available: true, display_name: 'US, Wichita, KS' }],
      },
    ],
    under('instance_types'),
    {
      source: shadeform,
      scale: 2,
      prices: ['hourly_price'],
      labels: ['configuration.gpu_type'],
      unknownLabel: (index) => `A100abacus${index}`,
      isCanary: has('shade_instance_type', /A100/),
    },
  ),
  documented(
    [
      {
        machineType: 'epyc-h100',
        dataCenterId: 'us-santaclara-1',
        gpuModel: 'H100 SXM',
        gpuModelId: 'h100-sxm',
        maxGpuFree: 8,
        gpuPriceHr: { value: '2.25' },
      },
      {
        machineType: 'epyc-a40',
        dataCenterId: 'gb-bournemouth-1',
        gpuModel: 'A40 (compute mode)',
        gpuModelId: 'a40',
        maxGpuFree: 0,
        gpuPriceHr: { value: '0.39' },
      },
      {
        machineType: 'epyc-a100',
        dataCenterId: 'se-stockholm-1',
        gpuModel: 'A100 80GB PCIe',
        gpuModelId: 'a100',
        maxGpuFree: 2,
        gpuPriceHr: { value: '1.35' },
      },
    ],
    under('machineTypes'),
    {
      source: cudo,
      prices: ['gpuPriceHr.value'],
      labels: ['gpuModel'],
      unknownLabel: (index) => `H100 Abacus ${index}x`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      {
        name: 'rtx49',
        brand_short: 'RTX 4090',
        variants: [
          {
            name: 'rtx49.1',
            cost_per_hour: 39,
            gpu_count: 1,
            vram: 1,
            nodes_per_dc: { 'us-east-1': 3 },
            available_nodes: 3,
          },
          {
            name: 'rtx49.2',
            cost_per_hour: 78,
            gpu_count: 2,
            vram: 1,
            nodes_per_dc: { 'us-east-1': 1 },
            available_nodes: 0,
          },
        ],
      },
      {
        name: 'rtx59',
        brand_short: 'RTX 5090',
        variants: [{ name: 'rtx59.1', cost_per_hour: 65, gpu_count: 1, vram: 1 }],
      },
    ],
    {
      read: (text) => (JSON.parse(text) as { data: { instance_types: Row[] } }).data.instance_types,
      write: (instance_types) => JSON.stringify({ data: { instance_types } }),
    },
    {
      source: cloudrift,
      scale: 2,
      prices: ['variants[].cost_per_hour'],
      labels: ['brand_short'],
      unknownLabel: (index) => `RTX Abacus ${index}x`,
      isCanary: () => true,
    },
  ),
  documented(
    [
      {
        id: 'c-1',
        name: 'RTX 4090 (24 GB)',
        prices: [
          { priority: 'high', price: '0.30' },
          { priority: 'batch', price: '0.16' },
        ],
      },
      { id: 'c-2', name: 'RTX 3090 (24 GB)', prices: [{ priority: 'high', price: '0.15' }] },
    ],
    under('items'),
    {
      source: salad,
      prices: ['prices[].price'],
      labels: ['name'],
      unknownLabel: (index) => `RTX 4090 Abacus ${index}x`,
      isCanary: has('name', /4090/),
    },
  ),
  documented(
    [
      [1, 107, 0.1715, 'HEL1-DC2', ['Intel Core i7-7700', 'GPU - GeForce GTX 1080', 'GPU']],
      [2, 250, 0.4006, 'FSN1-DC5', ['GPU - RTX A6000', 'GPU']],
      [3, 184, 0.2949, 'FSN1-DC5', ['GPU - RTX 4000 SFF Ada Generation', 'GPU']],
      [4, 40, 0.0641, 'FSN1-DC5', ['Intel Core i7-6700']],
    ].map(([id, price, hourly_price, datacenter, description]) => ({
      id,
      price,
      hourly_price,
      datacenter,
      description,
      setup_price: 0,
      fixed_price: id === 1,
    })),
    under('server'),
    {
      source: hetzner,
      prices: ['hourly_price'],
      labels: ['description[]'],
      unknownLabel: (index) => `GPU - Abacus ${index}x`,
      isCanary: (row) => row.id !== 4,
    },
  ),
  specimenOf('documented answer', spotAnswer, {
    ...spotReading,
    source: awsSpot,
    content_type: 'text/xml',
    prices: ['spotPrice'],
    labels: ['instanceType'],
    unknownLabel: (index) => `p99.${index}xlarge`,
    unknown: 'refused',
    isCanary: has('instanceType', /^p5/),
    bare: otherXml(spotAnswer, 'spotPrice', 'instanceType'),
  }),
  specimenOf('documented answer', blockAnswer, {
    ...blockReading,
    source: awsCapacityBlocks,
    content_type: 'text/xml',
    scale: 5,
    prices: ['upfrontFee'],
    labels: ['instanceType'],
    unknownLabel: (index) => `p99.${index}xlarge`,
    unknown: 'refused',
    isCanary: has('instanceType', /^p5/),
    bare: otherXml(blockAnswer, 'upfrontFee', 'instanceType'),
  }),
  documented(
    [
      product('g6e.48xlarge', 'us-east-1', '30.1312'),
      product('p5.48xlarge', 'us-east-1', '55.0400'),
      product('p5.48xlarge', 'eu-north-1', '63.2960'),
    ],
    priceList,
    {
      source: aws,
      prices: ['terms.OnDemand{}.priceDimensions{}.pricePerUnit.USD'],
      labels: ['product.attributes.instanceType'],
      unknownLabel: (index) => `g99.${index}xlarge`,
      unknown: 'refused',
      isCanary: (row) => JSON.stringify(row).includes('g6e'),
    },
  ),
  documented(
    [
      ['Standard_ND96isr_H100_v5', 'eastus', 98.32, 'ND96isrH100v5'],
      ['Standard_ND96isr_H100_v5', 'westeurope', 21.258283, 'ND96isrH100v5 Spot'],
      ['Standard_NC40ads_H100_v5', 'eastus', 6.98, 'NC40adsH100v5'],
    ].map(([armSkuName, armRegionName, retailPrice, meterName]) => ({
      armSkuName,
      armRegionName,
      retailPrice,
      meterName,
      unitOfMeasure: '1 Hour',
      productName: 'Virtual Machines NDsr H100 v5 Series',
      currencyCode: 'USD',
      type: 'Consumption',
      effectiveStartDate: '2023-12-01T00:00:00Z',
    })),
    under('Items', { BillingCurrency: 'USD', NextPageLink: null, Count: 3 }),
    {
      source: azure,
      prices: ['retailPrice'],
      labels: ['armSkuName'],
      unknownLabel: (index) => `Standard_ND${index}_ABACUS_v9`,
      unknown: 'refused',
      isCanary: has('armSkuName', /ND96isr_H100/),
    },
  ),
  documented(
    [
      sku('Nvidia Tesla A100 GPU running in Americas', 'OnDemand', 'h', '2', 933908000),
      sku('A2 Instance Core running in Americas', 'OnDemand', 'h', '0', 31611000),
      sku('A2 Instance Ram running in Americas', 'OnDemand', 'GiBy.h', '0', 4237000),
    ],
    under('skus', { nextPageToken: '' }),
    {
      source: gcp,
      prices: skuPrices,
      labels: ['description'],
      unknownLabel: (index) => `Abacus ${index} GPU running in Americas`,
      unknown: 'refused',
      isCanary: has('description', /GPU/),
    },
  ),
  documented(
    [
      sku('Tpu-v5p running in Americas', 'OnDemand', 'h', '4', 200000000),
      sku('Tpu-v6e running in Americas', 'Preemptible', 'h', '1', 890000000),
      sku('Tpu-v3 running in Americas', 'OnDemand', 'h', '8', 0),
    ],
    under('skus', { nextPageToken: '' }),
    {
      source: gcpTpu,
      prices: skuPrices,
      labels: ['description'],
      unknownLabel: (index) => `Tpu-v5abacus${index} running in Americas`,
      isCanary: has('description', /v5|v6/),
    },
  ),
  documented(
    [
      ['B98415', 'Oracle Cloud Infrastructure - Compute - GPU - H100', 10],
      ['B110519', 'OCI - Compute - GPU - H200', 10],
      ['B95909', 'Compute  - GPU - A10', 2],
      ['B111824', 'OCI - NVIDIA AI Enterprise - H100', 2.5],
    ].map(([partNumber, displayName, value]) => ({
      partNumber,
      displayName,
      metricName: 'GPU Per Hour',
      serviceCategory: 'Compute - GPU',
      currencyCodeLocalizations: [{ currencyCode: 'USD', prices: [{ model: 'PAY_AS_YOU_GO', value }] }],
    })),
    under('items'),
    {
      source: oci,
      prices: ['currencyCodeLocalizations[].prices[].value'],
      labels: ['displayName'],
      unknownLabel: (index) => `OCI - Compute - GPU - H100 Abacus ${index}x`,
      isCanary: has('displayName', /GPU - H100/),
    },
  ),
  documented(
    [
      {
        id: 'NVIDIA GeForce RTX 4090',
        memory: 24,
        secure: true,
        community: true,
        price: { secure: 0.44, community: 0.31, serverless: 1.1 },
        availability: 'HIGH',
      },
      {
        id: 'NVIDIA H200',
        memory: 141,
        secure: true,
        community: false,
        price: { secure: 3.59, community: 0, serverless: null },
        availability: null,
      },
    ],
    under('gpus'),
    {
      source: runpodRest,
      prices: ['price.secure', 'price.community', 'price.serverless'],
      labels: ['id'],
      unknownLabel: (index) => `RTX 4090 Abacus ${index}x`,
      isCanary: has('id', /4090/),
    },
  ),
  documented(
    [
      ['gpu_1x_h100_sxm5', '1x H100 (80 GB SXM5)', 329, 1],
      ['gpu_8x_b200_sxm6', '8x B200 (180 GB SXM6)', 3992, 8],
      ['gpu_1x_a10', '1x A10 (24 GB)', 75, 1],
    ].map(([name, description, price_cents_per_hour, gpus]) => ({
      '@': name,
      instance_type: { name, description, price_cents_per_hour, specs: { gpus } },
      regions_with_capacity_available: name === 'gpu_1x_a10' ? [{ name: 'us-west-1' }] : [],
    })),
    mapUnder('data'),
    {
      source: lambda,
      scale: 2,
      prices: ['instance_type.price_cents_per_hour'],
      labels: ['instance_type.description'],
      unknownLabel: (index) => `2x H100 Abacus ${index}x`,
      isCanary: (row) => JSON.stringify(row).includes('H100'),
    },
  ),
  documented(
    [
      ['1H100.80S.30V', 'H100 SXM5 80GB', 1, 80, '3.95', '1.70'],
      ['2A6000.20V', 'RTX A6000 48GB', 2, 96, '1.98', '0.70'],
      ['CPU.120V.480G', 'AMD EPYC', 0, 0, '3.00', '1.50'],
    ].map(([instance_type, name, number_of_gpus, size_in_gigabytes, price_per_hour, spot_price]) => ({
      instance_type,
      name,
      price_per_hour,
      spot_price,
      currency: 'usd',
      gpu: { number_of_gpus },
      gpu_memory: { size_in_gigabytes },
    })),
    bareList,
    {
      source: verda,
      prices: ['price_per_hour', 'spot_price'],
      labels: ['name'],
      unknownLabel: (index) => `H100 Abacus ${index}x`,
      isCanary: has('name', /H100/),
    },
  ),
  documented(
    [
      ['H100-80G-PCIe', '1.90'],
      ['H100-80G-PCIe-spot', '1.52'],
      ['L40', '1.00'],
      ['vCPU', '0.01'],
    ].map(([name, original_value]) => ({
      name,
      value: original_value,
      original_value,
      discount_applied: false,
      start_time: '2024-01-01T00:00:00',
      end_time: null,
    })),
    bareList,
    {
      source: hyperstack,
      prices: ['original_value'],
      labels: ['name'],
      unknownLabel: (index) => `H100-Abacus-${index}x`,
      isCanary: has('name', /H100/),
    },
  ),
  documented(
    [
      ['gpu-h100x8-640gb', 'nvidia_h100', 8, 640, 23.92],
      ['gpu-mi300x8-1536gb', 'amd_mi300x', 8, 1536, 15.92],
      ['gpu-h100x1-80gb-spot', 'nvidia_h100', 1, 80, 2.1],
    ].map(([slug, model, count, amount, price_hourly]) => ({
      slug,
      price_hourly,
      regions: ['nyc1'],
      available: true,
      gpu_info: { count, model, vram: { amount, unit: 'gib' } },
    })),
    under('sizes', { links: {}, meta: { total: 3 } }),
    {
      source: digitalocean,
      prices: ['price_hourly'],
      labels: ['gpu_info.model'],
      isCanary: (row) => JSON.stringify(row).includes('nvidia_h100'),
      unknownLabel: (index) => `nvidia_h100_abacus_${index}x`,
    },
  ),
  documented(
    [
      ['vbm-256c-2048gb-8-mi300x-gpu', 'AMD_MI300X', 1536, 31.92, 14.8],
      ['vbm-256c-3072gb-8-b200-gpu', 'NVIDIA_B200', 1440, 68, 25.6],
      ['vbm-4c-32gb', null, null, 0.164, 0.164],
    ].map(([id, gpu_type, gpu_vram_gb, hourly_cost, hourly_cost_preemptible]) => ({
      id,
      gpu_type,
      gpu_vram_gb,
      hourly_cost,
      hourly_cost_preemptible,
      deploy_ondemand: true,
      deploy_preemptible: true,
      locations: ['ord'],
    })),
    under('plans_metal'),
    {
      source: vultr,
      prices: ['hourly_cost', 'hourly_cost_preemptible'],
      labels: ['gpu_type'],
      unknownLabel: (index) => `MI300XABACUS_${index}`,
      isCanary: has('id', /mi300x/),
    },
  ),
  documented(
    [
      ['H100-SXM-2-80G', 2, 'H100-SXM', 85899345920, 6.6198],
      ['L4-1-24G', 1, 'L4', 25769803776, 0.75],
      ['L40S-1-48G', 1, 'L40S', 51539607552, 1.4],
      ['DEV1-S', 0, null, 0, 0.02],
    ].map(([name, gpu, gpu_name, gpu_memory, hourly_price]) => ({
      '@': name,
      gpu,
      gpu_info: gpu_name === null ? null : { gpu_name, gpu_memory },
      hourly_price,
    })),
    mapUnder('servers'),
    {
      source: scaleway,
      prices: ['hourly_price'],
      labels: ['gpu_info.gpu_name'],
      unknownLabel: (index) => `H100-Abacus-${index}x`,
      isCanary: has('@', /H100/),
    },
  ),
  documented(
    [
      ['h100-380.consumption', 'H100', 1, 80, 280000000],
      ['l40s-90.consumption', 'L40S', 1, 48, 140000000],
      ['l4-360.consumption', 'L4', 4, 24, 300000000],
    ].map(([planCode, model, number, size, price]) => ({
      planCode,
      blobs: { commercial: { brick: 'gpu' }, technical: { gpu: { model, number, memory: { size } } } },
      pricings: [{ intervalUnit: 'hour', price }],
    })),
    under('addons', { locale: { currencyCode: 'EUR', subsidiary: 'FR', taxRate: 20 } }),
    {
      source: ovh,
      scale: 8,
      prices: ['pricings[].price'],
      labels: ['blobs.technical.gpu.model'],
      unknownLabel: (index) => `H100 Abacus ${index}x`,
      isCanary: has('planCode', /h100|l40s/),
    },
  ),
  documented(
    [
      ['plan_1', 'g3-h100-small', 'NVIDIA H100 80GB', 1, 80, 3.37, 1230],
      ['plan_2', 'g4-b300-large', 'NVIDIA HGX B300', 8, 288, 128, 46720],
      ['plan_3', 'c3-large-x86', null, null, null, 0.5, 190],
    ].map(([id, slug, type, count, vram_per_gpu, hour, month]) => ({
      id,
      type: 'plans',
      attributes: {
        slug,
        specs: { gpu: type === null ? {} : { count, type, vram_per_gpu } },
        regions: [{ name: 'United States', stock_level: 'low', pricing: { USD: { hour, month, year: 1 } } }],
      },
    })),
    under('data'),
    {
      source: latitude,
      prices: ['attributes.regions[].pricing.USD.hour', 'attributes.regions[].pricing.USD.month'],
      labels: ['attributes.specs.gpu.type'],
      unknownLabel: (index) => `H100 Abacus ${index}x`,
      isCanary: (row) => JSON.stringify(row).includes('H100'),
    },
  ),
  documented(
    [
      ['L4', 'india-noida-01', 0.44, 0.29, '24', 'vm'],
      ['H100', 'europe-01', 2.99, null, '80', null],
    ].map(([gpu_type, region, price_per_hour, spot_price, vram, workload_type]) => ({
      gpu_type,
      region,
      price_per_hour,
      spot_price,
      vram,
      workload_type,
      num_free_devices: 3,
      spot_num_free_devices: 2,
    })),
    under('server_meta'),
    {
      source: jarvislabs,
      prices: ['price_per_hour', 'spot_price'],
      labels: ['gpu_type'],
      unknownLabel: (index) => `H100-Abacus-${index}x`,
      isCanary: has('gpu_type', /H100/),
    },
  ),
];
