import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { computeStrike, globalStrike, windowOf } from '#index-engine/compute-strike';
import { replay } from '#index-engine/replay';
import { rulebookAt } from '#methodology/rulebook';
import { addDays } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { openSigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';
import type { Figure } from './measure';

/** Replay of the recorded four weeks: read, compute, sign, chain and store every series with input. */
export async function benchReplay(store: Store): Promise<Figure[]> {
  const started = performance.now();
  const report = await replay(
    store,
    openSigningKey(store.folder),
    { from: '2026-07-06', to: '2026-08-02' },
    new Date(),
  );
  const seconds = (performance.now() - started) / 1000;
  return [
    { what: `replay of ${report.strikes} strikes, ${report.published} fixes published`, value: seconds, unit: 's' },
    { what: 'replay, strikes', value: report.strikes / seconds, unit: 'strikes/s' },
    { what: 'replay, fixes', value: report.published / seconds, unit: 'fixes/s' },
  ];
}

/** Strikes of the SkyPilot history with about one, two and four times as much history before them. */
const LENGTHS = [
  { times: 1, from: '2022-12-20' },
  { times: 2, from: '2023-06-10' },
  { times: 4, from: '2024-05-20' },
] as const;
const STRIKES = 8;
/** Hourly strikes near the end of the history, where most lines stand. */
const HOURLY_FROM = new Date('2024-05-20T00:00:00Z');
const HOURLY_STRIKES = [12, 24, 48] as const;
const HOUR_MS = 3_600_000;

/** Bytes that are reachable now: the collector runs first, or what it left lying would count. */
function heldMemory(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * What a strike of a replay costs with more and more history before it: read and computed one after another, the first left out, since it
 * reads everything. Later years hold more lines, so the cost is told for each thousand facts that the strike had to look at.
 */
export async function benchLongReplay(store: ClickHouse): Promise<Figure[]> {
  const figures: Figure[] = [];
  let first = 0;
  let heap = 0;
  for (const { times, from } of LENGTHS) {
    const rolling = rollingInputs(store);
    let facts = 0;
    let milliseconds = 0;
    for (let day = 0; day <= STRIKES; day += 1) {
      const date = addDays(from, day);
      const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
      const strike = globalStrike(date, loaded);
      const started = performance.now();
      const inputs = await rolling.at(windowOf(strike, loaded));
      computeStrike(inputs, loaded, strike, new Map(), ['GLOBAL', 'EU']);
      if (day === 0) continue;
      milliseconds += performance.now() - started;
      facts += inputs.observations.length;
    }
    heap = Math.max(heap, heldMemory());
    const cost = milliseconds / (facts / 1000);
    if (times === 1) first = cost;
    figures.push({
      what: `a strike of a replay with ${times} × the history before it (${Math.round(facts / STRIKES)} facts, ${Math.round(milliseconds / STRIKES)} ms), for each thousand facts`,
      value: cost,
      unit: 'ms',
      ratio: { of: 'that with the shortest history', value: cost / first },
    });
  }
  const perStrike: number[] = [];
  for (const strikes of HOURLY_STRIKES) {
    const rolling = rollingInputs(store);
    const loaded = rulebookAt(HOURLY_FROM);
    let milliseconds = 0;
    for (let hour = 0; hour <= strikes; hour += 1) {
      const instant = new Date(HOURLY_FROM.getTime() + hour * HOUR_MS);
      const strike = {
        instant,
        date: instant.toISOString().slice(0, 10),
        local: instant.toISOString(),
        timeZone: 'UTC',
      };
      const started = performance.now();
      const inputs = await rolling.at(windowOf(strike, loaded));
      computeStrike(inputs, loaded, strike, new Map(), ['GLOBAL', 'EU']);
      if (hour > 0) milliseconds += performance.now() - started;
    }
    heap = Math.max(heap, heldMemory());
    perStrike.push(milliseconds / strikes);
    figures.push({
      what: `an hourly strike of all classes of that history, ${strikes} strikes one after another`,
      value: milliseconds / strikes,
      unit: 'ms',
      ratio: { of: `that of ${HOURLY_STRIKES[0]} strikes`, value: milliseconds / strikes / (perStrike[0] as number) },
    });
  }
  figures.push({
    what: 'the same replays: what they held in memory at their last strikes, the engines apart',
    value: heap / 1e6,
    unit: 'MB',
  });
  return figures;
}
