import './crv.css';
import { createEffect, createMemo, For, Match, on, Show, Switch } from 'solid-js';
import type { CurveAnswer, CurvePoint, CurveSegment } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { isDate } from '../../app/view';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { LevelMark } from '../../parts/level-mark';
import { decimal, forDrawing } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { Plot } from '../../parts/plot';

/** Dates laid over each other: what one can still tell apart. */
const DATES_MAX = 3;
const REREAD_MS = 500;
const SEGMENTS: readonly [CurveSegment, string][] = [
  ['headline', 'marketplaces and neoclouds'],
  ['hyperscaler', 'hyperscalers'],
];

interface Asked {
  hardwareClass: string;
  segment: CurveSegment;
  /** Null for the newest. */
  dates: readonly (string | null)[];
}

/** CRV: what a class costs by the length of the commitment, at up to three dates. */
export default function CurveFunction(props: { hardwareClass: string | null }) {
  const { market, router, healed, listen } = useTerminal();
  const classes = createMemo(() => [
    ...new Set(market.indices.filter((index) => index.latest).map((index) => index.hardware_class)),
  ]);
  const segment = (): CurveSegment => (router.query().get('segment') === 'hyperscaler' ? 'hyperscaler' : 'headline');
  const chosen = () => (router.query().get('dates') ?? '').split(',').filter(isDate).slice(0, DATES_MAX);
  const asked = createMemo<Asked | null>(
    () => {
      const priced = market.indices.find((index) => index.latest?.value);
      const hardwareClass = props.hardwareClass ?? priced?.hardware_class ?? classes()[0];
      if (!hardwareClass) return null;
      return { hardwareClass, segment: segment(), dates: chosen().length > 0 ? chosen() : [null] };
    },
    null,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const curves = createQuery<Asked, CurveAnswer[]>(asked, (key, signal) =>
    Promise.all(key.dates.map((date) => api.curve(key.hardwareClass, key.segment, date, signal))),
  );
  createEffect(on(healed, curves.refetch, { defer: true }));
  listen('fix', throttled(curves.refetch, REREAD_MS));

  const setDate = (place: number, date: string) => {
    const shown = (curves.data() ?? []).map((curve) => curve.date);
    const dates = chosen().length > 0 ? chosen() : shown;
    const next = date === '' ? dates.filter((_, index) => index !== place) : [...dates];
    if (isDate(date)) next[place] = date;
    router.set({ dates: next.filter(Boolean).slice(0, DATES_MAX).join(',') || null });
  };
  const tenors = () => curves.data()?.[0]?.points ?? [];
  const label = () =>
    `Term structure of ${asked()?.hardwareClass ?? ''}: ${(curves.data() ?? [])
      .map(
        ({ date, points }) =>
          `${date}: ${points.map((point) => `${point.tenor} ${point.value ?? 'no value'}`).join(', ')}`,
      )
      .join('; ')}`;

  return (
    <section class="panel crv" aria-label="Term structure">
      <PanelTitle
        code="CRV"
        aside={<span class="unit">USD/GPU-h, rented; a reservation is a term price, no forward</span>}
      >
        <span class="mono id">{asked()?.hardwareClass}</span> <span class="muted">by length of commitment</span>
      </PanelTitle>
      <div class="tools" role="toolbar" aria-label="Curve">
        <select
          class="mono"
          aria-label="Hardware class"
          value={asked()?.hardwareClass ?? ''}
          onChange={(event) => {
            const search = Object.fromEntries(router.query());
            router.go({ fn: 'CRV', hardwareClass: event.currentTarget.value }, search);
          }}
        >
          <For each={classes()}>
            {(id) => (
              <option value={id} selected={id === asked()?.hardwareClass}>
                {id}
              </option>
            )}
          </For>
        </select>
        <For each={SEGMENTS}>
          {([id, words]) => (
            <button
              type="button"
              class="button"
              aria-pressed={segment() === id}
              onClick={() => router.set({ segment: id === 'headline' ? null : id })}
            >
              {words}
            </button>
          )}
        </For>
        <For each={Array.from({ length: DATES_MAX }, (_, place) => place)}>
          {(place) => {
            const date = () => curves.data()?.[place]?.date ?? '';
            return (
              <Show when={place <= (curves.data()?.length ?? 0)}>
                <label>
                  <Show when={date()} fallback={<span class="muted">and </span>}>
                    <span class={`key key-${place}`} />
                  </Show>
                  <input
                    type="text"
                    class="mono"
                    size="10"
                    placeholder="2026-07-28"
                    aria-label={place === 0 ? 'Date' : `Date ${place + 1}, laid over`}
                    value={date()}
                    onChange={(event) => setDate(place, event.currentTarget.value.trim())}
                  />
                </label>
              </Show>
            );
          }}
        </For>
      </div>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={12} />}>
          <Match when={curves.error()}>
            {(error) => <Failure what="The curve could not be read" error={error()} retry={curves.refetch} />}
          </Match>
          <Match when={market.state() === 'ready' && asked() === null}>
            <section class="notice">
              <p>
                No class has a fix yet, so none has a curve. <Go to={{ fn: 'MON' }}>MON</Go> says what to do.
              </p>
            </section>
          </Match>
          <Match when={curves.data()}>
            {(all) => (
              <>
                <Show when={all().some(({ points }) => points.some(({ value }) => value !== null))}>
                  <Plot
                    label={label()}
                    lines={all().map(({ points }) => ({
                      // The head of the table tells the lines apart: their ends mostly meet.
                      label: '',
                      values: points.map(({ value }) => forDrawing(value)),
                    }))}
                    ticks={tenors().map(({ tenor }) => tenor)}
                    // Interruptible capacity is another product: no line leads from it.
                    broken={new Set(tenors().flatMap(({ tenor }, place) => (tenor === 'OD' ? [place] : [])))}
                    dots
                  />
                </Show>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Tenor</th>
                      <For each={all()}>
                        {(curve, place) => (
                          <>
                            <th scope="col" class="num group-start">
                              <span class={`key key-${place()}`} />
                              {curve.date}
                            </th>
                            <th scope="col" class="num">
                              to on demand
                            </th>
                            <th scope="col">Level</th>
                            <th scope="col" class="num">
                              Providers
                            </th>
                          </>
                        )}
                      </For>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={tenors()}>
                      {(tenor, row) => (
                        <tr>
                          <th scope="row">
                            <span class="mono">{tenor.tenor}</span> <span class="muted">{tenorWords(tenor)}</span>
                          </th>
                          <For each={all()}>
                            {(curve) => <Cells date={curve.date} point={curve.points[row()] as CurvePoint} />}
                          </For>
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

function tenorWords({ tenor, months }: CurvePoint): string {
  if (months === null) return 'interruptible';
  return tenor === 'OD' ? 'on demand' : `reserved for ${months === 1 ? 'a month' : `${months} months`}`;
}

function Cells(props: { date: string; point: CurvePoint }) {
  return (
    <Show
      when={props.point.value}
      fallback={
        <td class="muted group-start" colSpan={4} title={props.point.reason ?? ''}>
          no value: {props.point.reason}
        </td>
      }
    >
      {(value) => (
        <>
          <td class="num group-start">
            <Go to={{ fn: 'FIX', series: props.point.series, date: props.date }}>{decimal(value(), 4)}</Go>
          </td>
          <td class="num">{props.point.to_on_demand ? decimal(props.point.to_on_demand, 3) : ''}</td>
          <td class="mono">
            <LevelMark level={props.point.level} status={props.point.status ?? undefined} /> {props.point.level}
            <Show when={props.point.status !== 'normal'}>
              <span class="muted"> {props.point.status}</span>
            </Show>
          </td>
          <td class="num">{props.point.providers}</td>
        </>
      )}
    </Show>
  );
}
