const CREATE =
  /^CREATE TABLE IF NOT EXISTS csi\.(\w+) \(([\s\S]*)\) ENGINE = ReplacingMergeTree(?:\((\w+)\))?([\s\S]*)$/;
const ALTER = /^ALTER TABLE csi\.(\w+) (ADD COLUMN IF NOT EXISTS [\s\S]*)$/;
const ORDER_BY = /ORDER BY (\([^)]*\)|\w+)/;

/**
 * Our DDL for a cluster: each table becomes a replicated one on every node and a distributed one over them, under the name that queries
 * use. Rows with one key go to one shard, so that replacing still replaces. Replication paths hold the macros every node defines.
 * @param cluster name of the cluster in the servers' configuration
 * @throws Error for a statement that has not the one shape our tables have, rather than creating it on one node only
 */
export function clusterStatements(statement: string, cluster: string): string[] {
  if (!/^[A-Za-z_]\w*$/.test(cluster))
    throw new Error(`CLICKHOUSE_CLUSTER must be a plain name, got ${JSON.stringify(cluster)}`);
  if (/^CREATE DATABASE/.test(statement)) return [`${statement} ON CLUSTER ${cluster}`];
  const [, altered, change] = ALTER.exec(statement) ?? [];
  if (altered)
    return [`${altered}_local`, altered].map((name) => `ALTER TABLE csi.${name} ON CLUSTER ${cluster} ${change}`);
  const create = CREATE.exec(statement);
  const order = ORDER_BY.exec(statement)?.[1];
  if (!create || !order) throw new Error(`no cluster form for: ${statement.slice(0, 80)}`);
  const [, table, columns, version, rest] = create;
  const engine = [`'/clickhouse/tables/{shard}/csi/${table}'`, "'{replica}'", ...(version ? [version] : [])].join(', ');
  const key = order.replace(/^\(|\)$/g, '');
  return [
    `CREATE TABLE IF NOT EXISTS csi.${table}_local ON CLUSTER ${cluster} (${columns}) ENGINE = ReplicatedReplacingMergeTree(${engine})${rest}`,
    `CREATE TABLE IF NOT EXISTS csi.${table} ON CLUSTER ${cluster} AS csi.${table}_local
      ENGINE = Distributed(${cluster}, csi, ${table}_local, cityHash64(${key}))`,
  ];
}
