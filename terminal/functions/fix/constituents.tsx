import './constituents.css';
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import type { InputsAnswer } from '#api/types';
import { useActions } from '../../app/context';
import type { Query } from '../../data/query';
import { moveFocus } from '../../parts/focus';
import { count } from '../../parts/number';
import { Failure, Skeleton } from '../../parts/panel';
import { ConstituentRow } from './constituent-row';
import { arrangeConstituents, type ConstituentColumn, type ConstituentSort, largestWeight, type Shown } from './rows';

const COLUMNS: readonly { id: ConstituentColumn; head: string; unit?: string; number?: boolean }[] = [
  { id: 'provider', head: 'Provider' },
  { id: 'venue', head: 'Venue' },
  { id: 'evidence', head: 'Evidence' },
  { id: 'source', head: 'Source' },
  { id: 'gpus', head: 'GPUs', number: true },
  { id: 'price', head: 'As quoted', number: true },
  { id: 'price_basis', head: 'Basis' },
  { id: 'normalised_price', head: 'Normalised', unit: 'USD/GPU-h', number: true },
  { id: 'weight', head: 'Weight', unit: '%', number: true },
  { id: 'stood_seconds', head: 'Stood', unit: 'h', number: true },
  { id: 'reason', head: 'Left out because' },
];
const SHOWN: readonly Shown[] = ['all', 'included', 'excluded'];
/** Rows drawn at once; a fix may have thousands. */
const PAGE = 200;

/** Every observation considered, and what became of it. */
export function Constituents(props: { query: Query<InputsAnswer>; hash: string }) {
  const [shown, setShown] = createSignal<Shown>('all');
  const [sort, setSort] = createSignal<ConstituentSort>({ column: 'weight', descending: true });
  const [limit, setLimit] = createSignal(PAGE);
  let body: HTMLTableSectionElement | undefined;

  const inputs = () => props.query.data()?.inputs ?? [];
  const rows = createMemo(() => arrangeConstituents(inputs(), shown(), sort()));
  const largest = createMemo(() => largestWeight(inputs()));
  const counted = (which: Shown) =>
    which === 'all' ? inputs().length : inputs().filter((input) => input.included === (which === 'included')).length;
  const sortBy = (column: ConstituentColumn, number: boolean) =>
    setSort((before) =>
      before.column === column ? { column, descending: !before.descending } : { column, descending: number },
    );
  const foreign = () => {
    const of = props.query.data()?.fix_hash;
    return of !== undefined && of !== props.hash;
  };
  useActions([
    {
      id: 'fix.down',
      title: 'Next constituent; Enter opens it',
      group: 'FIX',
      keys: ['j'],
      run: () => moveFocus(body, 'th button', 1),
    },
    {
      id: 'fix.up',
      title: 'Previous constituent',
      group: 'FIX',
      keys: ['k'],
      run: () => moveFocus(body, 'th button', -1),
    },
  ]);

  return (
    <section class="constituents">
      <header>
        <h3>Constituents</h3>
        <For each={SHOWN}>
          {(which) => (
            <button type="button" class="button" aria-pressed={shown() === which} onClick={() => setShown(which)}>
              {which} <span class="mono">{count(counted(which))}</span>
            </button>
          )}
        </For>
        <Show when={foreign()}>
          <span class="bad-text" role="alert">
            these belong to fix {props.query.data()?.fix_hash.slice(0, 12)}…, not to the one above
          </span>
        </Show>
      </header>
      <Switch fallback={<Skeleton rows={10} />}>
        <Match when={props.query.error()}>
          {(error) => <Failure what="The constituents could not be read" error={error()} retry={props.query.refetch} />}
        </Match>
        <Match when={props.query.data()}>
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <For each={COLUMNS}>
                    {(column) => (
                      <th
                        scope="col"
                        class={`sorts c-${column.id}`}
                        classList={{ num: column.number ?? false }}
                        aria-sort={
                          sort().column === column.id ? (sort().descending ? 'descending' : 'ascending') : undefined
                        }
                      >
                        <button type="button" onClick={() => sortBy(column.id, column.number ?? false)}>
                          {column.head} <span class="unit">{column.unit}</span>
                          <Show when={sort().column === column.id}>
                            <span aria-hidden="true">{sort().descending ? ' ↓' : ' ↑'}</span>
                          </Show>
                        </button>
                      </th>
                    )}
                  </For>
                </tr>
              </thead>
              <tbody ref={body}>
                <For
                  each={rows().slice(0, limit())}
                  fallback={
                    <tr>
                      <td colSpan={COLUMNS.length} class="muted">
                        None{shown() === 'all' ? ': no observation fell into the window' : ` ${shown()}`}.
                      </td>
                    </tr>
                  }
                >
                  {(input) => <ConstituentRow input={input} largest={largest()} columns={COLUMNS.length} />}
                </For>
              </tbody>
            </table>
          </div>
          <Show when={rows().length > limit()}>
            <p class="more">
              <button type="button" class="button" onClick={() => setLimit((before) => before + PAGE * 5)}>
                show more
              </button>{' '}
              <span class="muted">
                {count(limit())} of {count(rows().length)} shown
              </span>
            </p>
          </Show>
        </Match>
      </Switch>
    </section>
  );
}
