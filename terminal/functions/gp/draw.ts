import {
  ColorType,
  CrosshairMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  PriceScaleMode,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type FixPoint, FixSeries, type FixSeriesOptions } from './fix-series';
import type { Palette } from './palette';
import type { ChartLine, ChartSpec } from './spec';

export interface Drawing {
  /** Draws a spec in place of the one before. */
  show: (spec: ChartSpec, palette: Palette) => void;
  /** Puts the crosshair on a place, null takes it away. */
  point: (at: string | null) => void;
  destroy: () => void;
}

type Row = FixPoint | { time: Time };
type Handle = ISeriesApi<'Custom'>;

/** A place as the library has it: a date, or seconds since 1970. */
const timeOf = (at: string): Time => (at.includes('T') ? ((Date.parse(at) / 1000) as UTCTimestamp) : at);
const placeOf = (time: Time | undefined): string | null =>
  typeof time === 'number' ? new Date(time * 1000).toISOString() : typeof time === 'string' ? time : null;

/** Puts a chart into an element; `pointed` hears the place under the mouse. */
export function drawChart(element: HTMLElement, pointed: (at: string | null) => void): Drawing {
  const chart = createChart(element, {
    autoSize: true,
    // Without a locale of its own the library asks the browser's, which throws where there is none.
    localization: { locale: 'en-GB', dateFormat: 'yyyy-MM-dd' },
    layout: { fontFamily: '"IBM Plex Mono", monospace', fontSize: 11, attributionLogo: false },
    crosshair: { mode: CrosshairMode.Magnet },
    // The default of half a pixel a day would hide the beginning of a long history.
    timeScale: {
      minBarSpacing: 0.05,
      rightOffset: 3,
      fixLeftEdge: true,
      lockVisibleTimeRangeOnResize: true,
      timeVisible: false,
    },
    kineticScroll: { mouse: false, touch: false },
  });
  let handles: Handle[] = [];
  let shown: ChartSpec | null = null;

  chart.subscribeCrosshairMove((event) => {
    // A crosshair set by the keyboard comes back here too, without a point on the screen.
    if (event.sourceEvent) pointed(placeOf(event.time));
  });

  return {
    show: (spec, palette) => {
      const sameRange = shown !== null && JSON.stringify(shown.range) === JSON.stringify(spec.range);
      const kept = sameRange ? chart.timeScale().getVisibleLogicalRange() : null;
      for (const handle of handles) chart.removeSeries(handle);
      style(chart, spec, palette);
      handles = spec.lines.map((line) => addLine(chart, line, spec, palette));
      if (kept) chart.timeScale().setVisibleLogicalRange(kept);
      else zoom(chart, spec);
      shown = spec;
    },
    point: (place) => {
      const main = handles.at(-1);
      const points = shown?.lines.at(-1)?.points ?? [];
      if (place === null || !main) {
        chart.clearCrosshairPosition();
        return;
      }
      const at = points.findIndex((point) => point.at === place);
      // A strike without a value has a place on the time scale and none on the price scale: the last value lends one.
      const price = points.slice(0, at + 1).findLast((point) => point.value !== null)?.value ?? 0;
      chart.setCrosshairPosition(price, timeOf(place), main);
    },
    destroy: () => chart.remove(),
  };
}

function style(chart: IChartApi, spec: ChartSpec, palette: Palette): void {
  const crosshair = { color: palette.crosshair, labelBackgroundColor: palette.label, style: LineStyle.Dotted };
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: palette.ground }, textColor: palette.text },
    grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
    crosshair: { vertLine: crosshair, horzLine: crosshair },
    timeScale: { borderColor: palette.grid, timeVisible: spec.cadence === 'hourly', secondsVisible: false },
    rightPriceScale: {
      borderColor: palette.grid,
      mode: spec.scale === 'log' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal,
      scaleMargins: { top: 0.08, bottom: 0.08 },
    },
  });
}

function addLine(chart: IChartApi, line: ChartLine, spec: ChartSpec, palette: Palette): Handle {
  const colour = line.role === 'main' ? palette.line : palette.compared;
  const indexed = spec.unit !== 'USD/GPU-h';
  const handle = chart.addCustomSeries<FixPoint, FixSeriesOptions>(new FixSeries(), {
    palette,
    lineColor: colour,
    color: colour,
    band: line.band,
    marks: line.role === 'main',
    // In a comparison the label at the line's end says which is which.
    title: indexed ? line.label : '',
    priceLineVisible: false,
    // A suspended series has no value now, so its last one is not named at the edge as if it had.
    lastValueVisible: line.points.at(-1)?.value != null,
    priceFormat: indexed
      ? { type: 'price', precision: 1, minMove: 0.1 }
      : { type: 'price', precision: 4, minMove: 0.0001 },
  });
  handle.setData(rows(line));
  return handle as Handle;
}

function rows(line: ChartLine): Row[] {
  const all: Row[] = [];
  let gap = 0;
  let last: FixPoint | null = null;
  for (const point of line.points) {
    if (point.value === null) {
      gap += 1;
      all.push({ time: timeOf(point.at) });
      continue;
    }
    const row: FixPoint = {
      time: timeOf(point.at),
      value: point.value,
      low: point.low,
      high: point.high,
      level: point.level,
      gapBefore: last ? gap : 0,
      gapAfter: 0,
    };
    gap = 0;
    last = row;
    all.push(row);
  }
  if (last) last.gapAfter = gap;
  return all;
}

function zoom(chart: IChartApi, spec: ChartSpec): void {
  const start = spec.range?.from;
  if (start === undefined) return;
  // The time scale has a place for every place of any line.
  const places = [...new Set(spec.lines.flatMap(({ points }) => points.map(({ at }) => at)))].sort();
  const from = places.indexOf(start);
  const shown = places.length - from;
  chart.timeScale().setVisibleLogicalRange({ from: from - 0.5, to: places.length - 0.5 + shown * 0.02 });
}
