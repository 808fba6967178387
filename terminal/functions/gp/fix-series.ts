import {
  type CustomBarItemData,
  type CustomData,
  type CustomSeriesOptions,
  type CustomSeriesWhitespaceData,
  customSeriesDefaultOptions,
  type ICustomSeriesPaneRenderer,
  type ICustomSeriesPaneView,
  type PaneRendererCustomData,
  type PriceToCoordinateConverter,
  type Time,
} from 'lightweight-charts';
import type { Level } from '#api/types';
import { type Mark, markOf } from '../../parts/level';
import type { Palette } from './palette';

/** A fix with a value, as the chart keeps it. */
export interface FixPoint extends CustomData<Time> {
  value: number;
  low: number | null;
  high: number | null;
  level: Level | null;
  /** Days, or hours, without a value before this one: the line does not cross them. */
  gapBefore: number;
  /** The same after the last one. */
  gapAfter: number;
}

export interface FixSeriesOptions extends CustomSeriesOptions {
  palette: Palette;
  lineColor: string;
  band: boolean;
  marks: boolean;
}

type Target = Parameters<ICustomSeriesPaneRenderer['draw']>[0];
type Bar = CustomBarItemData<Time, FixPoint>;

interface Place {
  bar: Bar;
  x: number;
  y: number;
}

/** Marks on every strike need this much room; with less they stand only where the level changes. */
const ROOM_FOR_MARKS_PX = 9;

/**
 * A series of fixes for lightweight-charts, whose own line would cross gaps: the band under the line, the line broken
 * where there is no value, and the level's mark on it.
 */
export class FixSeries implements ICustomSeriesPaneView<Time, FixPoint, FixSeriesOptions>, ICustomSeriesPaneRenderer {
  #data: PaneRendererCustomData<Time, FixPoint> | null = null;
  #options: FixSeriesOptions | null = null;

  renderer(): ICustomSeriesPaneRenderer {
    return this;
  }

  update(data: PaneRendererCustomData<Time, FixPoint>, options: FixSeriesOptions): void {
    this.#data = data;
    this.#options = options;
  }

  priceValueBuilder(point: FixPoint): number[] {
    // The last of the values is the one that the price line and its label show.
    const band =
      this.#options?.band !== false && point.low !== null && point.high !== null ? [point.low, point.high] : [];
    return [...band, point.value];
  }

  isWhitespace(data: FixPoint | CustomSeriesWhitespaceData<Time>): data is CustomSeriesWhitespaceData<Time> {
    return (data as Partial<FixPoint>).value === undefined;
  }

  defaultOptions(): FixSeriesOptions {
    const none = '';
    const palette: Palette = {
      ground: none,
      text: none,
      grid: none,
      crosshair: none,
      label: none,
      line: none,
      compared: none,
      band: none,
      gap: none,
      mark: none,
    };
    return { ...customSeriesDefaultOptions, palette, lineColor: none, band: true, marks: true };
  }

  draw(target: Target, price: PriceToCoordinateConverter): void {
    const data = this.#data;
    const options = this.#options;
    if (!data?.visibleRange || !options) return;
    const { from, to } = data.visibleRange;
    const places: Place[] = [];
    // Only bars in the visible range have a place on the screen.
    for (const bar of data.bars.slice(from, to)) {
      const y = price(bar.originalData.value);
      if (y !== null) places.push({ bar, x: bar.x, y });
    }
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.save();
      if (options.marks) drawGaps(context, places, data.barSpacing, mediaSize.height, options.palette);
      const runs = unbroken(places);
      if (options.band) for (const run of runs) drawBand(context, run, price, options.palette.band);
      for (const run of runs) drawLine(context, run, options.lineColor);
      if (options.marks) drawMarks(context, places, data.barSpacing, options.palette);
      context.restore();
    });
  }
}

function unbroken(places: readonly Place[]): Place[][] {
  const runs: Place[][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run && place.bar.originalData.gapBefore === 0) run.push(place);
    else runs.push([place]);
  }
  return runs;
}

function drawGaps(
  context: CanvasRenderingContext2D,
  places: readonly Place[],
  spacing: number,
  height: number,
  palette: Palette,
): void {
  const gap = (from: number, days: number) => {
    context.fillStyle = palette.gap;
    context.fillRect(from, 0, days * spacing, height);
    if (days * spacing >= 10) drawMark(context, from + (days * spacing) / 2, height - 10, 'struck', palette);
  };
  for (const { bar, x } of places) {
    const { gapBefore, gapAfter } = bar.originalData;
    if (gapBefore > 0) gap(x - spacing * (gapBefore + 0.5), gapBefore);
    if (gapAfter > 0) gap(x + spacing / 2, gapAfter);
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  run: readonly Place[],
  price: PriceToCoordinateConverter,
  colour: string,
): void {
  const edge = (place: Place, side: 'low' | 'high') => {
    const value = place.bar.originalData[side];
    return value === null ? place.y : (price(value) ?? place.y);
  };
  context.beginPath();
  for (const place of run) context.lineTo(place.x, edge(place, 'high'));
  for (const place of run.toReversed()) context.lineTo(place.x, edge(place, 'low'));
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

function drawLine(context: CanvasRenderingContext2D, run: readonly Place[], colour: string): void {
  context.beginPath();
  for (const { x, y } of run) context.lineTo(x, y);
  // A lone strike between two gaps is a short dash, so that it can be seen.
  const [only] = run;
  if (run.length === 1 && only) {
    context.moveTo(only.x - 1.5, only.y);
    context.lineTo(only.x + 1.5, only.y);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.lineJoin = 'round';
  context.stroke();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  places: readonly Place[],
  spacing: number,
  palette: Palette,
): void {
  let before: Mark | null = null;
  let lastX = Number.NEGATIVE_INFINITY;
  for (const { bar, x, y } of places) {
    const mark = markOf(bar.originalData.level);
    const changed = mark !== before;
    if (spacing < ROOM_FOR_MARKS_PX && (!changed || x - lastX < ROOM_FOR_MARKS_PX)) continue;
    drawMark(context, x, y, mark, palette);
    before = mark;
    lastX = x;
  }
}

/** The mark of the tables, on a canvas. */
function drawMark(context: CanvasRenderingContext2D, x: number, y: number, mark: Mark, palette: Palette): void {
  const radius = 3.4;
  context.save();
  context.translate(x, y);
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fillStyle = mark === 'solid' ? palette.mark : palette.ground;
  context.fill();
  context.strokeStyle = palette.mark;
  context.lineWidth = 1.2;
  if (mark === 'dashed') context.setLineDash([2.1, 1.46]);
  context.stroke();
  if (mark === 'half') {
    context.beginPath();
    context.arc(0, 0, radius, Math.PI / 2, (3 * Math.PI) / 2);
    context.fillStyle = palette.mark;
    context.fill();
  } else if (mark === 'struck') {
    context.beginPath();
    context.moveTo(-4, 4);
    context.lineTo(4, -4);
    context.stroke();
  }
  context.restore();
}
