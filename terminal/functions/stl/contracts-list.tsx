import { createEffect, For, Match, on, Show, Switch } from 'solid-js';
import type { ContractsAnswer } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { moveFocus } from '../../parts/focus';
import { plural } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { BANDS, rangeWords } from './words';

const REREAD_MS = 2000;

/** Every contract, and what the month of its newest fix settles at so far. */
export function ContractsList() {
  const { healed, listen } = useTerminal();
  let body: HTMLTableSectionElement | undefined;
  const list = createQuery<true, ContractsAnswer>(
    () => true,
    (_, signal) => api.contracts(signal),
  );
  createEffect(on(healed, list.refetch, { defer: true }));
  listen('fix', throttled(list.refetch, REREAD_MS));
  useActions([
    {
      id: 'stl.next',
      title: 'Next contract; Enter opens it',
      group: 'STL',
      keys: ['j', 'ArrowDown'],
      run: () => moveFocus(body, 'th a', 1),
    },
    {
      id: 'stl.previous',
      title: 'Previous contract',
      group: 'STL',
      keys: ['k', 'ArrowUp'],
      run: () => moveFocus(body, 'th a', -1),
    },
  ]);
  return (
    <section class="panel stl" aria-label="Contracts">
      <PanelTitle code="STL">
        <Show when={list.data()} fallback="Contracts">
          {(answer) => (
            <>
              {plural(answer().contracts.length, 'contract')}:{' '}
              <span class="muted">what the month of the newest fix settles at so far</span>
            </>
          )}
        </Show>
      </PanelTitle>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={12} />}>
          <Match when={list.error()}>
            {(error) => <Failure what="The contracts could not be read" error={error()} retry={list.refetch} />}
          </Match>
          <Match when={list.data()}>
            {(answer) => (
              <table>
                <thead>
                  <tr>
                    <th scope="col">Contract</th>
                    <th scope="col" class="wide-only">
                      Average
                    </th>
                    <th scope="col" class="wide-only">
                      Series
                    </th>
                    <th scope="col" class="num wide-only">
                      Lot <span class="unit">GPU-h</span>
                    </th>
                    <th scope="col">Month</th>
                    <th scope="col" class="num">
                      Locked
                    </th>
                    <th scope="col" class="num">
                      Open
                    </th>
                    <th scope="col" class="num">
                      Missed
                    </th>
                    <th scope="col" class="num">
                      So far <span class="unit">USD/GPU-h</span>
                    </th>
                    <th scope="col" class="num">
                      Expected
                    </th>
                    <th scope="col" class="num wide-only">
                      Range
                    </th>
                    <th scope="col">Band</th>
                  </tr>
                </thead>
                <tbody ref={body}>
                  <For each={answer().contracts}>{(contract) => <Row contract={contract} />}</For>
                </tbody>
              </table>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  );
}

function Row(props: { contract: ContractsAnswer['contracts'][number] }) {
  const { router } = useTerminal();
  const contract = () => props.contract;
  const to = () => ({ fn: 'STL' as const, contract: contract().id, month: contract().latest?.month ?? null });
  return (
    <tr onClick={() => router.go(to())}>
      <th scope="row">
        <Go to={to()} class="mono">
          {contract().id}
        </Go>
      </th>
      <td class="wide-only" title={contract().form}>
        {contract().title}
      </td>
      <td class="mono muted wide-only">{contract().series}</td>
      <td class="num wide-only">{contract().latest?.gpu_hours ?? ''}</td>
      <Show
        when={contract().latest}
        fallback={
          <td colSpan={8} class="muted">
            {contract().series} has no fix yet, so no month has begun
          </td>
        }
      >
        {(month) => (
          <>
            <td class="mono">{month().month}</td>
            <td class="num">
              {month().counts.locked}
              <span class="faint">/{month().counts.scheduled}</span>
            </td>
            <td class="num">{month().counts.open + month().counts.provisional || ''}</td>
            <td class="num">{month().counts.missed || ''}</td>
            <td class="num">{month().price ?? '–'}</td>
            <td class="num">{month().range?.expected.price ?? ''}</td>
            <td class="num muted wide-only">{rangeWords(month().range) ?? ''}</td>
            <td>
              <span class={`light ${BANDS[month().band].light}`} aria-hidden="true" /> {BANDS[month().band].words}
              <Show when={!month().final}>
                <span class="muted">, at best</span>
              </Show>
            </td>
          </>
        )}
      </Show>
    </tr>
  );
}
