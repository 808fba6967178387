import './heat.css';
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import type { CapacityBoardAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { decimal } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { stamp, zoneName } from '../../parts/time';
import { type Cell, capacityRows, HEAT_REGIONS, MEASURES, priceRows } from './cells';

/** The strongest shade, in percent of the line colour: text must still stand off it by 4.5:1. */
const STRONGEST = 34;
const EMPTY = {
  price: 'No class has a fix with a value yet.',
  free: 'No source has shown any capacity yet: it comes with the looks of SRC.',
  utilisation:
    'No source shows what is rented beside what is free, so the utilisation is not known. It is not guessed.',
  stranded: 'No source has shown single machines for as many days as the rules ask: what stands stranded is not known.',
} as const;
const NAMES = { ALL: 'All', US: 'US', EU: 'EU', APAC: 'APAC', OTHER: 'Other', UNKNOWN: 'Not stated' } as const;

/** HEAT: price or capacity, class by region. */
export default function HeatFunction() {
  const { market, router, settings } = useTerminal();
  const measure = () => MEASURES.find(({ id }) => id === router.query().get('of')) ?? MEASURES[0];
  const capacity = createQuery<true, CapacityBoardAnswer>(
    () => (measure().id === 'price' ? null : true),
    (_, signal) => api.capacity(signal),
  );
  const rows = createMemo(() => {
    if (measure().id === 'price') return priceRows(market.indices);
    const answer = capacity.data();
    return answer ? capacityRows(answer, measure().id) : [];
  });
  /** Regions with something to show; what is not placed only where there is any. */
  const regions = createMemo(() =>
    HEAT_REGIONS.filter(
      (region) =>
        region === 'ALL' ||
        rows().some(({ cells }) =>
          region === 'UNKNOWN' ? Number(cells[region].text) > 0 : cells[region].text !== null,
        ),
    ),
  );
  const ready = () => (measure().id === 'price' ? market.state() === 'ready' : capacity.data() !== undefined);
  const venues = () => [...new Set(capacity.data()?.classes.flatMap(({ coverage }) => coverage.venues_showing))];
  return (
    <section class="panel heat" aria-label="Class by region">
      <PanelTitle
        code="HEAT"
        aside={
          <Show when={measure().id !== 'price' && capacity.data()}>
            {(answer) => (
              <span>
                as of <span class="mono">{stamp(answer().at, settings.zone())}</span> {zoneName(settings.zone())}
              </span>
            )}
          </Show>
        }
      >
        {measure().name} by class and region <span class="unit">{measure().unit}</span>
      </PanelTitle>
      <div class="tools" role="toolbar" aria-label="What is shown">
        <For each={MEASURES}>
          {(one) => (
            <button
              type="button"
              class="button"
              aria-pressed={measure().id === one.id}
              onClick={() => router.set({ of: one.id === 'price' ? null : one.id })}
            >
              {one.name}
            </button>
          )}
        </For>
      </div>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={16} />}>
          <Match when={measure().id !== 'price' && capacity.error()}>
            {(error) => <Failure what="Capacity could not be read" error={error()} retry={capacity.refetch} />}
          </Match>
          <Match when={ready() && rows().length === 0}>
            <section class="notice">
              <p>{EMPTY[measure().id]}</p>
            </section>
          </Match>
          <Match when={ready()}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Class</th>
                  <For each={regions()}>
                    {(region) => (
                      <th scope="col" class="num">
                        {NAMES[region]}
                      </th>
                    )}
                  </For>
                </tr>
              </thead>
              <tbody>
                <For each={rows()}>
                  {(row) => (
                    <tr>
                      <th scope="row" class="mono">
                        <Go to={{ fn: 'CRV', hardwareClass: row.hardwareClass }}>{row.hardwareClass}</Go>
                      </th>
                      <For each={regions()}>
                        {(region) => <HeatCell cell={row.cells[region]} places={measure().places} />}
                      </For>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <p class="note">
              <Show
                when={measure().id !== 'price'}
                fallback="Headline of the last strike; each class is shaded by its own regions, the stronger the dearer. An empty cell has no fix of that region."
              >
                Shown by {venues().join(', ') || 'no venue'} alone; what other venues have is not known. An empty cell
                is unknown, not 0, or a share of nothing. Free alone says nothing of what is rented: utilisation needs a
                source that shows both.
              </Show>
            </p>
          </Match>
        </Switch>
      </div>
    </section>
  );
}

function HeatCell(props: { cell: Cell; places: number }) {
  const ground = () =>
    props.cell.strength > 0
      ? `color-mix(in srgb, var(--line-2) ${(props.cell.strength * STRONGEST).toFixed(0)}%, var(--ground))`
      : '';
  return (
    <td class="num cell" style={{ background: ground() }} title={props.cell.reason ?? undefined}>
      <Show when={props.cell.text} fallback={<span class="faint">{props.cell.reason ? 'suspended' : ''}</span>}>
        {(text) => (
          <Show when={props.cell.series} fallback={decimal(Number(text()).toFixed(props.places), props.places)}>
            {(series) => <Go to={{ fn: 'FIX', series: series(), date: null }}>{decimal(text(), props.places)}</Go>}
          </Show>
        )}
      </Show>
    </td>
  );
}
