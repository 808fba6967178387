import './mon.css';
import { createMemo, createSelector, createSignal, For, Match, Show, Switch } from 'solid-js';
import { useActions, useTerminal } from '../../app/context';
import { createNarrow } from '../../parts/narrow';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { stamp, zoneName } from '../../parts/time';
import { EmptyMonitor } from './empty';
import { MonitorRow } from './row';
import { arrange, type ColumnId, formatSort, hasFix, nextSort, parseSort, tally } from './rows';

interface Column {
  id: ColumnId | 'now' | 'spark';
  head: string;
  unit?: string;
  number?: boolean;
  wideOnly?: boolean;
}

const COLUMNS: readonly Column[] = [
  { id: 'series', head: 'Series' },
  { id: 'name', head: 'Name', wideOnly: true },
  { id: 'value', head: 'Fix', unit: 'USD/GPU\u2011h', number: true },
  { id: 'change', head: 'Change', number: true, wideOnly: true },
  { id: 'percent', head: 'Change', unit: '%', number: true },
  { id: 'level', head: 'Level' },
  { id: 'status', head: 'Status', wideOnly: true },
  { id: 'providers', head: 'Providers', number: true, wideOnly: true },
  { id: 'date', head: 'Strike', wideOnly: true },
  { id: 'now', head: 'Now', unit: 'indicative', number: true, wideOnly: true },
  { id: 'spark', head: '30 strikes' },
];

const isSorted = (id: Column['id']): id is ColumnId => id !== 'spark' && id !== 'now';

/** MON: every series with its last fix, live. */
export function Monitor() {
  const { market, router, settings } = useTerminal();
  const narrow = createNarrow();
  const [selected, setSelected] = createSignal<string | null>(null);
  const isSelected = createSelector(selected);
  let body: HTMLTableSectionElement | undefined;
  let filterField: HTMLInputElement | undefined;

  const sort = createMemo(() => parseSort(router.query().get('sort')));
  const filter = () => router.query().get('filter') ?? '';
  const rows = createMemo(() => arrange(market.indices, filter(), sort()));
  const columns = createMemo(() => COLUMNS.filter((column) => !(narrow() && column.wideOnly)));
  const firstWithout = createMemo(() => rows().find((index) => !hasFix(index))?.series);
  const lastStrike = createMemo(() =>
    market.indices.reduce<string | null>(
      (last, index) => (index.latest && index.latest.strike > (last ?? '') ? index.latest.strike : last),
      null,
    ),
  );

  const move = (steps: number) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.findIndex((index) => index.series === selected());
    const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + steps))];
    if (!next) return;
    setSelected(next.series);
    // The focus itself moves, so that a screen reader says the row and Enter follows its link.
    body?.querySelector<HTMLElement>(`a[data-series="${CSS.escape(next.series)}"]`)?.focus();
  };
  useActions([
    { id: 'mon.next', title: 'Next series', group: 'MON', keys: ['j', 'ArrowDown'], run: () => move(1) },
    { id: 'mon.previous', title: 'Previous series', group: 'MON', keys: ['k', 'ArrowUp'], run: () => move(-1) },
    {
      id: 'mon.chart',
      title: 'Chart of the chosen series',
      group: 'MON',
      keys: ['Enter'],
      run: () => {
        const series = selected();
        if (series) router.go({ fn: 'GP', series });
      },
    },
    {
      id: 'mon.fix',
      title: 'Last fix of the chosen series',
      group: 'MON',
      keys: ['f'],
      when: () => selected() !== null,
      run: () => {
        const series = selected();
        if (series) router.go({ fn: 'FIX', series, date: null });
      },
    },
    {
      id: 'mon.filter',
      title: 'Filter the rows',
      group: 'MON',
      words: ['FILTER'],
      keys: ['\\'],
      run: () => filterField?.focus(),
    },
  ]);

  const heading = (column: Column) => (
    <>
      {column.head}
      <Show when={column.unit}>
        {' '}
        <span class="unit">{column.unit}</span>
      </Show>
      <Show when={sort()?.column === column.id}>
        <span aria-hidden="true">{sort()?.descending ? ' ↓' : ' ↑'}</span>
      </Show>
    </>
  );
  const ariaSort = (column: Column) =>
    sort()?.column === column.id ? (sort()?.descending ? 'descending' : 'ascending') : undefined;

  return (
    <section class="panel mon" aria-label="Monitor">
      <PanelTitle
        code="MON"
        aside={
          <>
            <Show when={lastStrike()}>
              {(strike) => (
                <span class="wide-only">
                  last strike <span class="mono">{stamp(strike(), settings.zone())}</span> {zoneName(settings.zone())}
                </span>
              )}
            </Show>
            <input
              ref={filterField}
              type="search"
              aria-label="Filter the rows"
              placeholder="filter  \"
              value={filter()}
              onInput={(event) => router.set({ filter: event.currentTarget.value || null })}
              onKeyDown={(event) => {
                if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
              }}
            />
          </>
        }
      >
        <Show when={market.state() === 'ready'} fallback="All series">
          {market.indices.length} series<span class="muted wide-only">: {tally(market.indices)}</span>
        </Show>
      </PanelTitle>
      <Switch>
        <Match when={market.state() === 'loading'}>
          <Skeleton rows={24} />
        </Match>
        <Match when={market.state() === 'failed' && market.error()}>
          {(error) => <Failure what="The series could not be read" error={error()} retry={() => void market.load()} />}
        </Match>
        <Match when={market.state() === 'ready'}>
          <div class="scroll">
            <Show when={!market.indices.some((index) => hasFix(index))}>
              <EmptyMonitor />
            </Show>
            <table>
              <thead>
                <tr>
                  <For each={columns()}>
                    {(column) => (
                      <th
                        scope="col"
                        class={`col-${column.id}`}
                        classList={{ num: column.number ?? false, sorts: isSorted(column.id) }}
                        aria-sort={ariaSort(column)}
                      >
                        <Show when={isSorted(column.id)} fallback={heading(column)}>
                          <button
                            type="button"
                            onClick={() => router.set({ sort: formatSort(nextSort(sort(), column.id as ColumnId)) })}
                          >
                            {heading(column)}
                          </button>
                        </Show>
                      </th>
                    )}
                  </For>
                </tr>
              </thead>
              <tbody ref={body}>
                <For each={rows()} fallback={<FilterEmpty filter={filter()} columns={columns().length} />}>
                  {(index) => (
                    <MonitorRow
                      index={index}
                      narrow={narrow()}
                      flash={market.flashes[index.series]}
                      selected={isSelected(index.series)}
                      groupStart={firstWithout() === index.series}
                      select={() => setSelected(index.series)}
                    />
                  )}
                </For>
              </tbody>
            </table>
          </div>
        </Match>
      </Switch>
    </section>
  );
}

function FilterEmpty(props: { filter: string; columns: number }) {
  return (
    <tr>
      <td colSpan={props.columns} class="muted">
        {props.filter ? `No series has “${props.filter}” in its name or status.` : 'The server knows no series.'}
      </td>
    </tr>
  );
}
