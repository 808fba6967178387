import { readSweep, type SweepReading } from '#ingest/read';
import type { Source } from '#ingest/source';
import { finishCaptures, insertCaptures, knownCaptures } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertObservations, insertQuarantined, insertRates, insertSweeps } from '#store/clickhouse/observations';
import { insertSignals } from '#store/clickhouse/signals';
import { insertTokenPrices } from '#store/clickhouse/tokens';
import type { Capture } from '#store/observation';

/** What recording a sweep came to. */
export interface Recorded {
  source: string;
  captures: number;
  /** Captures that had been read to the end before: nothing was done for them. */
  known: number;
  /** Facts that were read, of every kind but rates. */
  rows: number;
  /** Facts that were new, by kind. */
  observations: number;
  tokens: number;
  signals: number;
  quarantined: number;
  failure: string | null;
}

/** A sweep of which nothing came. */
export const nothingRecorded = (source: string): Recorded => ({
  source,
  captures: 0,
  known: 0,
  rows: 0,
  observations: 0,
  tokens: 0,
  signals: 0,
  quarantined: 0,
  failure: null,
});

/**
 * Captures first, then reads and stores what they say. May be killed anywhere and run again: captures are kept before anything is
 * parsed, and every row's identity is its content, so nothing is lost and nothing stands twice.
 */
export async function recordSweep(store: ClickHouse, source: Source, captures: readonly Capture[]): Promise<Recorded> {
  const ids = captures.map((capture) => capture.capture_id);
  const { stored, finished } = await knownCaptures(store, ids);
  const known = ids.filter((id) => finished.has(id)).length;
  const done: Recorded = { ...nothingRecorded(source.id), captures: captures.length, known };
  if (known === captures.length) return done;
  await insertCaptures(
    store,
    captures.filter((capture) => !stored.has(capture.capture_id)),
  );
  const reading = readSweep(source, captures);
  const added = await storeReading(store, reading, captures);
  return {
    ...done,
    rows: reading.observations.length + reading.tokens.length + reading.signals.length,
    ...added,
    quarantined: reading.quarantined.length,
    failure: reading.failure,
  };
}

/** Stores a reading; the marks that its captures are finished come last. */
async function storeReading(
  store: ClickHouse,
  reading: SweepReading,
  captures: readonly Capture[],
): Promise<Pick<Recorded, 'observations' | 'tokens' | 'signals'>> {
  const added = {
    observations: await insertObservations(store, reading.observations),
    tokens: await insertTokenPrices(store, reading.tokens),
    signals: await insertSignals(store, reading.signals),
  };
  await insertQuarantined(store, reading.quarantined);
  await insertRates(store, reading.rates);
  await insertSweeps(store, [reading.sweep]);
  await finishCaptures(
    store,
    reading.outcomes.map((outcome, index) => {
      const { source, fetched_at } = captures[index] as Capture;
      return { ...outcome, source, fetched_at };
    }),
  );
  return added;
}
