import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import type { HistoryFormat, KeyFields } from '#ingest/history/format';
import { gcpHistory } from '#ingest/history/gcp';
import { readLines } from '#ingest/history/lines';
import { skypilot } from '#ingest/history/skypilot';
import type { Source } from '#ingest/source';
import { akashGpuPrices } from '#ingest/sources/akash-gpu-prices';
import { azure } from '#ingest/sources/azure';
import { clore } from '#ingest/sources/clore';
import { coreweave } from '#ingest/sources/coreweave';
import { crusoe } from '#ingest/sources/crusoe';
import { digitalocean } from '#ingest/sources/digitalocean';
import { gpuai } from '#ingest/sources/gpuai';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { hetzner } from '#ingest/sources/hetzner';
import { hyperbolic } from '#ingest/sources/hyperbolic';
import { jarvislabs } from '#ingest/sources/jarvislabs';
import { lambda } from '#ingest/sources/lambda';
import { lambdaPage } from '#ingest/sources/lambda-page';
import { latitude } from '#ingest/sources/latitude';
import { lium } from '#ingest/sources/lium';
import { nebius } from '#ingest/sources/nebius';
import { oci } from '#ingest/sources/oci';
import { runpod } from '#ingest/sources/runpod';
import { runpodRest } from '#ingest/sources/runpod-rest';
import { scaleway } from '#ingest/sources/scaleway';
import { shadeform } from '#ingest/sources/shadeform';
import { tensordock } from '#ingest/sources/tensordock';
import { together } from '#ingest/sources/together';
import { vast } from '#ingest/sources/vast';
import { vastMetrics } from '#ingest/sources/vast-metrics';
import { verda } from '#ingest/sources/verda';
import { voltagepark } from '#ingest/sources/voltagepark';
import { vultr } from '#ingest/sources/vultr';
import { FETCHED_AT } from '#ingest/testing/captures';
import { provider as providerById } from '#methodology/providers';

/** One name of hardware as a file states it. */
export interface SaidLabel {
  /** Whose words they are: a source's id, or a name of its own where no source of ours says them. */
  source: string;
  label: string;
  memoryGb: number | null;
  /** The cloud of whose instance types the label may be one. */
  cloud?: string;
  /** The class that an importer gave it, which also knows the instance type beside the label. */
  hardwareClass?: string;
  /** What the file itself says the part is, as an id of the datasheet. */
  datasheetId?: string;
}

type Read = (text: string) => SaidLabel[];
interface Row {
  [column: string]: string;
}
// biome-ignore lint/suspicious/noExplicitAny: recorded JSON of twenty shapes, read by those who know them
type Json = any;

const said = (source: string, label: string, memoryGb: number | null = null, more: Partial<SaidLabel> = {}) => ({
  source,
  label,
  memoryGb,
  ...more,
});
const memoryOf = (text: string) => (text === '' ? null : Number(text));
const typeOf = (cloud: string, name: string) => said(cloud, name, null, { cloud });
const json =
  (read: (answer: Json) => SaidLabel[]): Read =>
  (text) =>
    read(JSON.parse(text));

/** The rows of a CSV that differ in some columns, as far as those go. */
function distinct(text: string, columns: readonly string[]): Row[] {
  const end = text.indexOf('\n');
  const header = text.slice(0, end).trim().split(',');
  const places = columns.map((column) => header.indexOf(column));
  if (places.includes(-1)) throw new Error(`no column ${columns[places.indexOf(-1)]} in ${header.join()}`);
  const last = Math.max(...places) + 1;
  const rows = new Map<string, Row>();
  for (let from = end + 1; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const line = text.slice(from, to).replace(/\r$/, '');
    from = to + 1;
    if (line === '') continue;
    const fields = line.includes('"') ? (parseCsv(line)[0] ?? []) : line.split(',', last);
    const values = places.map((place) => fields[place] ?? '');
    const key = values.join('\n');
    if (!rows.has(key))
      rows.set(key, Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ''])));
  }
  return [...rows.values()];
}

const csv =
  (columns: readonly string[], read: (row: Row) => SaidLabel[]): Read =>
  (text) =>
    distinct(text, columns).flatMap(read);

/** What a source's own parser says of an answer. */
function parsedLabels(source: Source, text: string, content_type = ''): SaidLabel[] {
  const url = source.requests(new Date(FETCHED_AT))[0]?.url ?? '';
  const parsed = source.parse({ text, content_type, fetched_at: FETCHED_AT, url, sent: null });
  return [
    ...parsed.rows.map((row) => said(source.id, row.label, row.memory_gb)),
    ...parsed.signals.map((signal) => said(signal.provider, signal.label, signal.memory_gb)),
  ];
}

const by =
  (source: Source, shape: (text: string) => string = (text) => text): Read =>
  (text) =>
    parsedLabels(source, shape(text));
/** The same of an answer from documentation, whose names are exact and whose values, memory among them, are invented. */
const byShape =
  (source: Source): Read =>
  (text) =>
    parsedLabels(source, text).map((one) => ({ ...one, memoryGb: null }));
/** Excerpts of pages were kept: completed to a page, as the parsers want one whole. */
const asPage = (text: string) => `<html><body>${text}</body></html>`;

/** The plans that the recorded page of Latitude embeds, as its API lists them. The last is cut short. */
function latitudePlans(page: string): string {
  const plans = page
    .replaceAll('\\"', '"')
    .split(/(?=\{"id":"plan_)/)
    .slice(1)
    .flatMap((part) => {
      try {
        return [JSON.parse(part.replace(/[,\]\s]*$/, '')) as Json];
      } catch {
        return [];
      }
    });
  return JSON.stringify({ data: plans });
}

/** Lines of a history as its importer reads them: the label, and beside it the instance type of a cloud that sells by those. */
function historyLabels(format: HistoryFormat, keys: readonly KeyFields[]): SaidLabel[] {
  const lines = keys.map((key, index) => ({
    line: String(index),
    key,
    rows: 1,
    stated: format.prices.map(() => true),
  }));
  const classes = new Map(readLines(format, lines).rows.map((row) => [row.line, row.hardware_class]));
  return lines.flatMap(({ line, key }) => {
    const stated = format.describe(key);
    const { cloud = '', instance_type = '', accelerator = instance_type } = key;
    const source = providerById(cloud)?.id ?? cloud;
    const hardwareClass = classes.get(line) || undefined;
    const label =
      'refusal' in stated
        ? said(source, accelerator, null, { cloud })
        : said(source, stated.part ?? stated.label, stated.memory_gb, {
            cloud,
            ...(hardwareClass ? { hardwareClass } : {}),
          });
    return instance_type === '' ? [label] : [label, ...(isSoldByType(cloud) ? [typeOf(cloud, instance_type)] : [])];
  });
}
const isSoldByType = (cloud: string) => ['aws', 'azure', 'gcp', 'oci'].includes(cloud);

/** Instance types of AWS that hold an accelerator of any kind, as their families are named. */
const ACCELERATED = /^(p\d|g\d|gr\d|trn\d|inf\d|dl\d|f\d|vt\d)/;
const awsTypes = (names: Iterable<string>) =>
  [...new Set(names)].filter((name) => ACCELERATED.test(name)).map((name) => typeOf('aws', name));

/** How each file names hardware. Most are read by the parser or importer that reads them in the product. */
const readers: readonly { files: RegExp; read: Read }[] = [
  { files: /^recorded\/vast\//, read: (text) => parsedLabels(vast, text, 'application/x-ndjson') },
  { files: /^recorded\/runpod\//, read: by(runpod) },
  { files: /^recorded\/gpurentalprices\//, read: by(gpurentalprices) },
  {
    files: /^history\/skypilot_gpu_price_changes/,
    read: (text) =>
      historyLabels(skypilot, distinct(text, ['cloud', 'instance_type', 'accelerator', 'accelerator_count'])),
  },
  {
    files: /^history\/gcp_gpu_price_changes/,
    read: (text) => historyLabels(gcpHistory, distinct(text, ['cloud', 'instance_type', 'accelerator_meta'])),
  },
  { files: /^history\/aws_accel/, read: csv(['instance_type'], (row) => [typeOf('aws', row.instance_type!)]) },
  { files: /^history\/azure_gpu/, read: csv(['sku'], (row) => [typeOf('azure', row.sku!)]) },
  { files: /^history\/vast_(offer_book|history)/, read: csv(['gpu_name'], (row) => [said('vast', row.gpu_name!)]) },
  {
    files: /^history\/runpod_history/,
    read: csv(['gpu_name', 'gpu_id', 'vram_gb'], (row) => [
      said('runpod', row.gpu_id!, memoryOf(row.vram_gb!)),
      said('runpod-history', row.gpu_name!, memoryOf(row.vram_gb!)),
    ]),
  },
  // These name hardware in words of their own, whichever provider a row is of: no venue's usage applies.
  { files: /^history\/observations/, read: csv(['gpu_model'], (row) => [said('observations', row.gpu_model!)]) },
  { files: /^history\/gpu_pricing/, read: csv(['gpu'], (row) => [said('gpu-pricing', row.gpu!)]) },
  { files: /^history\/digitalocean/, read: csv(['sku'], (row) => [said('digitalocean-history', row.sku!)]) },
  {
    files: /^history\/prime_intellect/,
    read: csv(['gpu_type', 'socket'], (row) => [said('primeintellect', `${row.gpu_type} ${row.socket}`.trim())]),
  },
  {
    files: /^mlperf/,
    read: csv(['accelerator', 'hw_id'], (row) => [
      said('mlperf', row.accelerator!, null, row.hw_id === '' ? {} : { datasheetId: row.hw_id! }),
    ]),
  },
  {
    files: /^hardware\.csv/,
    read: csv(['id', 'mem_gb'], (row) => [said('datasheet', row.id!, memoryOf(row.mem_gb!), { datasheetId: row.id! })]),
  },
  { files: /^scu_values/, read: csv(['id'], (row) => [said('datasheet', row.id!, null, { datasheetId: row.id! })]) },
  { files: /^raw\/vast\//, read: by(vast) },
  {
    files: /^raw\/vast_cli_tests\/.*machines/,
    read: json(({ machines }) => machines.map((one: Json) => said('vast', one.gpu_name))),
  },
  {
    files: /^raw\/runpod\//,
    read: json(({ data }) =>
      data.gpuTypes.flatMap((one: Json) => [
        said('runpod', one.id, one.memoryInGb),
        said('runpod', one.displayName, one.memoryInGb),
      ]),
    ),
  },
  {
    files: /^raw\/runpod_python_tests\//,
    read: json(({ data }) =>
      (data.myself?.pods ?? [data.pod]).map((pod: Json) => said('runpod', pod.machine.gpuDisplayName)),
    ),
  },
  {
    files: /^raw\/azure_retail\//,
    read: (text) => [
      ...parsedLabels(azure, text),
      ...JSON.parse(text)
        .Items.map((item: Json) => item.armSkuName as string)
        .filter((name: string) => /^Standard_N/.test(name))
        .map((name: string) => typeOf('azure', name)),
    ],
  },
  {
    files: /^raw\/aws_ec2\//,
    read: json(({ InstanceTypes }) =>
      InstanceTypes.flatMap((one: Json) => [
        typeOf('aws', one.InstanceType),
        ...[
          ...(one.GpuInfo?.Gpus ?? []),
          ...(one.InferenceAcceleratorInfo?.Accelerators ?? []),
          ...(one.NeuronInfo?.NeuronDevices ?? []),
        ].map((part: Json) => said('aws', part.Name, part.MemoryInfo.SizeInMiB / 1024)),
      ]),
    ),
  },
  {
    files: /^raw\/aws_spot_advisor\//,
    read: json(({ spot_advisor }) =>
      awsTypes(
        Object.values(spot_advisor).flatMap((systems: Json) =>
          Object.values(systems).flatMap((types) => Object.keys(types as object)),
        ),
      ),
    ),
  },
  {
    files: /^raw\/aws_spot_web\//,
    read: json(({ regions }) =>
      awsTypes(Object.values(regions).flatMap((types: Json) => (types ?? []).map((one: Json) => one.InstanceType))),
    ),
  },
  {
    files: /^raw\/canadian_gpu_probe\//,
    read: json((probes) =>
      probes.flatMap(({ provider, sku, sku_raw }: Json) => [
        said('canadian-gpu-probe', sku),
        ...(isSoldByType(provider) && sku_raw !== '' ? [typeOf(provider, sku_raw)] : []),
      ]),
    ),
  },
  {
    files: /^raw\/computepulse\//,
    read: json(({ data }) =>
      data.map((one: Json) => said('computepulse', `${one.gpu_model} ${one.gpu_variant ?? ''}`.trim(), one.vram_gb)),
    ),
  },
  {
    files: /^raw\/computepulse_supply\//,
    read: json(({ data }) => data.map((one: Json) => said('computepulse', one.gpu_model))),
  },
  {
    files: /^raw\/lambda\/gpuhunt/,
    read: json((rows) => rows.map((row: Json) => said('lambda', row.gpu_model, row.gpu_vram_gb))),
  },
  { files: /^raw\/lambda\/pricing/, read: by(lambdaPage, asPage) },
  { files: /^raw\/coreweave\//, read: by(coreweave, asPage) },
  { files: /^raw\/crusoe\//, read: by(crusoe, asPage) },
  { files: /^raw\/together\//, read: by(together, asPage) },
  { files: /^raw\/nebius\//, read: by(nebius, asPage) },
  { files: /^raw\/latitude\//, read: by(latitude, latitudePlans) },
  { files: /^raw\/hetzner\//, read: by(hetzner, (text) => `{"server":${text}}`) },
  {
    files: /^raw\/vultr\//,
    read: (text) => [
      ...parsedLabels(vultr, `{"plans_metal":${text}}`),
      ...JSON.parse(text).flatMap((plan: Json) => (plan.gpu_type ? [said('vultr', plan.gpu_type)] : [])),
    ],
  },
  {
    files: /^raw\/gpuhunt_tests\/.*vultr/,
    read: json(({ plans = [], plans_metal = [] }) =>
      [...plans, ...plans_metal].flatMap(({ gpu_type, gpu_vram_gb }: Json) =>
        gpu_type ? [said('vultr', gpu_type, gpu_vram_gb)] : [],
      ),
    ),
  },
  { files: /^raw\/gpuhunt_tests\/.*verda/, read: by(verda, (text) => `[${text}]`) },
  { files: /^raw\/gpuhunt_tests\/.*jarvislabs/, read: by(jarvislabs) },
  { files: /^raw\/gpuhunt_tests\/.*digitalocean/, read: by(digitalocean) },
  {
    files: /^raw\/gpuhunt_tests\/.*oci/,
    read: json(({ items }) => items.flatMap((one: Json) => (one.gpuQty ? [typeOf('oci', one.name)] : []))),
  },
  { files: /^raw\/hyperbolic\//, read: by(hyperbolic) },
  { files: /^raw\/lium\/executors/, read: by(lium) },
  { files: /^raw\/lium\/machines/, read: json((rows) => rows.map((row: Json) => said('lium', row.name))) },
  // Families, in words of another page: "H200" is not the driver's name here.
  {
    files: /^raw\/lium\/capacity/,
    read: json((rows) => rows.map((row: Json) => said('lium-capacity', row.base_model))),
  },
  { files: /^raw\/voltagepark\//, read: by(voltagepark) },
  { files: /^raw\/gpuai\//, read: by(gpuai) },
  { files: /^raw\/scaleway\/(servers|products)/, read: by(scaleway) },
  { files: /^raw\/oracle\//, read: by(oci) },
  { files: /^raw\/_documented_examples\/akash_console/, read: byShape(akashGpuPrices) },
  { files: /^raw\/_documented_examples\/clore/, read: byShape(clore) },
  { files: /^raw\/_documented_examples\/lambda/, read: byShape(lambda) },
  { files: /^raw\/_documented_examples\/runpod/, read: byShape(runpodRest) },
  { files: /^raw\/_documented_examples\/shadeform/, read: byShape(shadeform) },
  { files: /^raw\/_documented_examples\/tensordock/, read: byShape(tensordock) },
  { files: /^raw\/_documented_examples\/vast/, read: byShape(vastMetrics) },
  {
    files: /^raw\/_documented_examples\/aws/,
    read: json(({ SpotPriceHistory = [], CapacityBlockOfferings = [] }) =>
      [...SpotPriceHistory, ...CapacityBlockOfferings].map((one: Json) => typeOf('aws', one.InstanceType)),
    ),
  },
  { files: /^raw\/_documented_examples\/gcp_advice/, read: json(({ machineType }) => [typeOf('gcp', machineType)]) },
];

/** Files that name no hardware, and what they hold instead. */
const without: readonly { files: RegExp; holds: string }[] = [
  { files: /(^|\/)README\.md$|^recorded\/manifest\.jsonl$/, holds: 'what the files are' },
  { files: /^tokens\/|^raw\/openrouter\//, holds: 'names of models and of those who serve them' },
  { files: /^history\/skypilot_catalog_observations/, holds: 'when each cloud was looked at' },
  { files: /^raw\/ovh\//, holds: 'plans of dedicated servers, with no word on what they hold' },
  { files: /^raw\/scaleway\/availability/, holds: 'names of instance types, which the other answers describe' },
  { files: /^raw\/gpuhunt_tests\/.*runpod/, holds: 'flavours of processors' },
  { files: /^raw\/vast_cli_tests\//, holds: 'what a command line prints' },
  { files: /^raw\/_documented_examples\/(sfcompute|mithril|akash_market)/, holds: 'prices of lots named elsewhere' },
  { files: /^raw\/_documented_examples\/gcp_billing/, holds: 'a template with no value' },
];

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Whether this machine has recorded data at all. */
export const hasRecordedData = existsSync(folder);

/** Every file of recorded data, relative to its folder. */
export function recordedFiles(): string[] {
  if (!hasRecordedData) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, ''))
    .sort();
}

/** The text of a file of recorded data. */
export function recordedText(file: string): string {
  const bytes = readFileSync(`${folder}${file}`);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Whether a file names hardware, and where: null where nobody has said how it is to be read. */
export function labelsIn(file: string): SaidLabel[] | null {
  const reader = readers.find(({ files }) => files.test(file));
  if (reader) return reader.read(recordedText(file));
  return without.some(({ files }) => files.test(file)) ? [] : null;
}
