import './scu.css';
import { createEffect, createMemo, For, Match, on, Show, Switch } from 'solid-js';
import type { BasketsAnswer, BoardColumn, BoardRow, ScuAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { LevelMark } from '../../parts/level-mark';
import { decimal } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';

const REREAD_MS = 500;
const COLUMNS: readonly { id: BoardColumn; name: string; unit: string }[] = [
  { id: 'training', name: 'Training', unit: 'SCU-T' },
  { id: 'inference', name: 'Inference', unit: 'SCU-I' },
  { id: 'combined', name: 'Combined', unit: 'SCU' },
];

/** SCU: what a unit of compute costs in each class, how far the classes lie apart, and what the baskets cost. */
export default function ComputeFunction() {
  const { router, healed, listen } = useTerminal();
  const board = createQuery<true, ScuAnswer>(
    () => true,
    (_, signal) => api.scu(signal),
  );
  const baskets = createQuery<true, BasketsAnswer>(
    () => true,
    (_, signal) => api.baskets(signal),
  );
  const reread = throttled(() => {
    board.refetch();
    baskets.refetch();
  }, REREAD_MS);
  createEffect(on(healed, reread, { defer: true }));
  listen('fix', reread);
  const by = () => COLUMNS.find(({ id }) => id === router.query().get('by'))?.id ?? 'combined';
  const rows = createMemo(() =>
    [...(board.data()?.rows ?? [])].sort((a, b) => a.rank[by()] - b.rank[by()] || (a.class < b.class ? -1 : 1)),
  );
  return (
    <section class="panel compute" aria-label="Price per unit of compute">
      <PanelTitle code="SCU" aside={<span class="unit">USD/SCU-h</span>}>
        What a Standard Compute Unit costs
        <Show when={board.data()}>
          {(answer) => (
            <span class="muted">
              {' '}
              on <span class="mono">{answer().date}</span>, over {answer().rows.length} hardware classes
            </span>
          )}
        </Show>
      </PanelTitle>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={20} />}>
          <Match when={board.error()}>
            {(error) => <Failure what="The prices could not be read" error={error()} retry={board.refetch} />}
          </Match>
          <Match when={board.data()?.rows.length === 0}>
            <section class="notice">
              <p>
                No class has a headline value on {board.data()?.date}. <Go to={{ fn: 'MON' }}>MON</Go> says why.
              </p>
            </section>
          </Match>
          <Match when={board.data()}>
            {(answer) => (
              <>
                <Dispersion answer={answer()} baskets={baskets.data()} />
                <h3>By class; cheapest first</h3>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Class</th>
                      <th scope="col" class="num">
                        Fix <span class="unit">USD/GPU-h</span>
                      </th>
                      <th scope="col">Level</th>
                      <For each={COLUMNS}>
                        {(column) => (
                          <th
                            scope="col"
                            class="num sorts group-start"
                            aria-sort={by() === column.id ? 'ascending' : undefined}
                          >
                            <button
                              type="button"
                              onClick={() => router.set({ by: column.id === 'combined' ? null : column.id })}
                            >
                              per {column.unit}
                              <Show when={by() === column.id}>
                                <span aria-hidden="true"> ↑</span>
                              </Show>
                            </button>
                          </th>
                        )}
                      </For>
                      <For each={COLUMNS}>
                        {(column) => (
                          <th scope="col" class="num" classList={{ 'group-start': column.id === 'training' }}>
                            {column.unit} <span class="unit">of one GPU</span>
                          </th>
                        )}
                      </For>
                      <th scope="col">Rating</th>
                      <For each={COLUMNS}>
                        {(column) => (
                          <th
                            scope="col"
                            class="num"
                            classList={{ 'group-start': column.id === 'training' }}
                            title={`price ratio ÷ ${column.unit} ratio to ${answer().reference}`}
                          >
                            diff. {column.unit.replace('SCU', '').replace('-', '') || 'SCU'}
                          </th>
                        )}
                      </For>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={rows()}>{(row) => <Row row={row} />}</For>
                  </tbody>
                </table>
                <p class="note">
                  The differential is the price ratio to {answer().reference} divided by the ratio of the ratings: above
                  1 the class costs more for a unit of compute. A provisional rating rests on the datasheet alone; ± is
                  the error of a rating, as a logarithm. No class is averaged with another, and nothing settles on this
                  page.
                </p>
                <Show when={answer().without.length > 0}>
                  <h3>Without a value</h3>
                  <table>
                    <tbody>
                      <For each={answer().without}>
                        {(one) => (
                          <tr>
                            <th scope="row" class="mono">
                              <Go to={{ fn: 'FIX', series: one.series, date: answer().date }}>{one.class}</Go>
                            </th>
                            <td class="muted">{one.reason}</td>
                          </tr>
                        )}
                      </For>
                    </tbody>
                  </table>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  );
}

/** Which class delivers a workload cheapest, how far they lie apart, and what a fixed basket costs. */
function Dispersion(props: { answer: ScuAnswer; baskets: BasketsAnswer | undefined }) {
  const basketOf = (workload: BoardColumn) => props.baskets?.baskets.find((one) => one.workload === workload);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Workload</th>
          <th scope="col">Cheapest to deliver</th>
          <th scope="col">Dearest</th>
          <th scope="col" class="num">
            Dearest ÷ cheapest
          </th>
          <th scope="col" class="num">
            Dispersion <span class="unit">sd of ln</span>
          </th>
          <th scope="col" class="num">
            Classes, of which <span class="unit">provisional</span>
          </th>
          <th scope="col">Basket, fixed quantities</th>
        </tr>
      </thead>
      <tbody>
        <For each={COLUMNS}>
          {(column) => {
            const spread = () => props.answer.dispersion?.[column.id];
            const latest = () => basketOf(column.id)?.latest ?? null;
            return (
              <tr>
                <th scope="row">
                  {column.name} <span class="unit mono">{column.unit}</span>
                </th>
                <td>
                  <span class="mono">{spread()?.cheapest.class}</span>{' '}
                  <span class="mono muted">{decimal(spread()?.cheapest.value ?? '', 4)}</span>
                </td>
                <td>
                  <span class="mono">{spread()?.dearest.class}</span>{' '}
                  <span class="mono muted">{decimal(spread()?.dearest.value ?? '', 4)}</span>
                </td>
                <td class="num">{decimal(spread()?.range ?? '', 2)}</td>
                <td class="num">
                  {spread()?.log_standard_deviation ? decimal(spread()?.log_standard_deviation ?? '', 3) : '–'}
                </td>
                <td class="num">
                  {spread()?.classes}, {spread()?.provisional}
                </td>
                <td>
                  <Show when={basketOf(column.id)}>
                    {(basket) => (
                      <Show when={latest()} fallback={<span class="muted">{basket().basket}: no fix yet</span>}>
                        {(fix) => (
                          <span
                            title={fix()
                              .constituents.map((one) => `${one.gpus} × ${one.class}`)
                              .join(', ')}
                          >
                            <span class="mono">{basket().basket}</span>{' '}
                            <Show when={fix().value} fallback={<span class="muted">unavailable: {fix().reason}</span>}>
                              {(value) => (
                                <>
                                  <span class="mono">{decimal(value(), 4)}</span>
                                  <span class="muted"> {fix().status}</span>
                                </>
                              )}
                            </Show>
                          </span>
                        )}
                      </Show>
                    )}
                  </Show>
                </td>
              </tr>
            );
          }}
        </For>
      </tbody>
    </table>
  );
}

function Row(props: { row: BoardRow }) {
  return (
    <tr>
      <th scope="row" class="mono" title={props.row.name}>
        <Go to={{ fn: 'CRV', hardwareClass: props.row.class }}>{props.row.class}</Go>
      </th>
      <td class="num">
        <Go to={{ fn: 'FIX', series: props.row.series, date: props.row.date }}>{decimal(props.row.value, 4)}</Go>
      </td>
      <td class="mono">
        <LevelMark level={props.row.level} status={props.row.status} /> {props.row.level}
        <Show when={props.row.status !== 'normal'}>
          <span class="muted"> {props.row.status}</span>
        </Show>
      </td>
      <For each={COLUMNS}>
        {({ id }) => (
          <td class="num group-start" classList={{ cheapest: props.row.rank[id] === 1 }}>
            {decimal(props.row.per_scu[id], 4)} <span class="rank">{props.row.rank[id]}</span>
          </td>
        )}
      </For>
      <For each={COLUMNS}>
        {({ id }) => (
          <td class="num" classList={{ 'group-start': id === 'training' }}>
            {decimal(props.row.rating[id], 3)} <span class="unit">±{decimal(props.row.error[id], 2)}</span>
          </td>
        )}
      </For>
      <td class="muted">
        {props.row.rating_status}
        <Show when={props.row.grade}> {props.row.grade}</Show>
      </td>
      <For each={COLUMNS}>
        {({ id }) => (
          <td class="num" classList={{ 'group-start': id === 'training' }}>
            {props.row.differential ? decimal(props.row.differential[id], 3) : ''}
          </td>
        )}
      </For>
    </tr>
  );
}
