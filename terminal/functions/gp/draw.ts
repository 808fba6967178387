import {
  ColorType,
  CrosshairMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  PriceScaleMode,
  type Time,
} from 'lightweight-charts';
import { type FixPoint, FixSeries, type FixSeriesOptions } from './fix-series';
import type { Palette } from './palette';
import type { ChartLine, ChartSpec } from './spec';

export interface Drawing {
  /** Draws a spec in place of the one before. */
  show: (spec: ChartSpec, palette: Palette) => void;
  /** Puts the crosshair on a date, null takes it away. */
  point: (date: string | null) => void;
  destroy: () => void;
}

type Row = FixPoint | { time: Time };
type Handle = ISeriesApi<'Custom'>;

/** Puts a chart into an element; `pointed` hears the date under the mouse. */
export function drawChart(element: HTMLElement, pointed: (date: string | null) => void): Drawing {
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
    if (event.sourceEvent) pointed(typeof event.time === 'string' ? event.time : null);
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
    point: (date) => {
      const main = handles.at(-1);
      const points = shown?.lines.at(-1)?.points ?? [];
      if (date === null || !main) {
        chart.clearCrosshairPosition();
        return;
      }
      const at = points.findIndex((point) => point.date === date);
      // A strike without a value has a place on the time scale and none on the price scale: the last value lends one.
      const price = points.slice(0, at + 1).findLast((point) => point.value !== null)?.value ?? 0;
      chart.setCrosshairPosition(price, date, main);
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
    timeScale: { borderColor: palette.grid },
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
      all.push({ time: point.date });
      continue;
    }
    const row: FixPoint = {
      time: point.date,
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
  const points = spec.lines.at(-1)?.points ?? [];
  const from = points.findIndex((point) => point.date === spec.range?.from);
  if (from < 0) return;
  const days = points.length - from;
  chart.timeScale().setVisibleLogicalRange({ from: from - 0.5, to: points.length - 0.5 + days * 0.02 });
}
