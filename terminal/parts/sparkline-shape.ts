import { forDrawing } from './number';

export interface SparklineShape {
  /** SVG path: one sub-path for every unbroken run, so that a gap is a gap. */
  path: string;
  last: { x: number; y: number } | null;
}

/** The path of a sparkline in a box; null values break the line, a lone value is a dot. */
export function sparklineShape(
  values: readonly (string | null)[],
  width: number,
  height: number,
  pad = 2,
): SparklineShape {
  const numbers = values.map(forDrawing);
  const present = numbers.filter((value) => value !== null);
  if (present.length === 0) return { path: '', last: null };
  const low = Math.min(...present);
  const span = Math.max(...present) - low;
  const step = numbers.length > 1 ? (width - 2 * pad) / (numbers.length - 1) : 0;
  const y = (value: number) => (span === 0 ? height / 2 : height - pad - ((value - low) / span) * (height - 2 * pad));
  let path = '';
  let drawing = false;
  let last: SparklineShape['last'] = null;
  numbers.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const point = { x: round(pad + index * step), y: round(y(value)) };
    const alone = !drawing && (numbers[index + 1] ?? null) === null;
    path += alone ? `M${point.x} ${point.y}h.01` : `${drawing ? 'L' : 'M'}${point.x} ${point.y}`;
    drawing = true;
    last = point;
  });
  // A dot at the end only where the line reaches the last strike: a series suspended today has no "now".
  return { path, last: numbers.at(-1) === null ? null : last };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
