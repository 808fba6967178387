import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeStrike, type PreviousFix, type Region, strikeFor, windowOf } from '#index-engine/compute-strike';
import type { ComputedFix } from '#index-engine/fix';
import { importHistory } from '#ingest/history/load';
import { skypilot } from '#ingest/history/skypilot';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { rulebookAt } from '#methodology/rulebook';
import { addDays, type Strike, strikeOn } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { openStore } from '#store/store';
import { figureTable, heldMemory } from './measure';

/**
 * Two whole years of the SkyPilot history: every hour and every daily strike, all its classes, each fix following on the one before, read as
 * a replay reads; and after it their daily strikes alone, to see that what a strike costs is not a matter of how many
 * there are. It is the last and longest part of `npm run bench`, also `npm run bench:years`, and tells each quarter as it is done. The cost is
 * processor time of this process, the engine's in it: what else the machine does in the meantime does not count.
 */
const folder = fileURLToPath(new URL('../../shared/data/history/', import.meta.url));
const FILE = `${folder}skypilot_gpu_price_changes_2022-07_2024-06.csv.gz`;
const LOOKS = `${folder}skypilot_catalog_observations.csv.gz`;
const [FROM, TO] = ['2022-07-01', '2024-06-30'];
const DAYS_A_LINE = 91;
const REGIONS = ['GLOBAL', 'EU'] as const satisfies readonly Region[];

if (!existsSync(FILE)) {
  console.error(`this benchmark needs the recorded history, which is not at ${FILE}`);
  process.exit(2);
}

/** What each next fix of a chain follows on. */
const follow = (chain: Map<string, PreviousFix>, fixes: readonly ComputedFix[]) => {
  for (const { record } of fixes) chain.set(record.series, { record, hash: sha256(canonicalJson(record)) });
};

interface Part {
  strikes: number;
  fixes: number;
  facts: number;
  milliseconds: number;
}
const NOTHING: Part = { strikes: 0, fixes: 0, facts: 0, milliseconds: 0 };
const plus = (a: Part, b: Part): Part => ({
  strikes: a.strikes + b.strikes,
  fixes: a.fixes + b.fixes,
  facts: a.facts + b.facts,
  milliseconds: a.milliseconds + b.milliseconds,
});

/** The instants of a date at which something strikes: each region's daily series at their own time and, where asked for, all every hour. */
function strikesOn(date: string, isHourly: boolean): { strike: Strike; schedules: Region[] }[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const strike = strikeOn(date, `${String(hour).padStart(2, '0')}:00`, 'UTC');
    const loaded = rulebookAt(strike.instant);
    const isNow = (region: Region) => strikeFor(region, date, loaded).instant.getTime() === strike.instant.getTime();
    return { strike, schedules: REGIONS.filter(isNow) };
  }).filter(({ schedules }) => isHourly || schedules.length > 0);
}

/** Bytes that the heap has, with whatever nobody has collected yet; the engines' are not among them. */
function heapTaken(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}

/** Replays the two years, and tells each quarter. @param before bytes held, and taken, before any of it */
async function replayYears(
  store: ClickHouse,
  isHourly: boolean,
  before: { held: number; taken: number },
): Promise<Part & { held: number; taken: number }> {
  // All of it is stored, as it is where the product replays.
  const rolling = rollingInputs(store, new Date());
  const [hourly, daily] = [new Map<string, PreviousFix>(), new Map<string, PreviousFix>()];
  let part = NOTHING;
  let whole = NOTHING;
  const most = { held: 0, taken: 0 };
  const tell = (until: string) => {
    const held = heldMemory() - before.held;
    const { strikes, fixes, facts, milliseconds } = part;
    console.log(
      `until ${until}: ${strikes} strikes, ${fixes} fixes, ${(milliseconds / strikes).toFixed(1)} ms of processor time a strike, ` +
        `${((milliseconds * 1000) / facts).toFixed(2)} ms for each thousand of ${Math.round(facts / strikes)} facts looked at, ` +
        `${(held / 1e6).toFixed(0)} MB held above what stood before, at most ${(most.taken / 1e6).toFixed(0)} MB with garbage, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident with the engines`,
    );
    whole = plus(whole, part);
    most.held = Math.max(most.held, held);
    part = NOTHING;
  };
  for (let day = 0, date: string = FROM; date <= TO; day += 1, date = addDays(FROM, day)) {
    if (day > 0 && day % DAYS_A_LINE === 0) tell(date);
    for (const { strike, schedules } of strikesOn(date, isHourly)) {
      const loaded = rulebookAt(strike.instant);
      const started = process.cpuUsage();
      const inputs = await rolling.at(windowOf(strike, loaded));
      const ofHour = isHourly ? computeStrike(inputs, loaded, strike, hourly, REGIONS) : [];
      follow(hourly, ofHour);
      let fixes = ofHour.length;
      for (const region of schedules) {
        const ofDay = computeStrike(inputs, loaded, strikeFor(region, date, loaded), daily, [region]);
        follow(daily, ofDay);
        fixes += ofDay.length;
      }
      const { user, system } = process.cpuUsage(started);
      const milliseconds = (user + system) / 1000;
      most.taken = Math.max(most.taken, heapTaken() - before.taken);
      part = plus(part, { strikes: 1, fixes, facts: inputs.observations.length, milliseconds });
    }
  }
  tell(addDays(TO, 1));
  return { ...whole, ...most };
}

const data = mkdtempSync(join(tmpdir(), 'csi-years-'));
const store = await openStore(data, {});
try {
  await importHistory(store.clickhouse, { format: skypilot, files: [FILE], looks: LOOKS, now: new Date() });
  const before = { held: heldMemory(), taken: heapTaken() };
  console.log('two years, a strike of all classes every hour and each daily one:');
  const all = await replayYears(store.clickhouse, true, before);
  console.log('the same two years, each daily strike alone:');
  const few = await replayYears(store.clickhouse, false, before);
  const cost = ({ milliseconds, strikes }: Part) => milliseconds / strikes;
  console.log(
    figureTable([
      {
        what: `replay of two years, daily: ${few.strikes} strikes, ${few.fixes} fixes: a strike`,
        value: cost(few),
        unit: 'ms',
      },
      {
        what: `replay of two years, hourly and daily: ${all.strikes} strikes, ${all.fixes} fixes: a strike`,
        value: cost(all),
        unit: 'ms',
        ratio: { of: 'that of the daily strikes alone', value: cost(all) / cost(few) },
      },
      { what: 'the whole of it', value: all.milliseconds / 60_000, unit: 'minutes of processor time' },
      {
        what: 'the most they held in memory above what stood before, the engines apart',
        value: Math.max(few.held, all.held) / 1e6,
        unit: 'MB',
      },
      {
        what: 'the most that the heap took above what stood before, garbage and all, the engines apart',
        value: Math.max(few.taken, all.taken) / 1e6,
        unit: 'MB',
      },
    ]),
  );
} finally {
  await store.close();
  rmSync(data, { recursive: true, force: true });
}
