import { akash } from '#ingest/sources/akash';
import { cloreGigaspot } from '#ingest/sources/clore-gigaspot';
import { carrying } from '#ingest/sources/kit/carry';
import { mithril } from '#ingest/sources/mithril';
import { nosana } from '#ingest/sources/nosana';
import { sfcompute } from '#ingest/sources/sfcompute';
import { sfcomputeBook } from '#ingest/sources/sfcompute-book';
import { FETCHED_AT } from '#ingest/testing/captures';
import { documented, mapUnder, single, under } from '#ingest/testing/reading';
import type { Row, Specimen } from '#ingest/testing/shapes';

const NOSANA_MARKET = 'CA5pMpqkYFKtme7K31pNB1s62X2SdhEv1nN9RdxKCpuQ';
const NOSANA_EIGHT = 'GLJHzqRN9fKGBsvsFzmGnaQGknUtLN1dqaFR8n3YdM22';
const NOSANA_JOBS = carrying('https://dashboard.k8s.prd.nos.ci/api/jobs?limit=1000', {
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

const akashId = (dseq: string) => ({
  owner: 'akash1owner',
  dseq,
  gseq: 1,
  oseq: 1,
  provider: 'akash1provider',
  bseq: 0,
});
const bid = (dseq: string, amount: string, model: string, units: string): Row => ({
  bid: {
    id: akashId(dseq),
    state: 'active',
    price: { denom: 'uact', amount },
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
/** A lease as the chain lists it; opened 600 blocks before the newest. */
export const lease = (dseq: string, amount: string, facts: Row): Row => ({
  lease: { id: akashId(dseq), price: { denom: 'uact', amount }, created_at: '24000000', ...facts },
  escrow_payment: { state: { rate: { denom: 'uact', amount } } },
});
const lastPage = { pagination: { next_key: null, total: '0' } };
const bidsOfAkash = [
  bid('1', '3000', 'h100/ram/80Gi/interface/sxm', '1'),
  bid('2', '2500.5', 'a100/ram/80Gi/interface/sxm', '2'),
  bid('3', '400', 'rtx4090/ram/24Gi', '1'),
];
const akashBlock = (height: string, time: string) => JSON.stringify({ block: { header: { height, time } } });
/** The newest block, and two at round heights that took 6 s each. */
export const akashBlocks = [
  akashBlock('24000600', '2026-08-03T11:59:00.123456789Z'),
  akashBlock('24000000', '2026-08-03T10:59:00Z'),
  akashBlock('23990000', '2026-08-02T18:19:00Z'),
];
export const akashBids = JSON.stringify({ bids: bidsOfAkash, ...lastPage });
const akashLeases = JSON.stringify({
  leases: bidsOfAkash.map((_, index) =>
    lease(String(index + 1), ['3000', '2500.5', '400'][index] ?? '', { state: 'active', closed_on: '0' }),
  ),
  ...lastPage,
});
export const noBids = JSON.stringify({ bids: [], ...lastPage });
export const noLeases = JSON.stringify({ leases: [], ...lastPage });

const mithrilType = { fid: 'it_RrgkIZz6c9BZu5gi', name: 'a100-80gb.sxm.8x', num_gpus: 8, gpu_memory_gb: 80 };
const mithrilTypes = JSON.stringify([mithrilType]);
const mithrilFacts = {
  name: mithrilType.name,
  gpus: '8',
  memory: '80',
  fid: mithrilType.fid,
  until: FETCHED_AT,
  queue: '',
};
const MITHRIL = 'https://api.mithril.ai/v2/pricing/';
const MITHRIL_CURRENT = carrying(`${MITHRIL}current?instance_type=${mithrilType.fid}`, mithrilFacts);
const MITHRIL_HISTORY = carrying(`${MITHRIL}history?instance_types=${mithrilType.fid}`, mithrilFacts);
const mithrilCurrent = {
  spot_price_cents: 800,
  reserved_price_cents: 1280,
  minimum_price_cents: 8,
  lowest_allocated_bid_cents: 900,
  dynamic_win_price_cents: null,
  available_capacity: 3,
  total_capacity: 26,
};
const mithrilPoint = (price: string, timestamp: string, region: string): Row => ({
  spot_instance_price: price,
  reserved_instance_price: '$12.80',
  timestamp,
  instance_type: mithrilType.fid,
  region,
});

/** The documented answers of venues that show trades, of their books and of auctions; the values are invented. */
export const trades: readonly Specimen[] = [
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
      lease('1', '3000', { state: 'active', closed_on: '0' }),
      lease('2', '2500.5', { state: 'active', closed_on: '0' }),
      lease('3', '400', { state: 'active', closed_on: '0' }),
    ],
    under('leases', lastPage),
    {
      source: akash,
      before: [...akashBlocks, akashBids, noBids, noLeases],
      scale: 5,
      prices: ['lease.price.amount'],
      labels: [],
      isCanary: () => true,
    },
  ),
  // The bids, which name the accelerators: a price that is not their lease's costs the lease.
  documented(bidsOfAkash, under('bids', lastPage), {
    source: akash,
    before: akashBlocks,
    after: [noBids, noLeases, akashLeases],
    scale: 5,
    prices: ['bid.price.amount'],
    labels: ['bid.resources_offer[].resources.gpu.attributes[].key'],
    unknownLabel: (index) => `vendor/nvidia/model/rtxabacus${index}`,
    isCanary: () => true,
  }),
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
  documented([mithrilCurrent], single, {
    source: mithril,
    before: [mithrilTypes, JSON.stringify({ prices: [] })],
    url: MITHRIL_CURRENT,
    least: 2,
    scale: 2,
    prices: ['spot_price_cents', 'reserved_price_cents'],
    labels: [],
    isCanary: () => true,
    withoutCanaryRow: () => JSON.stringify({ ...mithrilCurrent, spot_price_cents: null, reserved_price_cents: null }),
  }),
  documented(
    [
      mithrilPoint('$8.00', '2026-08-02T12:00:00Z', 'us-central1-b'),
      mithrilPoint('$9.50', '2026-08-03T11:00:00Z', 'us-central1-b'),
      mithrilPoint('$7.25', '2026-08-03T11:00:00Z', 'eu-central1-a'),
    ],
    under('prices'),
    {
      source: mithril,
      before: [mithrilTypes],
      url: MITHRIL_HISTORY,
      prices: ['spot_instance_price'],
      labels: [],
      isCanary: () => true,
    },
  ),
];
