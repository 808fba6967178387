import type { Print } from '#index-engine/book';
import { type Rational, roundRational } from '#index-engine/rational';
import { type Centre, crossSection, isOutlier } from '#index-engine/screens/cross-section';
import { formatDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

const usd = (micro: Rational) =>
  formatDecimal(roundRational({ numerator: micro.numerator, denominator: micro.denominator * 1_000_000n }, 4), 4);

/** The lowest and highest price that the collar lets through, in whole micro-USD. @param standing what standing prices come to, micro-USD */
export function collarOf({ numerator, denominator }: Rational, { screens }: Rulebook): { low: number; high: number } {
  const ratio = parseRatio(screens.trades.collar);
  const [dearest, whole] = [numerator * ratio.numerator, denominator * ratio.denominator];
  const [cheapest, part] = [numerator * ratio.denominator, denominator * ratio.numerator];
  return { low: Number((cheapest + part - 1n) / part), high: Number(dearest / whole) };
}

/**
 * The collar of prints, and screen 8 among them: a print counts only within a ratio of what standing prices alone come to in the same
 * window, and within the cross-section's reach with each seller as a point. To move a fix by trades one has to move the quotes as well.
 * @param prints those that the screens before left carry no exclusion; it is written into their candidates
 * @param standing what standing prices come to, micro-USD; null where there are too few of them, and then there is no collar
 */
export function screenPrints(prints: readonly Print[], standing: Rational | null, rulebook: Rulebook): void {
  const bounds = standing && collarOf(standing, rulebook);
  for (const { candidate } of prints) {
    const { micro } = candidate;
    if (candidate.exclusion !== null || micro === null || standing === null || bounds === null) continue;
    const isAbove = micro > bounds.high;
    if (!isAbove && micro >= bounds.low) continue;
    const detail = `${isAbove ? 'above' : 'below'} ${usd(standing)} USD/GPU-h, what stands in the window, by more than a factor of ${rulebook.screens.trades.collar}`;
    candidate.exclusion = { reason: 'trade.collar', detail };
  }
  const near = prints.filter(({ candidate }) => candidate.exclusion === null && candidate.micro !== null);
  const centre = centreOf(near, rulebook);
  if (centre === null) return;
  for (const { candidate } of near) {
    if (!isOutlier(candidate.micro as number, centre)) continue;
    const middle = usd({ numerator: BigInt(centre.centreQuarters), denominator: 4n });
    candidate.exclusion = {
      reason: 'trade.outlier',
      detail: `too far from ${middle} USD/GPU-h, the middle of the sellers`,
    };
  }
}

/** The middle of the sellers: each is a point. */
function centreOf(prints: readonly Print[], rulebook: Rulebook): Centre | null {
  const sorted = [...prints].sort((a, b) => (a.candidate.micro as number) - (b.candidate.micro as number));
  const groupOf = Int32Array.from(sorted, ({ candidate }) => candidate.provider);
  const weights = Float64Array.from(sorted, ({ volume }) => Number(volume));
  const totals = new Float64Array(Math.max(0, ...groupOf) + 1);
  groupOf.forEach((group, place) => {
    totals[group] = (totals[group] as number) + (weights[place] as number);
  });
  const prices = Float64Array.from(sorted, ({ candidate }) => candidate.micro as number);
  const section = { prices, weights, groupOf, totals, order: groupOf.map((_, place) => place) };
  return crossSection(section, rulebook, { threshold: rulebook.screens.trades.threshold, holds: false });
}
