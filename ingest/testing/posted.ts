import { digitalocean } from '#ingest/sources/digitalocean';
import { hyperstack } from '#ingest/sources/hyperstack';
import { jarvislabs } from '#ingest/sources/jarvislabs';
import { lambda } from '#ingest/sources/lambda';
import { latitude } from '#ingest/sources/latitude';
import { ovh } from '#ingest/sources/ovh';
import { runpodRest } from '#ingest/sources/runpod-rest';
import { salad } from '#ingest/sources/salad';
import { scaleway } from '#ingest/sources/scaleway';
import { verda } from '#ingest/sources/verda';
import { vultr } from '#ingest/sources/vultr';
import { bareList, documented, has, mapUnder, under } from '#ingest/testing/reading';
import type { Specimen } from '#ingest/testing/shapes';

/** The documented answers of venues that post their prices; the values are invented. */
export const posted: readonly Specimen[] = [
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
];
