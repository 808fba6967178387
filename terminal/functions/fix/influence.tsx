import { createMemo, For, Show } from 'solid-js';
import type { FixInfluence, FixProvider, FixRecord } from '#api/types';
import { Change } from '../../parts/change';
import { compareDecimal, decimal, percent } from '../../parts/number';

interface Row {
  influence: FixInfluence | null;
  provider: FixProvider | null;
}

const size = (row: Row) => (row.influence?.change ?? '0').replace(/^[-+]/, '');

/** Who moves the fix: providers with price and share, and the fix without each, largest influence first; then venues. */
export function Influence(props: { record: FixRecord }) {
  const providers = createMemo<Row[]>(() => {
    const influences = new Map(props.record.influence.providers.map((influence) => [influence.id, influence]));
    const known = new Set(props.record.providers.map((provider) => provider.provider));
    const rows: Row[] = props.record.providers.map((provider) => ({
      provider,
      influence: influences.get(provider.provider) ?? null,
    }));
    for (const influence of props.record.influence.providers)
      if (!known.has(influence.id)) rows.push({ provider: null, influence });
    return rows.sort((a, b) => compareDecimal(size(b), size(a)));
  });
  const venues = createMemo<Row[]>(() =>
    props.record.influence.venues
      .map((influence) => ({ influence, provider: null }))
      .sort((a, b) => compareDecimal(size(b), size(a))),
  );
  return (
    <section class="influence">
      <h3>Influence: the fix without each, largest first</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <section class="bounded" tabIndex={0} aria-label="Influence, list">
        <table>
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col" class="num">
                Price
              </th>
              <th scope="col" class="num">
                Share <span class="unit">%</span>
              </th>
              <th scope="col" class="num">
                Fix without
              </th>
              <th scope="col" class="num">
                Moves <span class="unit">%</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={providers()} fallback={<Nobody />}>
              {(row) => <InfluenceRow row={row} />}
            </For>
            <Show when={venues().length > 0}>
              <tr class="sub">
                <th scope="rowgroup" colSpan={5}>
                  Venues, all their hosts together
                </th>
              </tr>
              <For each={venues()}>{(row) => <InfluenceRow row={row} />}</For>
            </Show>
          </tbody>
        </table>
      </section>
    </section>
  );
}

function InfluenceRow(props: { row: Row }) {
  const without = () => props.row.influence?.value_without;
  return (
    <tr>
      <th scope="row">{props.row.provider?.provider ?? props.row.influence?.id}</th>
      <td class="num">{props.row.provider ? decimal(props.row.provider.price, 4) : ''}</td>
      <td class="num">{props.row.provider ? percent(props.row.provider.share) : ''}</td>
      <td class="num">
        <Show when={without()} fallback={<span class="muted">{props.row.influence ? 'none left' : ''}</span>}>
          {(value) => decimal(value(), 4)}
        </Show>
      </td>
      <td class="num">
        <Show when={props.row.influence?.change}>{(change) => <Percentage share={change()} />}</Show>
      </td>
    </tr>
  );
}

/** A relative change shown as a signed percentage. */
function Percentage(props: { share: string }) {
  return <Change value={percent(props.share, 2).replace('\u2212', '-')} places={2} arrow />;
}

function Nobody() {
  return (
    <tr>
      <td colSpan={5} class="muted">
        No provider carried weight.
      </td>
    </tr>
  );
}
