import './plot.css';
import { createMemo, For, Show } from 'solid-js';
import { decimalsOf, type PlotLine, stretchesOf, ticksOf } from './plot-scale';

/** Where the drawing stands in its box: the same sides as in plot.css, in pixels. */
const LEFT = 56;
const SIDES = 150;
const TOP = 4;
const BELOW = 24;

const across = (part: number) => `calc(${LEFT}px + (100% - ${SIDES}px) * ${part})`;
const down = (part: number) => `calc(${TOP}px + (100% - ${BELOW}px) * ${part})`;

/**
 * Lines over places on an x axis, drawn from plain data. Gaps are gaps, the last value is named at the edge, and the numbers stand in a
 * table beside it, so that it is a picture to a screen reader.
 */
export function Plot(props: {
  label: string;
  lines: readonly PlotLine[];
  /** What stands under each place; empty for none. */
  ticks: readonly string[];
  /** Places before which every line is broken: what follows is another product. */
  broken?: ReadonlySet<number>;
  dots?: boolean;
  cursor?: number | null;
  point?: (place: number | null) => void;
}) {
  const places = () => Math.max(1, props.ticks.length - 1);
  const x = (place: number) => (props.ticks.length === 1 ? 0.5 : place / places());
  const ticks = createMemo(() =>
    ticksOf(props.lines.flatMap(({ values }) => values.filter((value) => value !== null))),
  );
  const y = (value: number) => {
    const [first, last] = [ticks()[0] ?? 0, ticks().at(-1) ?? 1];
    return 1 - (value - first) / (last - first);
  };
  const nearest = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.round(((event.clientX - box.left) / box.width) * places());
    props.point?.(Math.max(0, Math.min(props.ticks.length - 1, place)));
  };
  return (
    <div class="plot" role="img" aria-label={props.label}>
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={nearest}
        onPointerLeave={() => props.point?.(null)}
      >
        {/* What the pointer hears: an empty picture would hear nothing between its lines. */}
        <rect width="1" height="1" fill="transparent" />
        <For each={ticks()}>{(tick) => <line x1="0" x2="1" y1={y(tick)} y2={y(tick)} />}</For>
        <Show when={props.cursor != null}>
          <line class="at" x1={x(props.cursor ?? 0)} x2={x(props.cursor ?? 0)} y1="0" y2="1" />
        </Show>
        <For each={props.lines}>
          {(line, index) => (
            <For each={stretchesOf(line.values, props.broken)}>
              {(stretch) => (
                <polyline
                  class={`line-${index()}`}
                  points={stretch.map((place) => `${x(place)},${y(line.values[place] ?? 0)}`).join(' ')}
                />
              )}
            </For>
          )}
        </For>
      </svg>
      <For each={ticks()}>
        {(tick) => (
          <span class="tick-y" style={{ top: down(y(tick)) }}>
            {tick.toFixed(decimalsOf(ticks())).replace('-', '\u2212')}
          </span>
        )}
      </For>
      <For each={props.ticks}>
        {(tick, place) => (
          <Show when={tick}>
            <span class="tick-x" style={{ left: across(x(place())) }}>
              {tick}
            </span>
          </Show>
        )}
      </For>
      <For each={props.lines}>
        {(line, index) => {
          const last = () => line.values.findLast((value) => value !== null) ?? null;
          return (
            <>
              <Show when={last() !== null && line.label}>
                <span class="end" style={{ top: down(y(last() ?? 0)) }}>
                  {line.label}
                </span>
              </Show>
              <Show when={props.dots}>
                <For each={line.values}>
                  {(value, place) => (
                    <Show when={value !== null}>
                      <span
                        class={`dot line-${index()}`}
                        style={{ left: across(x(place())), top: down(y(value ?? 0)) }}
                      />
                    </Show>
                  )}
                </For>
              </Show>
            </>
          );
        }}
      </For>
    </div>
  );
}
