import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** One observation: what an item did in a cell. The value is a logarithm. */
export interface Observation {
  item: string;
  cell: string;
  value: number;
}

/** What the regression says of one item, relative to the reference. */
export interface ItemEffect {
  /** Difference of logarithms: 0 for the reference. */
  effect: number;
  /** Of the effect; null where no observation is left over to judge by. */
  standardError: number | null;
  /** Cells it shares with another item. */
  cells: number;
}

/** A country-product-dummy regression: value = item + cell. */
export interface CpdFit {
  effects: ReadonlyMap<string, ItemEffect>;
  /** Per cell, the value of the reference there as fitted. */
  cellEffects: ReadonlyMap<string, number>;
  /** Items that share cells with others, but that no chain of shared cells joins to the reference: they get no effect. */
  unconnected: readonly string[];
  /** Observations used, after cells of one item alone were left out. */
  observations: number;
  /** Standard deviation of what the fit leaves; null where no observation is left over. */
  residualDeviation: number | null;
}

const inCodeUnitOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function groupBy(observations: readonly Observation[], key: 'item' | 'cell'): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>();
  for (const one of observations) {
    const group = groups.get(one[key]);
    if (group) group.push(one);
    else groups.set(one[key], [one]);
  }
  return groups;
}

/** The items that a chain of shared cells joins to the reference. */
function connectedTo(reference: string, observations: readonly Observation[]): Set<string> {
  const byItem = groupBy(observations, 'item');
  const byCell = groupBy(observations, 'cell');
  const reached = new Set<string>(byItem.has(reference) ? [reference] : []);
  // A set grows while it is walked: whatever is added is walked too.
  for (const item of reached) {
    for (const { cell } of byItem.get(item) ?? []) {
      for (const neighbour of byCell.get(cell) ?? []) reached.add(neighbour.item);
    }
  }
  return reached;
}

/**
 * The normal equations of the items alone, with the cells swept out (each cell's mean taken from its observations): as many equations as
 * items without the reference. The matrix is a graph's Laplacian with the reference struck out: positive definite, because every item is
 * connected to the reference.
 */
function normalEquations(items: readonly string[], cells: Iterable<readonly Observation[]>) {
  const index = new Map(items.map((item, at) => [item, at]));
  const matrix = Matrix.zeros(items.length, items.length);
  const right = Matrix.zeros(items.length, 1);
  for (const cell of cells) {
    const mean = cell.reduce((sum, { value }) => sum + value, 0) / cell.length;
    for (const { item, value } of cell) {
      const row = index.get(item);
      if (row === undefined) continue;
      right.set(row, 0, right.get(row, 0) + value - mean);
      matrix.set(row, row, matrix.get(row, row) + 1);
      for (const other of cell) {
        const column = index.get(other.item);
        if (column !== undefined) matrix.set(row, column, matrix.get(row, column) - 1 / cell.length);
      }
    }
  }
  return { matrix, right };
}

function expectOnePerCell(observations: readonly Observation[]): void {
  observations.forEach((one, at) => {
    const before = observations[at - 1];
    if (before?.item === one.item && before.cell === one.cell) {
      throw new RangeError(`${one.item} stands twice in the cell ${one.cell}: it must be one observation`);
    }
  });
}

/**
 * Fits value = item + cell by least squares, the reference at 0. Cells of one item alone are left out, since they only fit themselves, and
 * so is whatever no chain of shared cells joins to the reference. The order of the observations does not matter, to the last bit.
 * Standard errors are the classical ones: one residual variance for all cells.
 * @throws RangeError when an item stands twice in a cell
 */
export function countryProductDummy(observations: readonly Observation[], reference: string): CpdFit {
  const sorted = observations.toSorted((a, b) => inCodeUnitOrder(a.cell, b.cell) || inCodeUnitOrder(a.item, b.item));
  expectOnePerCell(sorted);
  const alone = new Set([...groupBy(sorted, 'cell')].filter(([, group]) => group.length < 2).map(([cell]) => cell));
  const shared = sorted.filter(({ cell }) => !alone.has(cell));
  const connected = connectedTo(reference, shared);
  const unconnected = [...groupBy(shared, 'item').keys()].filter((item) => !connected.has(item)).sort(inCodeUnitOrder);
  const used = shared.filter(({ item }) => connected.has(item));
  const byItem = groupBy(used, 'item');
  const byCell = groupBy(used, 'cell');
  const items = [...connected].filter((item) => item !== reference).sort(inCodeUnitOrder);
  if (items.length === 0) {
    return { effects: new Map(), cellEffects: new Map(), unconnected, observations: 0, residualDeviation: null };
  }

  const { matrix, right } = normalEquations(items, byCell.values());
  const factor = new CholeskyDecomposition(matrix);
  const solution = factor.solve(right);
  const inverse = factor.solve(Matrix.eye(items.length));
  const effectOf = new Map([[reference, 0], ...items.map((item, at) => [item, solution.get(at, 0)] as const)]);
  const cellEffects = new Map(
    [...byCell].map(([cell, group]) => [
      cell,
      group.reduce((sum, { item, value }) => sum + value - effectOf.get(item)!, 0) / group.length,
    ]),
  );
  const squares = used.reduce(
    (sum, { item, cell, value }) => sum + (value - effectOf.get(item)! - cellEffects.get(cell)!) ** 2,
    0,
  );
  const freedom = used.length - items.length - byCell.size;
  const residualDeviation = freedom > 0 ? Math.sqrt(squares / freedom) : null;
  const effects = new Map<string, ItemEffect>([
    [reference, { effect: 0, standardError: 0, cells: byItem.get(reference)!.length }],
  ]);
  items.forEach((item, at) => {
    effects.set(item, {
      effect: effectOf.get(item)!,
      standardError: residualDeviation === null ? null : residualDeviation * Math.sqrt(inverse.get(at, at)),
      cells: byItem.get(item)!.length,
    });
  });
  return { effects, cellEffects, unconnected, observations: used.length, residualDeviation };
}
