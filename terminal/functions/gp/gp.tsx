import './gp.css';
import { createEffect, createMemo, createSignal, For, lazy, Match, on, Show, Suspense, Switch } from 'solid-js';
import type { FixHistory } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api, csvPath } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { REPLAY_COMMAND } from '../../parts/commands';
import { markText } from '../../parts/level';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { strikeNames, strikeWords } from '../../parts/strikes';
import { addDays } from '../../parts/time';
import { Readout } from './readout';
import { chartSpec, parseRange, RANGES, type Range, rangeStart } from './spec';

const Chart = lazy(() => import('./chart'));
/** A replay publishes many fixes in a second; the history is read again at most this often. */
const REREAD_MS = 500;

/** GP: the history of a series, alone or against another. */
export default function ChartFunction(props: { series: string }) {
  const { market, router, healed, listen } = useTerminal();
  const index = () => market.find(props.series);
  const range = createMemo(() => parseRange(router.query().get('range')));
  const log = () => router.query().get('scale') === 'log';
  const compared = () => {
    const series = router.query().get('vs');
    return series && series !== props.series ? series : null;
  };
  const history = createQuery<string, FixHistory>(() => props.series, api.history);
  const other = createQuery<string, FixHistory>(compared, api.history);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [byKey, setByKey] = createSignal(false);

  const reread = throttled(() => {
    history.refetch();
    other.refetch();
  }, REREAD_MS);
  createEffect(on(healed, reread, { defer: true }));
  listen('fix', (fix) => {
    if (fix.series === props.series || fix.series === compared()) reread();
  });
  createEffect(
    on(
      () => props.series,
      () => setCursor(null),
      { defer: true },
    ),
  );

  const spec = createMemo(() => {
    const data = history.data();
    return data ? chartSpec(data, { range: range(), log: log(), compare: other.data() ?? null }) : null;
  });
  /** The strikes by their names, in order. */
  const names = createMemo(() => {
    const data = history.data();
    return data ? strikeNames(data) : [];
  });
  /** The strike read out: under the crosshair, else the last. */
  const at = createMemo(() => {
    const found = names().findIndex((name, place) => name === cursor() || history.data()?.strike[place] === cursor());
    return found < 0 ? names().length - 1 : found;
  });
  const move = (steps: number) => {
    const places = spec()?.cadence === 'hourly' ? (history.data()?.strike ?? []) : names();
    const next = places[Math.max(0, Math.min(places.length - 1, at() + steps))];
    setByKey(true);
    setCursor(next ?? null);
  };
  const choose = (to: Range) => router.set({ range: to === '3M' ? null : to });
  const compare = (series: string | null) => router.set({ vs: series });
  useActions([
    { id: 'gp.left', title: 'Crosshair one strike back', group: 'GP', keys: ['ArrowLeft'], run: () => move(-1) },
    { id: 'gp.right', title: 'Crosshair one strike on', group: 'GP', keys: ['ArrowRight'], run: () => move(1) },
    {
      id: 'gp.fix',
      title: 'The fix at the crosshair',
      group: 'GP',
      keys: ['Enter'],
      run: () => router.go({ fn: 'FIX', series: props.series, date: names()[at()] ?? null }),
    },
    ...RANGES.map((name) => ({
      id: `gp.range.${name}`,
      title: name === 'All' ? 'The whole history' : `The last ${name}`,
      group: 'GP',
      words: [name.toUpperCase()],
      run: () => choose(name),
    })),
    {
      id: 'gp.log',
      title: 'Logarithmic scale on or off',
      group: 'GP',
      words: ['LOG'],
      run: () => router.set({ scale: log() ? null : 'log' }),
    },
    {
      id: 'gp.compare',
      title: 'Compare with another series, both from 100; alone ends it',
      group: 'GP',
      words: ['VS'],
      takes: 'series',
      run: (target) => compare(target.series ?? null),
    },
  ]);
  const csv = () => {
    const data = history.data();
    const last = data?.date.at(-1);
    return csvPath(
      props.series,
      data ? rangeStart(data, range()) : null,
      range() === 'All' || !last ? null : addDays(last, 1),
    );
  };
  const label = () => {
    const data = history.data();
    if (!data || data.date.length === 0) return `${props.series}, no strikes`;
    return `Chart of ${props.series}, ${data.date.length} strikes from ${strikeWords(names()[0] ?? '')} to ${strikeWords(names().at(-1) ?? '')}; last: ${data.value.at(-1) ?? 'suspended'}, ${markText(data.level.at(-1) ?? null)}. Left and right move the crosshair.`;
  };

  return (
    <section class="panel gp" aria-label={`Chart of ${props.series}`}>
      <PanelTitle
        code="GP"
        aside={
          <>
            <Go to={{ fn: 'FIX', series: props.series, date: null }}>last fix</Go>
            <a href={csv()} download={`${props.series}.csv`}>
              CSV
            </a>
          </>
        }
      >
        <span class="mono id">{props.series}</span> <span class="muted">{index()?.name}</span>
      </PanelTitle>
      <Switch fallback={<Skeleton rows={24} />}>
        <Match when={history.error()}>
          {(error) => <Failure what={`${props.series} could not be read`} error={error()} retry={history.refetch} />}
        </Match>
        <Match when={history.data()?.date.length === 0}>
          <section class="notice">
            <p>
              <strong>{props.series} has no fix yet.</strong> {index()?.definition}
            </p>
            <p>
              A chart begins with its first strike. <Go to={{ fn: 'SRC', source: null }}>SRC</Go> says which sources
              have been read; <code class="mono">{REPLAY_COMMAND}</code> computes the fixes of days already captured.
            </p>
          </section>
        </Match>
        <Match when={history.data()}>
          {(data) => (
            <>
              <Readout history={data()} at={at()} live={byKey()} />
              <div class="tools" role="toolbar" aria-label="Chart">
                <For each={RANGES}>
                  {(name) => (
                    <button
                      type="button"
                      class="button mono"
                      aria-pressed={range() === name}
                      onClick={() => choose(name)}
                    >
                      {name}
                    </button>
                  )}
                </For>
                <button
                  type="button"
                  class="button"
                  aria-pressed={log()}
                  onClick={() => router.set({ scale: log() ? null : 'log' })}
                >
                  log
                </button>
                <label>
                  <span class="muted">vs</span>{' '}
                  <select
                    class="mono"
                    value={compared() ?? ''}
                    onChange={(event) => compare(event.currentTarget.value || null)}
                  >
                    <option value="">none</option>
                    <For
                      each={market.indices.filter((candidate) => candidate.latest && candidate.series !== props.series)}
                    >
                      {(candidate) => (
                        <option value={candidate.series} selected={candidate.series === compared()}>
                          {candidate.series}
                        </option>
                      )}
                    </For>
                  </select>
                </label>
                <Show when={other.error()}>{(error) => <span class="bad-text">{error().message}</span>}</Show>
                <span class="axis faint">
                  {spec()?.unit};{' '}
                  {spec()?.cadence === 'hourly' ? 'strikes, UTC' : `strike dates, ${index()?.time_zone ?? 'local'}`}
                </span>
              </div>
              <Suspense fallback={<div class="chart" />}>
                <Show when={spec()}>
                  {(drawn) => (
                    <Chart
                      spec={drawn()}
                      cursor={byKey() ? cursor() : null}
                      label={label()}
                      point={(place) => {
                        setByKey(false);
                        setCursor(place);
                      }}
                    />
                  )}
                </Show>
              </Suspense>
              <p class="attribution faint">
                <a href="https://www.tradingview.com/">TradingView Lightweight Charts™</a>, Copyright © 2025
                TradingView, Inc.
              </p>
            </>
          )}
        </Match>
      </Switch>
    </section>
  );
}
