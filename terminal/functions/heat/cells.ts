import type { CapacityBoardAnswer, ClassCapacity } from '#api/types';
import type { Index } from '../../data/market';

export const HEAT_REGIONS = ['ALL', 'US', 'EU', 'APAC', 'OTHER', 'UNKNOWN'] as const;
export type HeatRegion = (typeof HEAT_REGIONS)[number];

export const MEASURES = [
  { id: 'price', name: 'Price', unit: 'USD/GPU-h', places: 4 },
  { id: 'free', name: 'Free', unit: 'GPUs', places: 0 },
  { id: 'utilisation', name: 'Utilisation', unit: '%', places: 1 },
  { id: 'stranded', name: 'Stranded', unit: '% of offered', places: 1 },
] as const;
export type Measure = (typeof MEASURES)[number]['id'];

/** One cell: what is shown as text, and how strongly it is shaded, 0 to 1. Without a value it says why, if anybody knows. */
export interface Cell {
  text: string | null;
  strength: number;
  reason: string | null;
  /** For a price: the series that gave it. */
  series: string | null;
}
export interface HeatRow {
  hardwareClass: string;
  cells: Record<HeatRegion, Cell>;
}

const empty: Cell = { text: null, strength: 0, reason: null, series: null };

/** Shading by how a value stands between the least and the most of what it is compared with. */
function shade(cells: readonly Cell[]): void {
  const values = cells.flatMap(({ text }) => (text === null ? [] : [Number(text)]));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  for (const cell of cells) {
    if (cell.text !== null && high > low) cell.strength = (Number(cell.text) - low) / (high - low);
  }
}

function rowOf(hardwareClass: string, cellOf: (region: HeatRegion) => Cell): HeatRow {
  const cells = Object.fromEntries(HEAT_REGIONS.map((region) => [region, cellOf(region)])) as HeatRow['cells'];
  return { hardwareClass, cells };
}

/** The headline of each class by region. Classes are no market of each other's: each is shaded by its own regions alone. */
export function priceRows(indices: readonly Index[]): HeatRow[] {
  const byId = new Map(indices.map((index) => [index.series, index]));
  const classes = [...new Set(indices.filter((index) => index.latest).map((index) => index.hardware_class))].sort();
  return classes.flatMap((id) => {
    const row = rowOf(id, (region) => {
      if (region === 'OTHER' || region === 'UNKNOWN') return { ...empty };
      const series = `CSI-${id}${region === 'ALL' ? '' : `.${region}`}`;
      const latest = byId.get(series)?.latest;
      if (!latest) return { ...empty };
      return { text: latest.value, strength: 0, reason: latest.value === null ? latest.reason : null, series };
    });
    const all = Object.values(row.cells);
    shade(all.filter((cell) => cell !== row.cells.ALL));
    return all.some(({ text }) => text !== null) ? [row] : [];
  });
}

function capacityText(row: ClassCapacity, region: HeatRegion, measure: Measure): string | null {
  const capacity = region === 'ALL' ? row.total : row.regions[region];
  const part = measure === 'utilisation' ? capacity.utilisation : capacity.stranded_share;
  if (measure === 'free') return capacity.free === null ? null : String(capacity.free);
  return part === null ? null : String(Number(part) * 100);
}

/** Capacity of each class by region, shaded over the whole table: GPUs are counted, and shares compare. */
export function capacityRows(answer: CapacityBoardAnswer, measure: Measure): HeatRow[] {
  const rows = answer.classes.map((one) =>
    rowOf(one.hardware_class, (region) => ({ ...empty, text: capacityText(one, region, measure) })),
  );
  shade(rows.flatMap(({ cells }) => HEAT_REGIONS.flatMap((region) => (region === 'ALL' ? [] : [cells[region]]))));
  return rows.filter(({ cells }) => Object.values(cells).some(({ text }) => text !== null));
}
