import type { FixRecord } from '#index-engine/record';
import type { SettlementFix } from '#index-engine/settlement/placed';
import { MonthRefused } from '#index-engine/settlement/schedule';
import { type Settlement, settle } from '#index-engine/settlement/settle';
import { canonicalHash } from '#methodology/canonical';
import { type Contract, contracts } from '#methodology/contracts';

const HOUR_MS = 3_600_000;

/** What a month of a contract would come to under one rulebook. */
export type SimulatedSettlement = Pick<Settlement, 'band' | 'price' | 'mean'>;

/** A month of a contract that would settle otherwise. */
export interface SettlementDifference {
  contract: string;
  month: string;
  /** Every fix of the month was simulated; otherwise both are as far as the simulated dates go. */
  final: boolean;
  current: SimulatedSettlement;
  changed: SimulatedSettlement;
}

/** A simulated fix, as a settlement reads it. */
export function settlementFix(record: FixRecord, publishedAt: Date): SettlementFix {
  const { value, level, reason, simulated, methodology } = record;
  const strike = new Date(record.strike);
  return {
    ...{ strike, revision: 0, value, level, reason, hash: canonicalHash(record), publishedAt, simulated },
    methodology: { version: methodology.version, sha256: methodology.sha256 },
  };
}

function settleOrNot(terms: Contract, month: string, fixes: readonly SettlementFix[], now: Date): Settlement | null {
  try {
    // Every strike up to then was simulated: what has no fix has none under these rules, and none comes late.
    return settle(terms, month, fixes, now, now);
  } catch (error) {
    if (error instanceof MonthRefused) return null;
    throw error;
  }
}

/**
 * Every month of every contract that has a fix among those of two rulebooks, settled under both.
 * @param current and `changed`: fixes by series
 * @param last strike that was simulated: all of it is final when they are settled, and nothing after it is there
 */
export function compareSettlements(
  current: ReadonlyMap<string, readonly SettlementFix[]>,
  changed: ReadonlyMap<string, readonly SettlementFix[]>,
  last: Date,
): { settlements: number; differing: SettlementDifference[] } {
  const differing: SettlementDifference[] = [];
  let settlements = 0;
  for (const terms of contracts()) {
    const sides = [current, changed].map((side) => side.get(terms.series) ?? []);
    const now = new Date(last.getTime() + terms.final_after_hours * HOUR_MS);
    const months = new Set(sides.flat().map(({ strike }) => strike.toISOString().slice(0, 7)));
    for (const month of [...months].sort()) {
      const [a, b] = sides.map((fixes) => settleOrNot(terms, month, fixes, now));
      if (!a || !b) continue;
      settlements += 1;
      if (a.price === b.price && a.band === b.band) continue;
      const words = ({ band, price, mean }: Settlement): SimulatedSettlement => ({ band, price, mean });
      differing.push({ contract: terms.id, month, final: a.final, current: words(a), changed: words(b) });
    }
  }
  return { settlements, differing };
}
