import { type HistoryFormat, type KeyFields, type LineRefusal, refuseLine, wholeCount } from '#ingest/history/format';
import { instance } from '#methodology/instances';

/**
 * Memory in GB that SkyPilot's accelerator names state: its catalogue says "A100" for 40 GB and "A100-80GB" for 80, "V100" for 16 and
 * "V100-32GB" for 32. Names that are not here state none.
 */
const MEMORY_GB: Readonly<Record<string, number>> = {
  A100: 40,
  'A100-80GB': 80,
  'A100-80GB-SXM': 80,
  V100: 16,
  'V100-32GB': 32,
};

/**
 * Instance types that say or are documented to have a form factor, at providers outside the table of instances: Lambda writes it in the
 * name; SkyPilot's catalogue of RunPod maps its names to RunPod's ("H100" is "NVIDIA H100 PCIe", "A100-80GB" is "NVIDIA A100 80GB PCIe").
 */
const PARTS: readonly { provider: string; instance: RegExp; part: string }[] = [
  { provider: 'lambda', instance: /^gpu_\d+x_a100_sxm4$/, part: 'A100 SXM4' },
  { provider: 'lambda', instance: /^gpu_\d+x_a100_80gb_sxm4$/, part: 'A100 SXM4' },
  { provider: 'lambda', instance: /^gpu_\d+x_h100_pcie$/, part: 'H100 PCIe' },
  { provider: 'lambda', instance: /^gpu_\d+x_h100_sxm5$/, part: 'H100 SXM5' },
  { provider: 'runpod', instance: /^\d+x_A100-80GB_SECURE$/, part: 'A100 PCIe' },
  { provider: 'runpod', instance: /^\d+x_A100-80GB-SXM_SECURE$/, part: 'A100 SXM4' },
  { provider: 'runpod', instance: /^\d+x_H100_SECURE$/, part: 'H100 PCIe' },
  { provider: 'runpod', instance: /^\d+x_H100-SXM_SECURE$/, part: 'H100 SXM5' },
];

/** Azure's instances with a part of an accelerator, which the catalogue counts as a whole one. */
const FRACTIONAL = /^Standard_NV(6|12|18)ads_A10_v5$|^Standard_NV(4|8|16)as_v4$/;

/** v2, v3, v4 and v5p count tensor cores, two to a chip; v5e and v6e count chips. */
const TPU = /^tpu-(v2|v3|v4|v5p|v5e|v5litepod|v6e)-(\d{1,6})$/;
const TPU_OF_CORES = new Set(['v2', 'v3', 'v4', 'v5p']);

interface Lot {
  gpus: number;
  part?: string;
}

/** How many accelerators a row is priced for. A slice of TPUs is one price for all its chips. */
function lotOf({ accelerator = '', accelerator_count = '' }: KeyFields): Lot | LineRefusal {
  const count = wholeCount(accelerator_count);
  if (count === null) return refuseLine('gpus.out_of_range', `${accelerator_count} ${accelerator} is no whole number`);
  const tpu = TPU.exec(accelerator);
  if (!tpu) return { gpus: count };
  const [, generation = '', size = ''] = tpu;
  const chips = TPU_OF_CORES.has(generation) ? Number(size) / 2 : Number(size);
  return Number.isInteger(chips) && chips > 0
    ? { gpus: chips * count, part: `tpu ${generation}` }
    : refuseLine('gpus.out_of_range', `${accelerator} holds ${chips} chips`);
}

function describe(fields: KeyFields) {
  const { cloud = '', instance_type = '', accelerator = '', accelerator_count = '', region = '', zone = '' } = fields;
  const lot = lotOf(fields);
  if ('refusal' in lot) return lot;
  if (FRACTIONAL.test(instance_type)) {
    return refuseLine('gpus.out_of_range', `${instance_type} holds a part of an accelerator, stated as ${lot.gpus}`);
  }
  const tabled = cloud === 'aws' || cloud === 'azure' ? instance(cloud, instance_type) : undefined;
  if (tabled && tabled.gpus !== lot.gpus) {
    return refuseLine('gpus.mismatch', `${instance_type} holds ${tabled.gpus}, stated as ${lot.gpus}`);
  }
  const part = lot.part ?? PARTS.find((one) => one.provider === cloud && one.instance.test(instance_type))?.part;
  return {
    provider: cloud,
    native_id: [cloud, instance_type, accelerator, accelerator_count, region, zone].join('/'),
    region,
    zone,
    instance: instance_type,
    label: accelerator,
    ...(part === undefined ? {} : { part }),
    memory_gb: MEMORY_GB[accelerator] ?? null,
    gpus: lot.gpus,
    // Google's accelerators are attached to a host that is priced apart, so the catalogue names no instance. TPU prices include it.
    product: cloud === 'gcp' && instance_type === '' && !TPU.test(accelerator) ? ('accelerator' as const) : 'instance',
    known: tabled,
  } satisfies ReturnType<HistoryFormat['describe']>;
}

/**
 * Changes of SkyPilot's service catalogue, 2022-07 to 2024-06, as committed to its public repository. Traps: Azure's counts are derived
 * from the name and are wrong for some types; prices of 0 mean that none was known; Google's are of accelerators without their host.
 */
export const skypilot: HistoryFormat = {
  id: 'skypilot',
  source: 'skypilot',
  aggregator: true,
  key: ['cloud', 'instance_type', 'accelerator', 'accelerator_count', 'region', 'zone'],
  prices: [
    { kind: 'od', column: 'price_ondemand_usd_hr', tenor: 'OD', price_basis: 'lot_hour' },
    { kind: 'spot', column: 'price_spot_usd_hr', tenor: 'INT', price_basis: 'lot_hour' },
  ],
  describe,
};
