/** One line of a plot: a value at each place on the x axis, null where there is none. */
export interface PlotLine {
  /** At the line's end; empty for none. */
  label: string;
  values: readonly (number | null)[];
}

/** The least an axis spans, as a part of its values. */
const LEAST_SPAN = 0.02;
/** No value of ours is as small: what spans less spans nothing. */
const NOTHING = 1e-12;

/** Round values of an axis that covers all points, ascending. None where there is no point. */
export function ticksOf(values: readonly number[], wanted = 5): number[] {
  if (values.length === 0) return [];
  const low = Math.min(...values);
  const high = Math.max(...values);
  // One value alone still needs an axis of some height, and noise must not fill it.
  const found = Math.max(high - low, Math.max(Math.abs(high), Math.abs(low)) * LEAST_SPAN);
  const span = found > NOTHING ? found : 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Decimals that tell the values of an axis apart. */
export function decimalsOf(ticks: readonly number[]): number {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
}

/** The stretches of a line without a gap, as places on the x axis: a gap is drawn as one. */
export function stretchesOf(values: readonly (number | null)[], broken: ReadonlySet<number> = new Set()): number[][] {
  const stretches: number[][] = [];
  let open: number[] = [];
  const close = () => {
    if (open.length > 0) stretches.push(open);
    open = [];
  };
  values.forEach((value, index) => {
    if (broken.has(index)) close();
    if (value === null) close();
    else open.push(index);
  });
  close();
  return stretches;
}
