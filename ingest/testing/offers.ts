import { clore } from '#ingest/sources/clore';
import { cloudrift } from '#ingest/sources/cloudrift';
import { cudo } from '#ingest/sources/cudo';
import { gpuai } from '#ingest/sources/gpuai';
import { hetzner } from '#ingest/sources/hetzner';
import { hyperbolic } from '#ingest/sources/hyperbolic';
import { ionet } from '#ingest/sources/ionet';
import { carrying } from '#ingest/sources/kit/carry';
import { lium } from '#ingest/sources/lium';
import { primeintellect } from '#ingest/sources/primeintellect';
import { shadeform } from '#ingest/sources/shadeform';
import { tensordock } from '#ingest/sources/tensordock';
import { voltagepark } from '#ingest/sources/voltagepark';
import { bareList, documented, has, single, under } from '#ingest/testing/reading';
import type { Row, Specimen } from '#ingest/testing/shapes';

const IONET_PRICE = carrying(
  'https://api.io.solutions/enterprise/v1/io-cloud/caas/price?location_ids=%5B9%5D&hardware_id=7&duration_hours=1&gpus_per_container=1&replica_count=1',
  { id: '7', name: 'H100 PCIe', free: '3', queue: '' },
);

/** The documented answers of venues with live offers; the values are invented. */
export const offers: readonly Specimen[] = [
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
];
