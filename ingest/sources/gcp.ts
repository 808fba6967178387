/**
 * Google Cloud: accelerator machines, put together from the billing catalogue: GPUs, processors and memory.
 * Page: https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list. Terms: not read.
 * Traps: no machine has a price, its parts have: units and nanos, each by region and by "OnDemand" or "Preemptible"; parts are told
 * apart by their description alone; local SSD is charged beside and left out (`excludes`); memory is per GiB-hour ("GiBy.h"). Parts of one
 * machine may stand on different pages, and a page is read by itself: what lacks a part there is refused as `join.incomplete`.
 */
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { googleKey, nanosAsDecimal, priceOfSku, skuPage, skuPageSchema, skuSchema } from '#ingest/sources/kit/google';
import { addQuote, attempt, refuse } from '#ingest/sources/kit/rows';
import { countryOfRegion, type Instance, instances } from '#methodology/instances';

const SERVICE = '6F81-5844-456A';
type Part = 'gpu' | 'core' | 'ram';

/** What a machine family is made of, by the words of the catalogue. */
const families: readonly { machines: RegExp; parts: Record<Part, string> }[] = [
  {
    machines: /^a2-(highgpu|megagpu)-/,
    parts: { gpu: 'Nvidia Tesla A100 GPU', core: 'A2 Instance Core', ram: 'A2 Instance Ram' },
  },
  {
    machines: /^a2-ultragpu-/,
    parts: { gpu: 'Nvidia Tesla A100 80GB GPU', core: 'A2 Instance Core', ram: 'A2 Instance Ram' },
  },
  {
    machines: /^a3-highgpu-/,
    parts: { gpu: 'Nvidia H100 80GB GPU', core: 'A3 Instance Core', ram: 'A3 Instance Ram' },
  },
  { machines: /^g2-/, parts: { gpu: 'Nvidia L4 GPU', core: 'G2 Instance Core', ram: 'G2 Instance Ram' } },
];
const known = new Set(families.flatMap(({ parts }) => Object.values(parts)));
const tenors: Partial<Record<string, string>> = { OnDemand: 'OD', Preemptible: 'INT' };
const NAME = /^(?:Spot Preemptible )?(.+?) (?:running|attached to Spot Preemptible VMs running) in /;

type Prices = Map<string, { nanos: bigint; currency: string }>;
const keyOf = (part: string, region: string, tenor: string) => `${part}/${region}/${tenor}`;

function addMachine(parsed: Parsed, machine: Instance, prices: Prices, region: string, tenor: string): void {
  const parts = families.find(({ machines }) => machines.test(machine.instance))?.parts;
  const { vcpus, ram_gib } = machine;
  if (!parts || vcpus === undefined || ram_gib === undefined) return;
  const gpu = prices.get(keyOf(parts.gpu, region, tenor));
  const core = prices.get(keyOf(parts.core, region, tenor));
  const ram = prices.get(keyOf(parts.ram, region, tenor));
  if (!gpu) return;
  const native_id = `${region}/${machine.instance}/${tenor}`;
  if (!core || !ram || new Set([gpu.currency, core.currency, ram.currency]).size > 1) {
    refuse(parsed, 'join.incomplete', `no ${core ? parts.ram : parts.core} in this answer`, native_id, machine);
    return;
  }
  const nanos = gpu.nanos * BigInt(machine.gpus) + core.nanos * BigInt(vcpus) + ram.nanos * BigInt(ram_gib);
  // A part for nothing would be a discount nobody gave: every part must cost something.
  const free = [gpu, core, ram].some((part) => part.nanos <= 0n);
  addQuote(parsed, {
    native_id,
    provider: 'gcp',
    label: machine.label,
    memory_gb: machine.memory_gb,
    gpus: machine.gpus,
    tenor,
    evidence: tenor === 'OD' ? 'listed' : 'administered',
    price: free ? 0 : nanosAsDecimal(nanos),
    currency: gpu.currency,
    price_basis: 'lot_hour',
    country: countryOfRegion('gcp', region),
    attributes: {
      product: 'instance',
      instance: machine.instance,
      zone: region,
      joined: 'gpu cpu ram',
      ...(machine.local_ssd_gib ? { excludes: `local ssd ${machine.local_ssd_gib} GiB` } : {}),
    },
  });
}

export const gcp: Source = {
  id: 'gcp',
  title: 'Google Cloud billing catalogue',
  homepage: 'https://cloud.google.com',
  provider: 'gcp',
  venue_type: 'hyperscaler',
  evidence: ['listed', 'administered'],
  aggregator: false,
  schedule: '38 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 30, body_bytes: 32_000_000, sweep_seconds: 400, pause_ms: 1000, timeout_ms: 60_000 },
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
    const prices: Prices = new Map();
    const regions = new Set<string>();
    // Ten thousands of other SKUs: only the named parts are looked at, and then strictly.
    const { skus } = expectShape(skuPageSchema, parseJson(capture.text));
    const wanted = skus.filter((sku) => known.has(NAME.exec(fieldText(sku, 'description'))?.[1] ?? ''));
    eachRow(
      wanted,
      skuSchema,
      (sku) => fieldText(sku, 'skuId'),
      parsed,
      (sku) => {
        const name = NAME.exec(sku.description)?.[1] ?? '';
        const tenor = tenors[sku.category.usageType];
        if (tenor === undefined) return;
        attempt(parsed, sku.skuId, sku, () => {
          const price = priceOfSku(sku, name.endsWith(' Ram') ? 'GiBy.h' : 'h');
          for (const region of sku.serviceRegions) {
            regions.add(region);
            prices.set(keyOf(name, region, tenor), price);
          }
        });
      },
    );
    for (const machine of instances().filter(({ cloud }) => cloud === 'gcp')) {
      for (const region of regions) {
        for (const tenor of ['OD', 'INT']) addMachine(parsed, machine, prices, region, tenor);
      }
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.attributes.instance === 'a2-highgpu-1g') ? null : 'no price of a2-highgpu-1g',
};
