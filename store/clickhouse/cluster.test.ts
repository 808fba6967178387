import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { clusterStatements } from '#store/clickhouse/cluster';
import { migrations } from '#store/clickhouse/schema';

const { query } = createRequire(import.meta.url)('chdb') as { query(sql: string, format?: string): string };
/** What the engine's own parser makes of a statement. @throws where it cannot parse it */
const parse = (sql: string) => query(`EXPLAIN AST ${sql}`, 'TSV');
const all = migrations.flatMap((one) => one.statements);
const statements = all.filter((one) => one.startsWith('CREATE'));

describe('the tables on a cluster', () => {
  it.each(statements.map((statement) => [/csi\.(\w+)/.exec(statement)?.[1] ?? '', statement]))(
    '%s parses',
    (table, statement) => {
      const [local, distributed] = clusterStatements(statement, 'prices');
      expect(parse(local ?? '')).toContain('CreateQuery');
      expect(parse(distributed ?? '')).toContain('Distributed');
      expect(local).toContain(`csi.${table}_local ON CLUSTER prices`);
      expect(local).toContain(`ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/csi/${table}', '{replica}'`);
      expect(distributed).toContain(`csi.${table} ON CLUSTER prices AS csi.${table}_local`);
    },
  );

  it('that are altered are so on every node, and so is the table over them', () => {
    const altered = all.filter((one) => !one.startsWith('CREATE'));
    expect(altered.length).toBeGreaterThan(0);
    for (const statement of altered) {
      const table = /csi\.(\w+)/.exec(statement)?.[1];
      const [local, over] = clusterStatements(statement, 'prices');
      expect(parse(local ?? '')).toContain('AlterQuery');
      expect(local).toContain(`ALTER TABLE csi.${table}_local ON CLUSTER prices ADD COLUMN`);
      expect(over).toContain(`ALTER TABLE csi.${table} ON CLUSTER prices ADD COLUMN`);
    }
  });

  it('keeps the version column, and puts rows of one key on one shard', () => {
    const statement = statements.find((one) => one.includes('csi.observations (')) ?? '';
    const [local, distributed] = clusterStatements(statement, 'prices');
    expect(local).toContain("'{replica}', version)");
    expect(distributed).toContain('cityHash64(hardware_class, source, native_id, event_at, observation_id)');
  });

  it('the parser does refuse what is no SQL, a statement of another shape has no cluster form, and neither has a strange name', () => {
    expect(() => parse('CREATE TABEL x')).toThrow();
    expect(() => clusterStatements('ALTER TABLE csi.x ADD COLUMN y Int8', 'prices')).toThrow('no cluster form');
    expect(() => clusterStatements(statements[0] ?? '', 'a; DROP')).toThrow('plain name');
  });
});
