/**
 * Google Cloud: accelerator machines, put together from the billing catalogue: GPUs, processors and memory.
 * Page: https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list. Terms: not read.
 * Traps: no machine has a price, its parts have: units and nanos, each by region and by "OnDemand" or "Preemptible"; parts are told
 * apart by their description alone; local SSD is charged beside and left out (`excludes`); memory is per GiB-hour ("GiBy.h"). Parts of one
 * machine stand on different pages, in no order: all are joined, and what lacks a part is refused as `join.incomplete`. A part priced
 * twice has no price.
 */
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source } from '#ingest/source';
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

/** The price of a part in one region and tenor, and the page that states it. */
interface PartPrice {
  part: string;
  region: string;
  tenor: string;
  nanos: bigint;
  currency: string;
  page: number;
}
const keyOf = (part: string, region: string, tenor: string) => `${part}/${region}/${tenor}`;

/** The parts that a page prices; what is wrong with others goes to `parsed`. @throws Error where it is no page of SKUs */
function partsOn({ text }: CaptureText, page: number, parsed: Parsed): PartPrice[] {
  const found: PartPrice[] = [];
  // Ten thousands of other SKUs: only the named parts are looked at, and then strictly.
  const { skus } = expectShape(skuPageSchema, parseJson(text));
  const wanted = skus.filter((sku) => known.has(NAME.exec(fieldText(sku, 'description'))?.[1] ?? ''));
  eachRow(
    wanted,
    skuSchema,
    (sku) => fieldText(sku, 'skuId'),
    parsed,
    (sku) => {
      const part = NAME.exec(sku.description)?.[1] ?? '';
      const tenor = tenors[sku.category.usageType];
      if (tenor === undefined) return;
      attempt(parsed, sku.skuId, sku, () => {
        const price = priceOfSku(sku, part.endsWith(' Ram') ? 'GiBy.h' : 'h');
        for (const region of sku.serviceRegions) found.push({ part, region, tenor, ...price, page });
      });
    },
  );
  return found;
}

/** A machine's price on the page that prices its GPU; nothing where that is not sold there. */
function addMachine(
  pages: readonly Parsed[],
  machine: Instance,
  prices: ReadonlyMap<string, PartPrice>,
  region: string,
  tenor: string,
): void {
  const parts = families.find(({ machines }) => machines.test(machine.instance))?.parts;
  const { vcpus, ram_gib } = machine;
  if (!parts || vcpus === undefined || ram_gib === undefined) return;
  const gpu = prices.get(keyOf(parts.gpu, region, tenor));
  const core = prices.get(keyOf(parts.core, region, tenor));
  const ram = prices.get(keyOf(parts.ram, region, tenor));
  const parsed = gpu && pages[gpu.page];
  if (!parsed) return;
  const native_id = `${region}/${machine.instance}/${tenor}`;
  if (!core || !ram) {
    refuse(parsed, 'join.incomplete', `no ${core ? parts.ram : parts.core} on any page`, native_id, machine);
    return;
  }
  if (new Set([gpu.currency, core.currency, ram.currency]).size > 1) {
    refuse(parsed, 'join.conflict', 'its parts are priced in different currencies', native_id, machine);
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
    partsOn(capture, 0, parsed);
    return parsed;
  },
  join(pages) {
    const results = pages.map(() => emptyParsed());
    const prices = new Map<string, PartPrice>();
    const disputed = new Set<string>();
    // What is wrong with a part was refused by `parse` already.
    for (const price of pages.flatMap((page, index) => partsOn(page, index, emptyParsed()))) {
      const key = keyOf(price.part, price.region, price.tenor);
      const before = prices.get(key);
      if (!before) prices.set(key, price);
      else if (before.nanos !== price.nanos || before.currency !== price.currency) disputed.add(key);
    }
    for (const key of disputed) {
      const { page, part, region } = prices.get(key) as PartPrice;
      refuse(results[page] as Parsed, 'join.conflict', `${part} has two prices in ${region}`, key, key);
      prices.delete(key);
    }
    const regions = [...new Set([...prices.values()].map(({ region }) => region))].sort();
    for (const machine of instances().filter(({ cloud }) => cloud === 'gcp')) {
      for (const region of regions) {
        for (const tenor of ['OD', 'INT']) addMachine(results, machine, prices, region, tenor);
      }
    }
    return results;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.attributes.instance === 'a2-highgpu-1g') ? null : 'no price of a2-highgpu-1g',
};
