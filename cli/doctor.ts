import { readSources } from '#api/sources';
import type { SourceStatus } from '#api/types';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { table } from '#cli/output';
import { catalogue } from '#ingest/catalogue';
import { suggestClasses } from '#ingest/suggest';

const stateWords = ({ health, unproven, key_needed }: SourceStatus, keySet: boolean) => {
  const parts: string[] = [key_needed && !keySet ? 'needs a key' : health.state];
  if (unproven) parts.push('unproven');
  return parts.join(', ');
};

/**
 * `csi doctor`: every source with its evidence class, terms, key, and last canary; labels nobody knows, with what they might be. 1 where
 * a source fails.
 */
export async function doctorCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const { sources, hint } = await readSources(store, catalogue, new Map(), new Date());
    const rows = sources.map((status) => {
      const variable = catalogue.find((source) => source.id === status.id)?.key_variable ?? null;
      return { ...status, key_variable: variable, key_set: variable !== null && Boolean(process.env[variable]) };
    });
    const labels = sources.flatMap(({ id, unknown_labels }) =>
      unknown_labels.map(({ label, count }) => ({ source: id, label, count, suggestions: suggestClasses(label) })),
    );
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
    const labelTable =
      labels.length === 0
        ? 'Every label met so far is known.'
        : table(
            ['source', 'label not taken', 'seen', 'might be'],
            labels.map((one) => [one.source, one.label, one.count, one.suggestions.join(', ') || null]),
          );
    const text = [`${rows.length} sources`, sourceTable, '', labelTable, ...(hint ? ['', hint] : [])].join('\n');
    return {
      text,
      json: { sources: rows, labels, hint },
      code: rows.some((one) => one.health.state === 'failing') ? 1 : 0,
    };
  });
}
