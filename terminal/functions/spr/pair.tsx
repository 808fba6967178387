import { createEffect, createMemo, createSignal, For, type JSX, Match, on, Show, Switch } from 'solid-js';
import type { Cadence, SpreadHistory } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { decimal, forDrawing } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { Plot } from '../../parts/plot';
import { strikeName, strikeWords } from '../../parts/strikes';
import { addDays } from '../../parts/time';
import { standingOf } from './statistics';

const REREAD_MS = 500;
/** Dates under the plot: as many as a phone has room for. */
const TICKS = 5;
const MINUS = '\u2212';
const MEASURES = [
  ['ratio', 'a ÷ b'],
  ['difference', 'a − b'],
  ['combined', 'differential'],
  ['training', 'differential T'],
  ['inference', 'differential I'],
] as const;
type Measure = (typeof MEASURES)[number][0];
const RANGES = [
  ['1m', '1M', 31],
  ['3m', '3M', 92],
  ['1y', '1Y', 366],
  ['all', 'All', null],
] as const;

function columnOf(history: SpreadHistory, measure: Measure): readonly (string | null)[] {
  if (measure === 'ratio' || measure === 'difference') return history[measure];
  return history.differential?.[measure] ?? history.date.map(() => null);
}

/** One side of a row: its value, and what names its strike; null where it has no value. */
function sideOf(cadence: Cadence, date: string, strike: string | null, value: string | null | undefined) {
  return strike && value ? { value, on: strikeName(cadence, { date, strike }) } : null;
}

/** The history of one pair: drawn, with where its last value stands among those on the screen. */
export function Pair(props: { a: string; b: string }) {
  const { router, healed, listen } = useTerminal();
  const [cursor, setCursor] = createSignal<number | null>(null);
  const history = createQuery<string, SpreadHistory>(
    () => `${props.a} ${props.b}`,
    (_, signal) => api.spread(props.a, props.b, signal),
  );
  const reread = throttled(history.refetch, REREAD_MS);
  createEffect(on(healed, reread, { defer: true }));
  listen('fix', (fix) => {
    if (fix.series === props.a || fix.series === props.b) reread();
  });
  const measures = () =>
    MEASURES.filter(([id]) => id === 'ratio' || id === 'difference' || history.data()?.differential);
  const measure = createMemo<Measure>(
    () => measures().find(([id]) => id === router.query().get('measure'))?.[0] ?? 'ratio',
  );
  const range = () => RANGES.find(([id]) => id === router.query().get('range')) ?? RANGES[1];
  /** The rows on the screen, oldest first. */
  const rows = createMemo(() => {
    const data = history.data();
    const last = data?.date.at(-1);
    if (!data || !last) return [];
    const days = range()[2];
    const from = days === null ? '' : addDays(last, 1 - days);
    const column = columnOf(data, measure());
    const hourly = data.cadence_a === 'hourly' || data.cadence_b === 'hourly';
    return data.date.flatMap((date, index) => {
      if (date < from) return [];
      const [strikeOfA, strikeOfB] = [data.strike_a[index] ?? null, data.strike_b[index] ?? null];
      return [
        {
          name: (hourly ? (strikeOfA ?? strikeOfB) : null) ?? date,
          a: sideOf(data.cadence_a, date, strikeOfA, data.value_a[index]),
          b: sideOf(data.cadence_b, date, strikeOfB, data.value_b[index]),
          value: column[index] ?? null,
          reason: data.reason[index] ?? null,
        },
      ];
    });
  });
  const standing = createMemo(() => standingOf(rows().map(({ value }) => forDrawing(value))));
  const shown = (value: number | null | undefined, places = 4) =>
    value === null || value === undefined ? '–' : value.toFixed(places).replace('-', MINUS);
  const at = () => rows()[cursor() ?? rows().length - 1];
  const move = (steps: number) => {
    const here = cursor() ?? rows().length - 1;
    setCursor(Math.max(0, Math.min(rows().length - 1, here + steps)));
  };
  useActions([
    { id: 'spr.left', title: 'Crosshair one strike back', group: 'SPR', keys: ['ArrowLeft'], run: () => move(-1) },
    { id: 'spr.right', title: 'Crosshair one strike on', group: 'SPR', keys: ['ArrowRight'], run: () => move(1) },
  ]);
  const ticks = () => {
    const every = Math.max(1, Math.ceil(rows().length / TICKS));
    return rows().map(({ name }, index) =>
      (rows().length - 1 - index) % every === 0 ? strikeWords(name).slice(5) : '',
    );
  };
  const words = () => MEASURES.find(([id]) => id === measure())?.[1] ?? '';

  return (
    <section class="panel spr" aria-label={`Spread of ${props.a} and ${props.b}`}>
      <PanelTitle
        code="SPR"
        aside={
          <>
            <Go to={{ fn: 'SPR', pair: { a: props.b, b: props.a } }}>the other way round</Go>
            <Go to={{ fn: 'GP', series: props.a }}>chart of a</Go>
          </>
        }
      >
        <Go to={{ fn: 'SPR', pair: null }}>all pairs</Go> <span class="faint">/</span> a{' '}
        <span class="mono">{props.a}</span> <span class="muted">against b</span> <span class="mono">{props.b}</span>
      </PanelTitle>
      <div class="tools" role="toolbar" aria-label="Spread">
        <For each={measures()}>
          {([id, name]) => (
            <button
              type="button"
              class="button"
              aria-pressed={measure() === id}
              onClick={() => router.set({ measure: id === 'ratio' ? null : id })}
            >
              {name}
            </button>
          )}
        </For>
        <span class="gap" />
        <For each={RANGES}>
          {([id, name]) => (
            <button
              type="button"
              class="button mono"
              aria-pressed={range()[0] === id}
              onClick={() => router.set({ range: id === '3m' ? null : id })}
            >
              {name}
            </button>
          )}
        </For>
      </div>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={16} />}>
          <Match when={history.error()}>
            {(error) => <Failure what="The pair could not be read" error={error()} retry={history.refetch} />}
          </Match>
          <Match when={history.data() && standing() === null}>
            <section class="notice">
              <p>
                No strike on the screen has a value on both sides: {rows().at(-1)?.reason ?? 'neither has a fix yet'}.
              </p>
            </section>
          </Match>
          <Match when={standing()}>
            {(known) => (
              <>
                <dl class="facts-line" aria-live="off">
                  <div class="first">
                    <dt class="mono">{strikeWords(at()?.name ?? '')}</dt>
                    <dd class="mono">{at()?.value ? decimal(at()?.value ?? '', 4) : (at()?.reason ?? '')}</dd>
                  </div>
                  <Fact name="last">{shown(known().last)}</Fact>
                  <Fact name="mean">{shown(known().mean)}</Fact>
                  <Fact name="deviation">{shown(known().deviation)}</Fact>
                  <Fact name="z-score of the last">{shown(known().z, 2)}</Fact>
                  <Fact name="percentile">{shown(known().percentile, 0)}</Fact>
                  <Fact name="range">
                    {shown(known().low)} – {shown(known().high)}
                  </Fact>
                  <Fact name="strikes">
                    {known().count} of {rows().length}
                  </Fact>
                </dl>
                <Plot
                  label={`${words()} of ${props.a} and ${props.b}, ${known().count} strikes, last ${shown(known().last)}. Left and right move the crosshair.`}
                  lines={[
                    { label: shown(known().last), values: rows().map(({ value }) => forDrawing(value)) },
                    { label: 'mean', values: rows().map(() => known().mean) },
                  ]}
                  ticks={ticks()}
                  cursor={cursor()}
                  point={setCursor}
                />
                <table class="history">
                  <thead>
                    <tr>
                      <th scope="col">Strike</th>
                      <th scope="col" class="num">
                        a <span class="unit">USD/GPU-h</span>
                      </th>
                      <th scope="col" class="num">
                        b <span class="unit">USD/GPU-h</span>
                      </th>
                      <th scope="col" class="num">
                        {words()}
                      </th>
                      <th scope="col">Why not</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={[...rows()].reverse()}>
                      {(row) => (
                        <tr classList={{ at: row === at() && cursor() !== null }}>
                          <th scope="row" class="mono">
                            {strikeWords(row.name)}
                          </th>
                          <td class="num">
                            <Side series={props.a} side={row.a} />
                          </td>
                          <td class="num">
                            <Side series={props.b} side={row.b} />
                          </td>
                          <td class="num">{row.value ? decimal(row.value, 4) : ''}</td>
                          <td class="muted why">{row.reason}</td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  );
}

/** A value, and the way to its fix. */
function Side(props: { series: string; side: { value: string; on: string } | null }) {
  return (
    <Show when={props.side}>
      {(side) => <Go to={{ fn: 'FIX', series: props.series, date: side().on }}>{decimal(side().value, 4)}</Go>}
    </Show>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class="mono">{props.children}</dd>
    </div>
  );
}
