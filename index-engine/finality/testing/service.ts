import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePublisher, type Publisher } from '#index-engine/finality/publisher';
import { quote } from '#index-engine/testing/market';
import { addDays } from '#methodology/strike';
import { insertObservations } from '#store/clickhouse/observations';
import { openSigningKey, type SigningKey } from '#store/ledger/keys';
import type { Observation } from '#store/observation';
import { openStore, type Store } from '#store/store';

/** A publisher over stores of its own, with a clock that a test moves. */
export interface TestService {
  store: Store;
  key: SigningKey;
  publisher: Publisher;
  time: { now: Date };
  close(): Promise<void>;
}

/** Prices in USD per GPU-hour of one class, by provider, stated every morning of some days. */
export function morningPrices(
  from: string,
  days: number,
  prices: readonly string[],
  hardwareClass = 'H100-SXM-80',
): Observation[] {
  return Array.from({ length: days }, (_, day) => `${addDays(from, day)}T06:00:00.000Z`).flatMap((at) =>
    prices.map((price, index) =>
      quote({
        provider: `p${index}`,
        // A headline begins with marketplaces and neoclouds both.
        venue_type: index === 0 ? 'marketplace' : 'neocloud',
        native_id: `${hardwareClass} of p${index}`,
        hardware_class: hardwareClass,
        price,
        event_at: at,
        observed_at: at,
        gpus: 8,
        sweep_id: at,
      }),
    ),
  );
}

/** Six providers that ask about 2 USD: enough for level 4. */
export const SIX = ['1.9', '1.95', '2', '2', '2.05', '2.1'];

/** Opens a service on embedded engines, or on a ledger that is named, with a market of six providers in it. */
export async function startService(
  now: string,
  { ledger, market = morningPrices('2026-07-20', 12, SIX) }: { ledger?: string; market?: Observation[] } = {},
): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'csi-service-'));
  const store = await openStore(join(folder, 'data'), ledger ? { DATABASE_URL: ledger } : {});
  await insertObservations(store.clickhouse, market);
  const time = { now: new Date(now) };
  const key = openSigningKey(join(folder, 'data'));
  return {
    store,
    key,
    publisher: makePublisher(store, key, () => time.now, 'test'),
    time,
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
