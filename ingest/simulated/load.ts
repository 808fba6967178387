import { readSweep } from '#ingest/read';
import type { SimulatedMarket } from '#ingest/simulated/market';
import { simulatedSources } from '#ingest/simulated/sources';
import { type SimulatedSweep, sweepAt, sweepTimes } from '#ingest/simulated/sweeps';
import { DAY_MS } from '#ingest/simulated/time';
import { finishCaptures, insertCaptures, knownCaptures, newestCapture } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertObservations, insertQuarantined, insertSweeps } from '#store/clickhouse/observations';

/** What loading a stretch of the simulated past came to. */
export interface LoadReport {
  from: string;
  to: string;
  captures: number;
  observations: number;
  /** Refusals: the answers of sources that were out of service. */
  quarantined: number;
}

/**
 * Stores many sweeps at once, in the order in which one is stored: captures before anything is read, marks that they were read last. May
 * be killed anywhere and run again.
 */
async function recordSweeps(store: ClickHouse, sweeps: readonly SimulatedSweep[], report: LoadReport): Promise<void> {
  const captures = sweeps.flatMap((sweep) => sweep.captures);
  const { stored, finished } = await knownCaptures(
    store,
    captures.map(({ capture_id }) => capture_id),
  );
  await insertCaptures(
    store,
    captures.filter(({ capture_id }) => !stored.has(capture_id)),
  );
  const open = sweeps.filter((sweep) => sweep.captures.some(({ capture_id }) => !finished.has(capture_id)));
  const readings = open.map((sweep) => ({ ...sweep, reading: readSweep(sweep.source, sweep.captures) }));
  const observations = readings.flatMap(({ reading }) => reading.observations);
  // A trade is told by several answers: the first stands.
  const first = new Map(observations.toReversed().map((one) => [one.observation_id, one]));
  report.observations += await insertObservations(store, [...first.values()]);
  const quarantined = readings.flatMap(({ reading }) => reading.quarantined);
  await insertQuarantined(store, quarantined);
  await insertSweeps(
    store,
    readings.map(({ reading }) => reading.sweep),
  );
  await finishCaptures(
    store,
    readings.flatMap(({ captures: [capture], reading: { outcomes } }) =>
      capture
        ? outcomes.map((outcome) => ({ ...outcome, source: capture.source, fetched_at: capture.fetched_at }))
        : [],
    ),
  );
  report.captures += captures.length;
  report.quarantined += quarantined.length;
}

/**
 * Loads what nobody has looked at yet: for each source everything from its newest capture, or from `from` where it has none, to `to`.
 * The market does not depend on when it is looked at, so what is collected live before and after is the same market.
 */
export async function loadPast(
  store: ClickHouse,
  market: SimulatedMarket,
  from: Date,
  to: Date,
  progress: (days: number, of: number, date: string) => void = () => {},
): Promise<LoadReport> {
  const sources = simulatedSources(market.parameters);
  const newest = await Promise.all(sources.map(({ id }) => newestCapture(store, id)));
  const starts = newest.map((at) => (at === null ? from : new Date(at)));
  const first = new Date(Math.min(...starts.map((start) => start.getTime())));
  const report: LoadReport = {
    from: first.toISOString(),
    to: to.toISOString(),
    captures: 0,
    observations: 0,
    quarantined: 0,
  };
  const days = Math.floor(to.getTime() / DAY_MS) - Math.floor(first.getTime() / DAY_MS) + 1;
  // Up to midnight each: the store cuts at months, and keeps what it is handed at once whole only within one.
  let begins = first.getTime();
  for (let day = 1; begins < to.getTime(); day += 1) {
    const midnight = (Math.floor(begins / DAY_MS) + 1) * DAY_MS;
    const ends = new Date(Math.min(to.getTime(), midnight - 1));
    const sweeps = sources.flatMap((source, position) => {
      const after = new Date(Math.max(begins - 1, (starts[position] as Date).getTime()));
      return sweepTimes(source, position, after, ends).map((at) => sweepAt(market, source, at));
    });
    // In order of time: killed anywhere, what is there has no gap in it.
    sweeps.sort((a, b) => a.at.getTime() - b.at.getTime());
    if (sweeps.length > 0) await recordSweeps(store, sweeps, report);
    begins = ends.getTime() + 1;
    progress(day, days, ends.toISOString().slice(0, 10));
  }
  return report;
}
