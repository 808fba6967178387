import { dropLooks, type FileFacts, type Span, stageLooks } from '#ingest/history/staging';
import { provider as providerById } from '#methodology/providers';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertSweeps } from '#store/clickhouse/observations';

/** What a file of looks came to. */
export interface LooksReport {
  looks: number;
  added: number;
  /** Clouds that are nobody we know, and looks without an instant. */
  refused: number;
}

/**
 * Records when each cloud was looked at, whether or not anything had changed: unchanged is not the same as not looked at. A look is a
 * sweep of its provider, under the id that the change points found in it carry.
 */
export async function importLooks(
  store: ClickHouse,
  { source, earliest, latest }: Pick<FileFacts, 'source'> & Span,
  path: string,
): Promise<LooksReport> {
  await dropLooks(store);
  try {
    const { looks, untimed } = await stageLooks(store, path, { earliest, latest });
    const known = new Set(
      (
        await store.rows<{ sweep_id: string }>(
          'SELECT DISTINCT sweep_id FROM csi.sweeps WHERE source = {source:String}',
          { source },
        )
      ).map((row) => row.sweep_id),
    );
    const sweeps = looks.flatMap(({ at, cloud }) => {
      const provider = providerById(cloud)?.id;
      const sweep = { source, sweep_id: `${provider}/${at}`, observed_at: at, complete: true };
      return provider === undefined ? [] : [{ ...sweep, covers: [provider] }];
    });
    const fresh = sweeps.filter((sweep) => !known.has(sweep.sweep_id));
    await insertSweeps(store, fresh);
    return { looks: sweeps.length, added: fresh.length, refused: looks.length - sweeps.length + untimed };
  } finally {
    await dropLooks(store);
  }
}
