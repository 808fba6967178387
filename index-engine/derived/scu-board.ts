import { type FixPoint, whyNoValue } from '#index-engine/derived/fix-point';
import type { DerivedRules, Differential } from '#index-engine/derived/spreads';
import { hardwareClass } from '#methodology/hardware';
import { differential, perScu } from '#methodology/scu/price';
import type { ScuRating } from '#methodology/scu/ratings';

export const boardColumns = ['training', 'inference', 'combined'] as const;
export type BoardColumn = (typeof boardColumns)[number];

/** One class on the board: its headline fix, and what that comes to per unit of compute. */
export interface BoardRow {
  class: string;
  name: string;
  series: string;
  date: string;
  value: string;
  level: FixPoint['level'];
  status: FixPoint['status'];
  hash: string;
  /** SCU of one GPU, and the errors of the ratings as logarithms. */
  rating: Record<BoardColumn, string>;
  error: Record<BoardColumn, string>;
  rating_status: ScuRating['status'];
  grade: string | null;
  /** USD per SCU-hour. */
  per_scu: Record<BoardColumn, string>;
  /** 1 for the cheapest of the board. */
  rank: Record<BoardColumn, number>;
  /** Price ratio ÷ SCU ratio to the reference class; null where that has no value. */
  differential: Differential | null;
}

/** How far the classes lie apart in what a unit of compute costs. */
export interface Dispersion {
  classes: number;
  /** Of which by a rating from the datasheet alone. */
  provisional: number;
  cheapest: { class: string; value: string };
  dearest: { class: string; value: string };
  /** Dearest ÷ cheapest. */
  range: string;
  /** Of the natural logarithms, with n − 1; null for a single class. */
  log_standard_deviation: string | null;
}

export interface Board {
  reference: string;
  rows: BoardRow[];
  /** Classes with a headline fix and without a value, and why. */
  without: { class: string; series: string; reason: string }[];
  /** Null where no class has a value. */
  dispersion: Record<BoardColumn, Dispersion> | null;
}

function dispersionOf(rows: readonly BoardRow[], column: BoardColumn, decimals: number): Dispersion {
  const sorted = [...rows].sort((a, b) => a.rank[column] - b.rank[column]);
  const [first, last] = [sorted[0] as BoardRow, sorted.at(-1) as BoardRow];
  const logs = sorted.map((row) => Math.log(Number(row.per_scu[column])));
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const squares = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const priced = (row: BoardRow) => ({ class: row.class, value: row.per_scu[column] });
  return {
    classes: rows.length,
    provisional: rows.filter((row) => row.rating_status === 'provisional').length,
    cheapest: priced(first),
    dearest: priced(last),
    range: (Number(last.per_scu[column]) / Number(first.per_scu[column])).toFixed(decimals),
    log_standard_deviation: logs.length > 1 ? Math.sqrt(squares / (logs.length - 1)).toFixed(decimals) : null,
  };
}

/**
 * What a unit of compute costs across classes on one date, and how far they lie apart. A description: no class is averaged with another,
 * and nothing settles on it.
 * @param fixes the headline fixes of one date, by class
 * @param rules in force at the strikes of that date
 * @param measured how well each class has been measured, to this day
 */
export function scuBoard(
  fixes: ReadonlyMap<string, FixPoint>,
  rules: DerivedRules,
  measured: ReadonlyMap<string, Pick<ScuRating, 'errors' | 'grade'>>,
  reference: string,
): Board {
  const { ratings } = rules.standard_compute_unit;
  const { scu_decimals, share_decimals } = rules.rounding;
  const against = fixes.get(reference)?.value ?? null;
  const ofReference = ratings[reference];
  const without: Board['without'] = [];
  const priced = [...fixes].flatMap(([id, fix]) => {
    const rating = ratings[id];
    const known = measured.get(id);
    const reason = rating && known ? whyNoValue(fix, fix.date) : 'not rated in SCU';
    if (reason !== null || fix.value === null || !rating || !known) {
      without.push({ class: id, series: fix.series, reason: reason ?? '' });
      return [];
    }
    const { value } = fix;
    const per = (make: (column: BoardColumn) => string) =>
      Object.fromEntries(boardColumns.map((column) => [column, make(column)])) as Record<BoardColumn, string>;
    return [
      {
        class: id,
        name: hardwareClass(id)?.aka ?? id,
        series: fix.series,
        date: fix.date,
        value,
        level: fix.level,
        status: fix.status,
        hash: fix.hash,
        rating: per((column) => rating[column]),
        error: per((column) => known.errors[column]),
        rating_status: rating.status,
        grade: known.grade,
        per_scu: per((column) => perScu(value, rating[column], scu_decimals)),
        differential:
          against === null || !ofReference
            ? null
            : per((column) =>
                differential(
                  { valueUsd: value, rating: rating[column] },
                  { valueUsd: against, rating: ofReference[column] },
                  share_decimals,
                ),
              ),
      },
    ];
  });
  const rankOf = (column: BoardColumn, own: string) =>
    1 + priced.filter((row) => Number(row.per_scu[column]) < Number(own)).length;
  const rows: BoardRow[] = priced.map((row) => ({
    ...row,
    rank: {
      training: rankOf('training', row.per_scu.training),
      inference: rankOf('inference', row.per_scu.inference),
      combined: rankOf('combined', row.per_scu.combined),
    },
  }));
  rows.sort((a, b) => a.rank.combined - b.rank.combined || (a.class < b.class ? -1 : 1));
  const of = (column: BoardColumn) => dispersionOf(rows, column, share_decimals);
  return {
    reference,
    rows,
    without,
    dispersion:
      rows.length === 0 ? null : { training: of('training'), inference: of('inference'), combined: of('combined') },
  };
}
