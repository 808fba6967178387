import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeStrike, type PreviousFix, type Schedule, strikeFor, windowOf } from '#index-engine/compute-strike';
import type { ComputedFix } from '#index-engine/fix';
import { importHistory } from '#ingest/history/load';
import { skypilot } from '#ingest/history/skypilot';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { rulebookAt } from '#methodology/rulebook';
import { addDays, strikeOn } from '#methodology/strike';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { openStore } from '#store/store';
import { heldMemory } from './measure';

/**
 * Two whole years of the SkyPilot history: every hour and every daily strike, all its classes, each fix following on the one before. It takes
 * the better part of an hour, so it is a command of its own, `npm run bench:years`, and tells each quarter as it is done. The cost is processor
 * time of this process, the engine's in it: what else the machine does in the meantime does not count.
 */
const folder = fileURLToPath(new URL('../../shared/data/history/', import.meta.url));
const FILE = `${folder}skypilot_gpu_price_changes_2022-07_2024-06.csv.gz`;
const LOOKS = `${folder}skypilot_catalog_observations.csv.gz`;
const [FROM, TO] = ['2022-07-01', '2024-06-30'];
const DAYS_A_LINE = 91;
const REGIONS = ['GLOBAL', 'EU'] as const satisfies readonly Schedule[];

if (!existsSync(FILE)) {
  console.error(`this benchmark needs the recorded history, which is not at ${FILE}`);
  process.exit(2);
}

/** What each next fix of a chain follows on. */
const follow = (chain: Map<string, PreviousFix>, fixes: readonly ComputedFix[]) => {
  for (const { record } of fixes) chain.set(record.series, { record, hash: sha256(canonicalJson(record)) });
};

const data = mkdtempSync(join(tmpdir(), 'csi-years-'));
const store = await openStore(data, {});
try {
  await importHistory(store.clickhouse, { format: skypilot, files: [FILE], looks: LOOKS, now: new Date() });
  const before = heldMemory();
  const rolling = rollingInputs(store.clickhouse);
  const [hourly, daily] = [new Map<string, PreviousFix>(), new Map<string, PreviousFix>()];
  let part = { strikes: 0, fixes: 0, facts: 0, milliseconds: 0 };
  const whole = { strikes: 0, fixes: 0, milliseconds: 0, held: 0 };
  const tell = (until: string) => {
    const held = heldMemory();
    console.log(
      `until ${until}: ${part.strikes} strikes, ${part.fixes} fixes, ${(part.milliseconds / part.strikes).toFixed(1)} ms of processor time a strike, ` +
        `${((part.milliseconds * 1000) / part.facts).toFixed(2)} ms for each thousand of ${Math.round(part.facts / part.strikes)} facts looked at, ` +
        `${((held - before) / 1e6).toFixed(0)} MB held above what stood before, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident with the engines`,
    );
    whole.strikes += part.strikes;
    whole.fixes += part.fixes;
    whole.milliseconds += part.milliseconds;
    whole.held = Math.max(whole.held, held - before);
    part = { strikes: 0, fixes: 0, facts: 0, milliseconds: 0 };
  };
  for (let day = 0, date: string = FROM; date <= TO; day += 1, date = addDays(FROM, day)) {
    if (day > 0 && day % DAYS_A_LINE === 0) tell(date);
    for (let hour = 0; hour < 24; hour += 1) {
      const strike = strikeOn(date, `${String(hour).padStart(2, '0')}:00`, 'UTC');
      const loaded = rulebookAt(strike.instant);
      const started = process.cpuUsage();
      const inputs = await rolling.at(windowOf(strike, loaded));
      const ofHour = computeStrike(inputs, loaded, strike, hourly, REGIONS);
      follow(hourly, ofHour);
      let fixes = ofHour.length;
      for (const region of REGIONS) {
        const local = strikeFor(region, date, loaded);
        if (local.instant.getTime() !== strike.instant.getTime()) continue;
        const ofDay = computeStrike(inputs, loaded, local, daily, [region]);
        follow(daily, ofDay);
        fixes += ofDay.length;
      }
      const { user, system } = process.cpuUsage(started);
      part.milliseconds += (user + system) / 1000;
      part.strikes += 1;
      part.fixes += fixes;
      part.facts += inputs.observations.length;
    }
  }
  tell(addDays(TO, 1));
  console.log(
    `in all: ${whole.strikes} strikes, ${whole.fixes} fixes in ${(whole.milliseconds / 60_000).toFixed(1)} minutes of processor time, ` +
      `at most ${(whole.held / 1e6).toFixed(0)} MB held above what stood before`,
  );
} finally {
  await store.close();
  rmSync(data, { recursive: true, force: true });
}
