import { type HistoryFormat, type KeyFields, refuseLine } from '#ingest/history/format';
import { type Instance, instance } from '#methodology/instances';

/**
 * Describes a line of a price list that names nothing but the instance type: its table says what that holds, and a type that is not in
 * it has no lot to divide by.
 */
function describeType(cloud: Instance['cloud'], type: string, region: string) {
  const known = instance(cloud, type);
  if (!known) return refuseLine('gpus.missing', `${type} is no instance type of the table`);
  return {
    provider: cloud,
    native_id: [cloud, type, region].join('/'),
    region,
    zone: '',
    instance: type,
    label: type,
    memory_gb: null,
    gpus: known.gpus,
    product: 'instance',
    known,
  } satisfies ReturnType<HistoryFormat['describe']>;
}

const onDemand = [{ kind: 'od', column: 'ondemand_usd_hr', tenor: 'OD', price_basis: 'lot_hour' }] as const;

/**
 * AWS's on-demand prices of accelerated instances since 2022-06, as copied into a public repository. `generated_at` went backwards more
 * than once, so a price counts from when it was looked at. Trap: Beijing's are in CNY under a heading that says USD.
 */
export const awsHistory: HistoryFormat = {
  id: 'aws',
  source: 'aws-history',
  aggregator: false,
  key: ['cloud', 'instance_type', 'region'],
  prices: onDemand,
  describe: ({ instance_type = '', region = '' }: KeyFields) =>
    region.startsWith('cn-')
      ? refuseLine('currency.doubtful', `${region} is priced in CNY, the file says USD`)
      : describeType('aws', instance_type, region),
};

/** Azure's on-demand prices of N-series instances since 2023-11, of the same making. */
export const azureHistory: HistoryFormat = {
  id: 'azure',
  source: 'azure-history',
  aggregator: false,
  key: ['cloud', 'sku', 'region'],
  prices: onDemand,
  describe: ({ sku = '', region = '' }: KeyFields) => describeType('azure', sku, region),
};
