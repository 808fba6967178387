import { readSources } from '#api/sources';
import type { SourceStatus } from '#api/types';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { labelText, reportLabels } from '#cli/labels';
import { table } from '#cli/output';
import { unidentifiedLabels } from '#store/clickhouse/unknown-labels';

const stateWords = ({ health, unproven, key_needed }: SourceStatus, keySet: boolean) => {
  const parts: string[] = [key_needed && !keySet ? 'needs a key' : health.state];
  if (unproven) parts.push('unproven');
  return parts.join(', ');
};

/**
 * `csi doctor`: every source with its evidence class, terms, key, and last canary; labels nobody knows, with what they might be, and those
 * left without a class on purpose, with the reason. 1 where a source fails.
 */
export async function doctorCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store, _, world) => {
    const { sources, hint } = await readSources(store, world.sources, new Map(), new Date());
    const rows = sources.map((status) => {
      const variable = world.sources.find((source) => source.id === status.id)?.key_variable ?? null;
      return { ...status, key_variable: variable, key_set: variable !== null && Boolean(process.env[variable]) };
    });
    const labels = reportLabels(await unidentifiedLabels(store.clickhouse), world.sources);
    const sourceTable = table(
      [
        'source',
        'evidence',
        'terms',
        'key',
        'last canary',
        'state',
        'captures',
        'observations',
        'quarantined',
        'last error',
      ],
      rows.map((one) => [
        one.id,
        one.evidence.join(' ') + (one.aggregator ? ' (aggregator)' : ''),
        one.terms.status,
        one.key_variable === null ? 'none' : `${one.key_variable}${one.key_set ? ' (set)' : ' (not set)'}`,
        one.health.last_success_at ?? 'never',
        stateWords(one, one.key_set),
        one.captures,
        one.observations,
        one.quarantined,
        one.health.last_error,
      ]),
    );
    const text = [`${rows.length} sources`, sourceTable, '', labelText(labels), ...(hint ? ['', hint] : [])].join('\n');
    return {
      text,
      json: { sources: rows, labels: labels.unknown, deliberate_labels: labels.deliberate, hint },
      code: rows.some((one) => one.health.state === 'failing') ? 1 : 0,
    };
  });
}
