import { CannotRun } from '#cli/output';
import { catalogue } from '#ingest/catalogue';
import { readMark, type SimulatedMark } from '#ingest/simulated/mark';
import { type SimulatedMarket, simulateMarket } from '#ingest/simulated/market';
import { SIMULATED_PREFIX, simulatedSources } from '#ingest/simulated/sources';
import type { Source } from '#ingest/source';
import type { ClickHouse } from '#store/clickhouse/client';

/** What a data folder is about: the market as it is, or one that is made up. It says so by its mark, and by nothing else. */
export interface World {
  sources: readonly Source[];
  /** The market that is made up; null where the real one is collected. */
  market: SimulatedMarket | null;
}

/** The mark of a data folder, null where it is about the real market. @throws CannotRun where it cannot be told */
export function markOf(folder: string): SimulatedMark | null {
  try {
    return readMark(folder);
  } catch (error) {
    throw new CannotRun(error instanceof Error ? error.message : String(error));
  }
}

/** What a mark stands for. */
export function worldOf(mark: SimulatedMark | null): World {
  if (mark === null) return { sources: catalogue, market: null };
  const market = simulateMarket(mark);
  return { sources: simulatedSources(market.parameters), market };
}

/** @throws CannotRun where a store holds captures of another world than its folder is marked for: made-up prices must never pass for real ones */
export async function expectOneWorld(store: ClickHouse, folder: string, mark: SimulatedMark | null): Promise<void> {
  const foreign = mark
    ? 'source IN {real:Array(String)}'
    : // In the order of the table: found at once, or not there.
      'startsWith(source, {prefix:String})';
  const [found] = await store.rows<{ source: string }>(`SELECT source FROM csi.captures WHERE ${foreign} LIMIT 1`, {
    real: catalogue.map(({ id }) => id),
    prefix: SIMULATED_PREFIX,
  });
  if (!found) return;
  throw new CannotRun(
    mark
      ? `the data folder ${folder} is marked as simulated and holds captures of ${found.source}, which is real: use another folder`
      : `the data folder ${folder} holds captures of ${found.source}, which is simulated, and its mark is gone: put the file SIMULATED back, or use another folder`,
  );
}

/** @throws CannotRun where what is real would get into a simulated market */
export function expectReal({ market }: World, what: string): void {
  if (market) throw new CannotRun(`${what} cannot be put into a simulated market: name another folder with --data`);
}
