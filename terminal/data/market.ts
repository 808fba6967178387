import { createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { IndicativeRow, IndicesAnswer, LatestFix } from '#api/types';
import { api, setSimulated, simulated } from './api';

export type Index = IndicesAnswer['indices'][number];

/** Strikes in a sparkline, as the contract has it. */
const SPARKLINE_STRIKES = 30;
/** How long a changed row flashes. */
const FLASH_MS = 150;

/** Whether a fix is news against what is shown: a later strike, or a later revision of the same. */
export function isNews(shown: LatestFix | null, fix: LatestFix): boolean {
  if (!shown) return true;
  if (fix.strike !== shown.strike) return fix.strike > shown.strike;
  return fix.revision > shown.revision || fix.hash !== shown.hash || fix.finality !== shown.finality;
}

/** An index with a new fix in it; the sparkline takes the strike in, or replaces it where it was there. */
export function withFix(index: Index, fix: LatestFix): Index {
  if (!isNews(index.latest, fix)) return index;
  const { date, value, level } = index.sparkline;
  const replaces = index.latest?.strike === fix.strike;
  const keep = <T>(list: readonly T[], item: T): T[] =>
    [...(replaces ? list.slice(0, -1) : list), item].slice(-SPARKLINE_STRIKES);
  return {
    ...index,
    latest: fix,
    sparkline: { date: keep(date, fix.date), value: keep(value, fix.value), level: keep(level, fix.level) },
  };
}

export type Flash = 'up' | 'down' | 'flat';

/** Which way a row flashes: against the value that was shown, not against yesterday. */
export function flashOf(before: LatestFix | null, after: LatestFix): Flash {
  const from = Number(before?.value ?? Number.NaN);
  const to = Number(after.value ?? Number.NaN);
  return to > from ? 'up' : to < from ? 'down' : 'flat';
}

/** All series as the whole terminal sees them: loaded once, kept current by the stream. */
export function createMarket() {
  const [indices, setIndices] = createStore<Index[]>([]);
  const [state, setState] = createSignal<'loading' | 'ready' | 'failed'>('loading');
  const [error, setError] = createSignal<Error>();
  const [flashes, setFlashes] = createStore<Record<string, Flash | undefined>>({});
  const [indicative, setIndicative] = createStore<Record<string, IndicativeRow | undefined>>({});
  const waiting = new Map<string, LatestFix>();
  let frame = 0;

  /** Takes the indicative values of a minute in; a series that is not among them has none any more. */
  const applyIndicative = (values: readonly IndicativeRow[]) =>
    setIndicative(reconcile(Object.fromEntries(values.map((row) => [row.series, row]))));

  const load = async () => {
    // Beside the fixes, and no reason to fail: where nobody computes it the column is empty.
    api.indicative().then(
      (answer) => applyIndicative(answer.values),
      () => applyIndicative([]),
    );
    try {
      const answer = await api.indices();
      setIndices(reconcile(answer.indices, { key: 'series' }));
      setError(undefined);
      setState('ready');
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
      if (indices.length === 0) setState('failed');
    }
  };

  const flush = () => {
    frame = 0;
    const changed: string[] = [];
    let unknown = false;
    for (const fix of waiting.values()) {
      const at = indices.findIndex((index) => index.series === fix.series);
      const before = indices[at];
      if (!before) {
        unknown = true;
        continue;
      }
      if (!isNews(before.latest, fix)) continue;
      setFlashes(fix.series, flashOf(before.latest, fix));
      setIndices(at, reconcile(withFix(before, fix)));
      changed.push(fix.series);
    }
    waiting.clear();
    if (unknown) void load();
    if (changed.length > 0)
      setTimeout(() => setFlashes(Object.fromEntries(changed.map((series) => [series, undefined]))), FLASH_MS);
  };

  /** Takes a fix in at the next frame: a thousand in one second cost sixty updates, not a thousand. */
  const apply = (fix: LatestFix) => {
    const queued = waiting.get(fix.series);
    if (!queued || isNews(queued, fix)) waiting.set(fix.series, fix);
    if (frame === 0) frame = requestAnimationFrame(flush);
  };

  return {
    indices,
    state,
    error,
    flashes,
    simulated,
    setSimulated,
    load,
    apply,
    indicative,
    applyIndicative,
    find: (series: string) => indices.find((index) => index.series === series),
  };
}

export type Market = ReturnType<typeof createMarket>;
