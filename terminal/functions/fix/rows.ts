import type { Constituent } from '#api/types';
import { compareDecimal } from '../../parts/number';

export type Shown = 'all' | 'included' | 'excluded';
export type ConstituentColumn =
  | 'provider'
  | 'venue'
  | 'evidence'
  | 'source'
  | 'gpus'
  | 'price'
  | 'price_basis'
  | 'normalised_price'
  | 'weight'
  | 'stood_seconds'
  | 'reason';

export interface ConstituentSort {
  column: ConstituentColumn;
  descending: boolean;
}

const DECIMALS: ReadonlySet<ConstituentColumn> = new Set(['price', 'normalised_price', 'weight']);

/** Constituents filtered and sorted; what has no value in the column stands last in either direction. */
export function arrangeConstituents(
  inputs: readonly Constituent[],
  shown: Shown,
  sort: ConstituentSort,
): Constituent[] {
  const { column, descending } = sort;
  const way = descending ? -1 : 1;
  return inputs
    .filter((input) => shown === 'all' || input.included === (shown === 'included'))
    .sort((a, b) => {
      const [x, y] = [a[column], b[column]];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      const order =
        typeof x === 'number' && typeof y === 'number'
          ? x - y
          : DECIMALS.has(column)
            ? compareDecimal(String(x), String(y))
            : String(x) < String(y)
              ? -1
              : Number(x !== y);
      return order * way || (a.observation_id < b.observation_id ? -1 : 1);
    });
}

/** The largest weight, against which the bars are drawn. */
export function largestWeight(inputs: readonly Constituent[]): number {
  return inputs.reduce((largest, input) => Math.max(largest, Number(input.weight)), 0);
}
