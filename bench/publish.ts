import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computeStrike, globalStrike, type PreviousFix, previousOf, windowOf } from '#index-engine/compute-strike';
import { publish } from '#index-engine/publish';
import { rulebookAt } from '#methodology/rulebook';
import { addDays } from '#methodology/strike';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { openLedger } from '#store/ledger/client';
import { openSigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';
import type { Figure } from './measure';

const FROM = '2026-07-21';
const DAYS = 12;

/**
 * Publishing daily strikes of the recorded weeks into an empty ledger: compute, sign, chain, log, store. Inputs are read before the clock
 * starts, and the first strike is left out, since it meets cold stores.
 */
export async function benchPublish(store: Store): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'csi-bench-publish-'));
  const ledger = await openLedger({ path: folder });
  const fresh: Store = { ...store, ledger };
  const key = openSigningKey(store.folder);
  const rolling = rollingInputs(store.clickhouse);
  const previous = new Map<string, PreviousFix>();
  let fixes = 0;
  let computing = 0;
  let publishing = 0;
  try {
    for (let day = 0; day <= DAYS; day += 1) {
      const date = addDays(FROM, day);
      const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
      const strike = globalStrike(date, loaded);
      const inputs = await rolling.at(windowOf(strike, loaded));
      const started = performance.now();
      const computed = computeStrike(inputs, loaded, strike, previous, ['GLOBAL', 'EU']);
      const done = performance.now();
      const rows = await publish(fresh, key, loaded, computed, new Date());
      if (day > 0) {
        fixes += rows.length;
        computing += done - started;
        publishing += performance.now() - done;
      }
      for (const row of rows) previous.set(row.series, previousOf(row));
    }
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const whole = computing + publishing;
  return [
    {
      what: `publish: compute, sign, chain, log and store ${fixes} fixes of ${DAYS} strikes`,
      value: (fixes * 1000) / whole,
      unit: 'fixes/s',
      ratio: { of: 'the time of computing them alone', value: whole / computing },
    },
    { what: 'publish: after a strike is computed, until it is public', value: publishing / DAYS, unit: 'ms' },
  ];
}
