import './spr.css';
import { createEffect, createMemo, For, Match, on, Show, Switch } from 'solid-js';
import type { Spread, SpreadKind, SpreadsAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { Change } from '../../parts/change';
import { LevelMark } from '../../parts/level-mark';
import { decimal, plural } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { Pair } from './pair';

const REREAD_MS = 500;
const KINDS: readonly [SpreadKind, string][] = [
  ['class', 'Class to class: against the reference class of the unit of compute'],
  ['tenor', 'Interruptible to on demand'],
  ['segment', 'Segment to segment'],
  ['region', 'Region to region: each at its own strike of the date'],
  ['evidence', 'Listed to executable'],
];
const WORKLOADS = ['training', 'inference', 'combined'] as const;

/** SPR: every spread of the grid, or the history of one. */
export default function SpreadsFunction(props: { pair: { a: string; b: string } | null }) {
  return (
    <Show when={props.pair} fallback={<AllSpreads />} keyed>
      {(pair) => <Pair a={pair.a} b={pair.b} />}
    </Show>
  );
}

function AllSpreads() {
  const { router, healed, listen } = useTerminal();
  const spreads = createQuery<true, SpreadsAnswer>(
    () => true,
    (_, signal) => api.spreads(signal),
  );
  createEffect(on(healed, spreads.refetch, { defer: true }));
  listen('fix', throttled(spreads.refetch, REREAD_MS));
  const filter = () => router.query().get('filter') ?? '';
  const found = createMemo(() => {
    const wanted = filter().toUpperCase().split(/\s+/).filter(Boolean);
    return (spreads.data()?.spreads ?? []).filter(({ a, b }) =>
      wanted.every((word) => `${a.series} ${b.series}`.includes(word)),
    );
  });
  const withValue = (kind: SpreadKind) => found().filter((one) => one.kind === kind && one.ratio !== null);
  const without = (kind: SpreadKind) => found().filter((one) => one.kind === kind && one.ratio === null);
  const tally = () => {
    const priced = found().filter(({ ratio }) => ratio !== null).length;
    return `${plural(priced, 'pair')} with a spread, ${found().length - priced} without`;
  };
  return (
    <section class="panel spr" aria-label="Spreads">
      <PanelTitle
        code="SPR"
        aside={
          <input
            type="search"
            aria-label="Filter the pairs"
            placeholder="filter"
            value={filter()}
            onInput={(event) => router.set({ filter: event.currentTarget.value || null })}
          />
        }
      >
        <Show when={spreads.data()} fallback="Spreads">
          {(answer) => (
            <>
              Spreads of <span class="mono">{answer().date}</span>
              <span class="muted wide-only">: {tally()}</span>
            </>
          )}
        </Show>
      </PanelTitle>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={20} />}>
          <Match when={spreads.error()}>
            {(error) => <Failure what="The spreads could not be read" error={error()} retry={spreads.refetch} />}
          </Match>
          <Match when={spreads.data() && found().length === 0}>
            <section class="notice">
              <p>
                {filter()
                  ? `No pair has “${filter()}” in it.`
                  : 'No fix has been published yet, so there is no spread.'}
              </p>
            </section>
          </Match>
          <Match when={spreads.data()}>
            <table>
              <thead>
                <tr>
                  <th scope="col">a</th>
                  <th scope="col">b</th>
                  <th scope="col" class="num">
                    a <span class="unit">USD/GPU-h</span>
                  </th>
                  <th scope="col" class="num">
                    b <span class="unit">USD/GPU-h</span>
                  </th>
                  <th scope="col" class="num">
                    a − b
                  </th>
                  <th scope="col" class="num">
                    a ÷ b
                  </th>
                  <th
                    scope="col"
                    class="num"
                    title="price ratio ÷ SCU ratio: 1 where both cost the same for a unit of compute"
                  >
                    differential T
                  </th>
                  <th scope="col" class="num">
                    I
                  </th>
                  <th scope="col" class="num">
                    SCU
                  </th>
                </tr>
              </thead>
              <For each={KINDS.filter(([kind]) => found().some((one) => one.kind === kind))}>
                {([kind, words]) => (
                  <tbody>
                    <tr class="group">
                      <td colSpan={9}>{words}</td>
                    </tr>
                    <For each={withValue(kind)}>{(spread) => <Row spread={spread} />}</For>
                    <For each={without(kind)}>{(spread) => <EmptyRow spread={spread} />}</For>
                  </tbody>
                )}
              </For>
            </table>
          </Match>
        </Switch>
      </div>
    </section>
  );
}

function Names(props: { spread: Spread }) {
  return (
    <>
      <th scope="row" class="mono">
        <Go to={{ fn: 'SPR', pair: { a: props.spread.a.series, b: props.spread.b.series } }}>
          {props.spread.a.series}
        </Go>
      </th>
      <td class="mono">{props.spread.b.series}</td>
    </>
  );
}

function Row(props: { spread: Spread }) {
  const leg = (which: 'a' | 'b') => props.spread[which];
  return (
    <tr>
      <Names spread={props.spread} />
      <For each={['a', 'b'] as const}>
        {(which) => (
          <td class="num">
            <LevelMark level={leg(which).level} status={leg(which).status ?? undefined} />{' '}
            {decimal(leg(which).value ?? '', 4)}
          </td>
        )}
      </For>
      <td class="num">
        <Change value={props.spread.difference} places={4} />
      </td>
      <td class="num">{decimal(props.spread.ratio ?? '', 4)}</td>
      <For each={WORKLOADS}>
        {(workload) => (
          <td class="num">{props.spread.differential ? decimal(props.spread.differential[workload], 3) : ''}</td>
        )}
      </For>
    </tr>
  );
}

function EmptyRow(props: { spread: Spread }) {
  return (
    <tr class="muted">
      <Names spread={props.spread} />
      <td colSpan={7} class="why" title={props.spread.reason ?? ''}>
        {props.spread.reason}
      </td>
    </tr>
  );
}
