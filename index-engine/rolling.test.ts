import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { computeStrike, globalStrike, inputsOf, strikesOf, windowOf } from '#index-engine/compute-strike';
import { quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalJson } from '#methodology/canonical';
import { addDays } from '#methodology/strike';
import { insertCancellations } from '#store/clickhouse/cancellations';
import { ClickHouse } from '#store/clickhouse/client';
import { insertObservations, insertSweeps, readInputs } from '#store/clickhouse/observations';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import type { Observation } from '#store/observation';

const FIRST = '2026-03-01';
const DAYS = 6;
let folder: string;
let store: ClickHouse;

/** A small generator of the same numbers each time. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'csi-rolling-'));
  store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
  const random = numbers(7);
  const next = () => random.next().value as number;
  const start = Date.parse(`${FIRST}T00:00:00Z`) - 40 * 86_400_000;
  const observations: Observation[] = [];
  for (let index = 0; index < 900; index += 1) {
    const line = Math.floor(next() * 24);
    const at = start + Math.floor(next() * (DAYS + 41) * 24) * 3_600_000;
    // Some are learned days after they happened: a strike between must not know them, and one after must.
    const learned = at + (next() < 0.2 ? Math.floor(next() * 72) * 3_600_000 : 0);
    const isPrint = line >= 20;
    observations.push(
      quote({
        provider: isPrint ? `exchange/s${line}` : `p${line}`,
        native_id: isPrint ? `trade/exchange/venue/${index}` : `line-${line}`,
        price: (2.5 + next()).toFixed(2),
        event_at: new Date(at).toISOString(),
        observed_at: new Date(learned).toISOString(),
        evidence: isPrint ? 'transaction' : line % 3 === 0 ? 'executable' : 'listed',
        gpus: 8,
        attributes: line % 4 === 1 ? { change_point: true } : {},
        trade: isPrint ? { id: `t${index}`, gpu_hours: '40', buyer: `b${index % 5}`, seller: `s${line}` } : null,
      }),
    );
  }
  // Lines that fall silent for longer than a window looks back, and come back, some as another tenor.
  for (let index = 0; index < 60; index += 1) {
    const line = index % 6;
    const at = start + ((index % 10 < 5 ? 20 : 41) * 24 + line * 20 + (index % 10)) * 3_600_000;
    observations.push(
      quote({
        provider: `back${line}`,
        native_id: `back-${line}`,
        price: (2.5 + next()).toFixed(2),
        event_at: new Date(at).toISOString(),
        observed_at: new Date(at).toISOString(),
        evidence: 'executable',
        gpus: 8,
        tenor: index % 7 === 0 ? 'R1M' : 'OD',
        attributes: line === 3 && index % 2 === 0 ? { change_point: true } : {},
      }),
    );
  }
  // Lines that change so seldom that the screens look back on few of their points: some by both kinds of fact, some learned late.
  for (let index = 0; index < 80; index += 1) {
    const line = index % 5;
    const at = start + ((Math.floor(index / 5) * 11 - 140 + line) * 24 + line) * 3_600_000;
    observations.push(
      quote({
        provider: `p${line}`,
        native_id: `slow-${line}`,
        price: (2.5 + next()).toFixed(2),
        event_at: new Date(at).toISOString(),
        observed_at: new Date(at + (index % 4 === 0 ? 20 * 86_400_000 : 0)).toISOString(),
        attributes: line === 4 && index % 3 === 0 ? {} : { change_point: true },
      }),
    );
  }
  await insertObservations(store, observations);
  await insertSweeps(
    store,
    Array.from({ length: 200 }, (_, index) => ({
      source: 'test',
      sweep_id: `look-${index}`,
      observed_at: new Date(start + index * 6 * 3_600_000).toISOString(),
      complete: true,
      covers: [`p${index % 20}`],
    })),
  );
  await store.insert(
    'csi.withdrawals',
    Array.from({ length: 60 }, (_, index) => ({
      source: 'test',
      native_id: `line-${index % 20}`,
      at: new Date(start + index * 18 * 3_600_000).toISOString(),
      sweep_id: 'said',
    })),
  );
  const traded = observations.filter((one) => one.trade !== null).slice(0, 40);
  await insertCancellations(
    store,
    traded.map(({ trade, event_at }, index) => ({
      cancellation_id: `c${index}`,
      source: 'test',
      venue: 'exchange',
      trade_id: trade?.id ?? '',
      reason: 'cancelled',
      event_at,
      observed_at: new Date(Date.parse(event_at) + index * 3_600_000).toISOString(),
      capture_id: 'capture',
      capture_sha256: '0'.repeat(64),
    })),
  );
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const AHEAD = new Date(`${addDays(FIRST, 3)}T12:00:00Z`);
it.each([
  ['step by step, from the first day', undefined, 0],
  ['ahead, as far as everything is stored', AHEAD, 0],
  ['step by step, from the third day', undefined, 2],
  ['ahead, from the fourth day', AHEAD, 3],
])(
  'strikes read one after another, %s, have the inputs that each would have alone, byte for byte',
  async (_, until, begins) => {
    const rolling = rollingInputs(store, until);
    let fixes = 0;
    for (let day = begins; day < DAYS; day += 1) {
      // Two of the hours beside what is struck each day.
      const struck = strikesOf(addDays(FIRST, day), rulebookV1).filter(
        (one, at) => !one.schedules.includes('HOURLY') || at % 12 === 0,
      );
      for (const { strike, schedules } of struck) {
        const computed = (inputs: Parameters<typeof computeStrike>[0]) =>
          computeStrike(inputs, rulebookV1, strike, new Map(), schedules);
        const alone = computed(await inputsOf(store, strike, rulebookV1));
        const rolled = computed(await rolling.at(windowOf(strike, rulebookV1)));
        const records = (all: typeof alone) => all.map(({ record }) => canonicalJson(record));
        expect(records(rolled)).toEqual(records(alone));
        // Nor does it matter to a fix how much more is read.
        const everything = { strike: strike.instant, from: new Date(0), since: new Date(0), history: 10_000 };
        expect(records(computed(await readInputs(store, everything)))).toEqual(records(alone));
        const considered = (all: typeof alone) =>
          all.map(({ inputs }) => inputs.map(({ candidate }) => candidate.observation.observation_id));
        expect(considered(rolled)).toEqual(considered(alone));
        fixes += alone.length;
      }
    }
    expect(fixes).toBeGreaterThan(DAYS - begins - 1);
  },
);

it('they must be in order', async () => {
  const rolling = rollingInputs(store);
  const at = (date: string) => rolling.at(windowOf(globalStrike(date, rulebookV1), rulebookV1));
  await at('2026-03-03');
  await expect(at('2026-03-02')).rejects.toThrow('in order');
});
