import { computeStrike, globalStrike, windowOf } from '#index-engine/compute-strike';
import type { FixRecord } from '#index-engine/record';
import { replay } from '#index-engine/replay';
import { skypilot } from '#ingest/history/skypilot';
import { rulebookAt } from '#methodology/rulebook';
import { addDays } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { openSigningKey } from '#store/ledger/keys';
import { fixesBetween, fixesByHash } from '#store/ledger/settlement-fixes';
import type { Store } from '#store/store';
import { type Figure, heldMemory } from './measure';

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
    ...(await compositionOf(store)),
  ];
}

const HEADLINES = ['CSI-A100-SXM-80', 'CSI-B200-SXM-180', 'CSI-H100-SXM-80', 'CSI-H200-SXM-141'];

/**
 * How much of the day-to-day movement of the headlines came from who was looked at, by the decomposition in their records: over every fix
 * of the recorded market. They begin where marketplaces and neoclouds were both looked at.
 */
async function compositionOf({ ledger: { database } }: Store): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const series of HEADLINES) {
    const known = await fixesBetween(database, series, new Date('2026-07-06'), new Date('2026-08-03'));
    const rows = await fixesByHash(
      database,
      known.map(({ hash }) => hash),
    );
    const records = rows.map(({ canonical }) => JSON.parse(canonical) as FixRecord);
    const changes = records.flatMap(({ change }) => change ?? []);
    const sum = (name: 'total' | 'composition') =>
      changes.reduce((all, change) => all + Math.abs(Number(change[name] ?? change.total)), 0) * 100;
    const [total, composition] = [sum('total'), sum('composition')];
    const first = records
      .filter(({ value }) => value !== null)
      .map(({ date }) => date)
      .sort()[0];
    figures.push({
      what: `${series}, ${changes.length} moves since its first fix (${first}): by composition, of ${total.toFixed(2)}% in all`,
      value: composition,
      unit: '%',
      ...(total > 0 ? { ratio: { of: 'the whole movement', value: composition / total } } : {}),
    });
  }
  return figures;
}

/** Daily strikes near the end of the SkyPilot history, where most lines stand. */
const DAILY_FROM = '2024-05-20';
const STRIKES = 8;
/** The quietest counts: what else a machine does, for seconds at a time, only ever adds to what a strike takes. */
const ROUNDS = 3;
/**
 * The history is two years long: a copy of it before itself, moved by its length, doubles what lies before a strike.
 */
const LENGTHS = [
  { times: 1, yearsBefore: null },
  { times: 2, yearsBefore: 2 },
  { times: 4, yearsBefore: 4 },
] as const;
/** Hourly strikes near the end of the history, where most lines stand. */
const HOURLY_FROM = new Date('2024-05-20T00:00:00Z');
const HOURLY_STRIKES = [12, 24, 48] as const;
const HOUR_MS = 3_600_000;

/** Puts everything that is stored of the history once more before it: of the same lines, so many years earlier. */
async function lengthen(store: ClickHouse, years: number): Promise<void> {
  await store.command(
    `INSERT INTO csi.observations
     SELECT * REPLACE (concat(observation_id, '-${years}') AS observation_id, subtractYears(event_at, ${years}) AS event_at,
       subtractYears(observed_at, ${years}) AS observed_at)
     FROM csi.observations WHERE source = '${skypilot.source}'`,
  );
  // A long history has been merged long ago: this one would be while it is measured.
  await store.command('OPTIMIZE TABLE csi.observations FINAL');
}

/** Daily strikes, the first left out: facts looked at and time in all, and the memory held at the last of them. */
interface Round {
  facts: number;
  milliseconds: number;
  held: number;
}

async function dailyStrikes(store: ClickHouse): Promise<Round> {
  const rolling = rollingInputs(store);
  let facts = 0;
  let milliseconds = 0;
  let held = 0;
  for (let day = 0; day <= STRIKES; day += 1) {
    const date = addDays(DAILY_FROM, day);
    const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
    const strike = globalStrike(date, loaded);
    const started = performance.now();
    const inputs = await rolling.at(windowOf(strike, loaded));
    computeStrike(inputs, loaded, strike, new Map(), ['GLOBAL', 'EU']);
    if (day === 0) continue;
    milliseconds += performance.now() - started;
    facts += inputs.observations.length;
    // Within the loop, where what it reads from is still asked for: after it the collector might take that away first.
    if (day === STRIKES) held = heldMemory();
  }
  return { facts, milliseconds, held };
}

/**
 * What the same strikes of a replay cost with more and more history before them, and what a strike costs however many there are: read and
 * computed one after another, the first left out, since it reads everything.
 */
export async function benchLongReplay(store: ClickHouse): Promise<Figure[]> {
  const figures: Figure[] = [];
  let first = 0;
  let heap = 0;
  for (const { times, yearsBefore } of LENGTHS) {
    if (yearsBefore !== null) await lengthen(store, yearsBefore);
    const [stored] = await store.rows<{ facts: number }>(
      `SELECT toUInt32(count()) AS facts FROM csi.observations WHERE event_at < '${DAILY_FROM}'`,
    );
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await dailyStrikes(store));
    const { facts, milliseconds } = rounds.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
    heap = Math.max(heap, ...rounds.map(({ held }) => held));
    const cost = milliseconds / STRIKES;
    if (times === 1) first = cost;
    figures.push({
      what: `a daily strike of all classes of that history, ${times} × the history before it (${stored?.facts} facts stored; ${Math.round(facts / STRIKES)} looked at, ${((milliseconds * 1000) / facts).toFixed(1)} ms for each thousand)`,
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
