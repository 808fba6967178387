import { isOverdue } from '#index-engine/settlement/placed';
import type { Settlement } from '#index-engine/settlement/settle';
import type { Contract } from '#methodology/contracts';

/** A share as a percentage without needless zeros: "0.363636" is "36.4%". */
function percent(share: string): string {
  return `${Number((Number(share) * 100).toFixed(1))}%`;
}

const fixesWord = (count: number) => (count === 1 ? '1 fix' : `${count} fixes`);

/** What a band asks for, in words. */
export function needs({ minimum_coverage, longest_gap }: Contract['bands'][number]): string {
  const gap =
    longest_gap === null
      ? ''
      : 'fixes' in longest_gap
        ? ` and no gap longer than ${fixesWord(longest_gap.fixes)}`
        : ` and no gap longer than ${percent(longest_gap.share)} of the month`;
  return `at least ${percent(minimum_coverage)} coverage${gap}`;
}

/** What the band of a settlement means, and why it is that one. */
export function bandSentence({ band, counts, coverage, stamps }: Settlement, terms: Contract): string {
  const overdue = stamps.filter(isOverdue).length;
  const observed = counts.scheduled - counts.missed - overdue;
  const found =
    `${observed} of ${counts.scheduled} fixes (${percent(coverage.share)})` +
    (coverage.longest_gap > 0 ? `, the longest gap ${fixesWord(coverage.longest_gap)}` : '');
  const [first] = terms.bands;
  const review = terms.bands.find((one) => one.band === 'review');
  const needed = first ? needs(first) : '';
  const { open } = counts;
  const toCome = open - overdue;
  const without = overdue > 0 ? `, without the ${fixesWord(overdue)} that may still come late` : '';
  const best = `${without}${toCome > 0 ? ` if the ${fixesWord(toCome)} to come all come` : ''}`;
  if (band === 'settles') {
    return `${open === 0 ? 'Settles by the rules' : 'Can settle by the rules'}: ${found}${best}; ${needed} needed.`;
  }
  if (band === 'review') return `Needs review: ${found}${best}; ${needed} would settle by the rules.`;
  const reviewed = review ? `, ${needs(review)} would be for review` : '';
  return `Does not settle by the rules: ${found}${best}; ${needed} would${reviewed}. The calculation agent determines.`;
}

/** Where a settlement stands, in one sentence or two. */
export function settlementSentence(settlement: Settlement, terms: Contract): string {
  const { counts, price, range, month, contract, final, simulated } = settlement;
  const unit = `${terms.currency}/GPU-h`;
  const mark = simulated ? 'SIMULATED: ' : '';
  const head = `${mark}${contract} of ${month}: `;
  if (final) {
    const what =
      price === null
        ? 'no fix of the month counts, so there is no price'
        : settlement.band === 'settles'
          ? `the settlement price is ${price} ${unit}`
          : `the mean of what is there is ${price} ${unit}, and that is no settlement price`;
    return `${head}${what}.`;
  }
  const state = [
    `${counts.locked} of ${counts.scheduled} fixes locked`,
    ...(counts.provisional > 0 ? [`${counts.provisional} provisional`] : []),
    ...(counts.missed > 0 ? [`${counts.missed} missed`] : []),
    `${counts.open} open`,
  ].join(', ');
  const far = price === null ? '' : `; so far ${price} ${unit}`;
  const outlook = range
    ? `; ${range.expected.price} if every open fix comes in at the last one, between ${range.low.price} and ${range.high.price} at the lowest and the highest of the last ${terms.range.trailing_days} days`
    : counts.open > 0
      ? `; no fix of the last ${terms.range.trailing_days} days counts, so nothing is assumed of the open ones`
      : '';
  return `${head}${state}${far}${outlook}.`;
}
