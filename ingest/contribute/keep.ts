import { join } from 'node:path';
import {
  nothingKnown,
  observationsOf,
  readFacts,
  readKnown,
  type Segment,
  type Settled,
  settle,
  storeFacts,
  writeFacts,
} from '#ingest/contribute/segment';
import { openSpool, type Spool } from '#ingest/spool';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertObservations } from '#store/clickhouse/observations';

const DRAIN_EVERY_MS = 2000;

/** Makes segments durable: in the store, or on disk while it does not answer. */
export interface Keeper {
  /** @throws SpoolFull where the store does not answer and the disk holds as much as it may */
  keep(segment: Segment): Promise<Settled>;
  /** Stores what waits on disk, now. @returns how many segments were stored @throws Error where the store does not answer */
  drain(): Promise<number>;
  /** Segments on disk. */
  waiting(): number;
  close(): Promise<void>;
}

/** Opens the keeper of a data folder. What an earlier process left on disk is stored in the background. */
export async function openKeeper(
  clickhouse: ClickHouse,
  folder: string,
  limits: { spoolBytes: number },
  log: (line: string) => void,
): Promise<Keeper> {
  const spool: Spool = await openSpool(join(folder, 'spool', 'contributions'), { bytes: limits.spoolBytes });
  const turns = new Map<string, Promise<unknown>>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const drain = () =>
    spool.drain(async (bytes) => {
      const facts = readFacts(bytes);
      await storeFacts(clickhouse, facts, () => insertObservations(clickhouse, observationsOf(facts)));
    });

  function drainLater(): void {
    if (closed || timer !== null || spool.waiting === 0) return;
    timer = setTimeout(async () => {
      try {
        const stored = await drain();
        log(`contributions: ${stored} segments stored that had waited on disk`);
      } catch {
        // The store still does not answer: they wait on.
      }
      timer = null;
      drainLater();
    }, DRAIN_EVERY_MS);
    timer.unref();
  }

  async function spoolSegment(segment: Segment): Promise<Settled> {
    const settled = settle(segment, nothingKnown());
    await spool.append(writeFacts(settled.facts));
    drainLater();
    return settled;
  }

  async function keepNow(segment: Segment): Promise<Settled> {
    // What waits goes first: facts are stored in the order in which they came.
    if (spool.waiting > 0) return spoolSegment(segment);
    try {
      const settled = settle(segment, await readKnown(clickhouse, segment));
      await storeFacts(clickhouse, settled.facts, () => clickhouse.insertText('csi.observations', settled.facts.rows));
      return settled;
    } catch (error) {
      log(`contributions: a segment waits on disk: ${(error as Error).message.split('\n')[0]}`);
      return spoolSegment(segment);
    }
  }

  drainLater();
  return {
    keep(segment) {
      // One segment of a contributor at a time: between looking a fact up and storing it, nobody else stores the same.
      const { contributor } = segment.speaker;
      const turn = (turns.get(contributor) ?? Promise.resolve()).then(() => keepNow(segment));
      const ended = turn
        .catch(() => {})
        .finally(() => {
          if (turns.get(contributor) === ended) turns.delete(contributor);
        });
      turns.set(contributor, ended);
      return turn;
    },
    drain,
    waiting: () => spool.waiting,
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.allSettled(turns.values());
    },
  };
}
