import { replay } from '#index-engine/replay';
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
