import { type HistoryFormat, type KeyFields, refuseLine, wholeCount } from '#ingest/history/format';
import { instance } from '#methodology/instances';

/** Licences of operating systems stand in the column of regions: what they cost is no price of a machine. */
const LICENCES = new Set(['rhel', 'rhel-sap', 'sles', 'sles-sap', 'windows']);

/** "h100-80gb=8;local-ssd=6000": the accelerator and how many, then the disks. */
const ACCELERATOR = /^([a-z0-9-]+)=([\d.]+)(?:;|$)/;

/**
 * The stated accelerator may change under one machine type (an A2 ultra was first called "a100", later "a100-80gb") and does not
 * start another line: a line is a machine type in a region.
 */
function describe(fields: KeyFields) {
  const { cloud = '', instance_type = '', accelerator_meta = '', region = '' } = fields;
  if (LICENCES.has(region)) return refuseLine('region.not_a_place', `${region} is a licence`);
  const known = instance('gcp', instance_type);
  const [, label = instance_type, stated = known?.gpus.toString() ?? ''] = ACCELERATOR.exec(accelerator_meta) ?? [];
  const gpus = wholeCount(stated);
  if (gpus === null) {
    return stated === ''
      ? refuseLine('gpus.missing', `${instance_type} states no accelerator`)
      : refuseLine('gpus.out_of_range', `${stated} ${label} is no whole number`);
  }
  if (known && known.gpus !== gpus) {
    return refuseLine('gpus.mismatch', `${instance_type} holds ${known.gpus}, stated as ${gpus}`);
  }
  return {
    provider: cloud,
    native_id: [cloud, instance_type, region].join('/'),
    region,
    zone: '',
    instance: instance_type,
    label,
    memory_gb: null,
    gpus,
    product: 'instance',
    known,
  } satisfies ReturnType<HistoryFormat['describe']>;
}

/** Google Cloud's accelerator machine types since 2022-02: on demand, spot, and commitments of one and three years per month. */
export const gcpHistory: HistoryFormat = {
  id: 'gcp',
  source: 'gcp-history',
  aggregator: false,
  key: ['cloud', 'instance_type', 'accelerator_meta', 'region'],
  prices: [
    { kind: 'od', column: 'usd_hr_ondemand', tenor: 'OD', price_basis: 'lot_hour' },
    { kind: 'spot', column: 'usd_hr_spot', tenor: 'INT', price_basis: 'lot_hour' },
    { kind: 'commit-1y', column: 'usd_month_1y_cud', tenor: 'R12M', price_basis: 'lot_month' },
    { kind: 'commit-3y', column: 'usd_month_3y_cud', tenor: 'R36M', price_basis: 'lot_month' },
  ],
  describe,
};
