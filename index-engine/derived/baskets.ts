import { type FixPoint, whyNoValue } from '#index-engine/derived/fix-point';
import { lowestTerms, type Rational, roundRational, times } from '#index-engine/rational';
import { canonicalHash } from '#methodology/canonical';
import { formatDecimal, parseRatio } from '#methodology/decimal';
import { type Basket, basketPrice, basketSha256, baskets } from '#methodology/scu/baskets';
import type { Workload } from '#methodology/scu/definition';
import { addDays } from '#methodology/strike';

/** The headline series that prices a class in a basket. */
export const constituentSeries = (hardwareClass: string): string => `CSI-${hardwareClass}`;

/** The fixes of one strike, by hardware class; a class without a fix there is not in it. */
export interface BasketStrike {
  date: string;
  strike: string;
  fixes: ReadonlyMap<string, FixPoint>;
}

/** One class of a basket at one strike: the fix that prices it, and what it comes to in the basket. */
export interface BasketConstituent {
  class: string;
  gpus: number;
  /** SCU of one GPU in the basket's workload. */
  scu: string;
  series: string;
  revision: number | null;
  value: string | null;
  level: FixPoint['level'];
  status: FixPoint['status'] | null;
  hash: string | null;
  /** Its part of what the basket costs; null where the basket has no value. */
  share: string | null;
}

/** A basket at one strike. Derived: not signed by itself, and computed again from the signed fixes it names. */
export interface BasketFix {
  basket: string;
  version: number;
  workload: Workload;
  /** The index, or the composition it replaced, published beside it. */
  role: 'index' | 'parallel';
  date: string;
  strike: string;
  value: string | null;
  /** The worst of its constituents: carried before thin before normal. Unavailable where one of them has no value. */
  status: 'normal' | 'thin' | 'carried' | 'unavailable';
  reason: string | null;
  constituents: BasketConstituent[];
  /** SHA-256 of this version of the basket: its classes, quantities and ratings. */
  methodology: { basket_sha256: string };
  /** SHA-256 of all of the above in canonical JSON. */
  hash: string;
}

/** When a version became the index, and by what it is multiplied since. */
export interface BasketLink {
  version: number;
  effective_from: string;
  /** The strike of the link; null for the first version, and until there is one. */
  linked_at: string | null;
  /** Exact; null until it is linked. */
  link: { numerator: string; denominator: string } | null;
  /** Until when its composition goes on beside its successor's; null while it is the index. */
  parallel_until: string | null;
}

/** Decimals of values and of shares. */
export interface BasketRounding {
  value: number;
  share: number;
}

interface Linked {
  basket: Basket;
  from: string;
  link: Rational;
  linkedAt: string | null;
}

const valuesOf = ({ fixes }: BasketStrike) =>
  new Map([...fixes].flatMap(([id, { value }]) => (value === null ? [] : [[id, value] as const])));

/**
 * Which version is the index from which date on, each linked at the first strike from its effective date at which it and the version
 * before both have a value: its link is the old exact value divided by its own unlinked one.
 */
function linkVersions(versions: readonly Basket[], strikes: readonly BasketStrike[]): Linked[] {
  const linked: Linked[] = [];
  for (const basket of versions) {
    const before = linked.at(-1);
    if (!before) {
      if (basket.version !== 1) return linked;
      linked.push({ basket, from: basket.effective_from, link: { numerator: 1n, denominator: 1n }, linkedAt: null });
      continue;
    }
    const at = strikes.find((strike) => {
      if (strike.date < basket.effective_from || strike.date < before.from) return false;
      const values = valuesOf(strike);
      return !('missing' in basketPrice(basket, values)) && !('missing' in basketPrice(before.basket, values));
    });
    // Until both have a value there is nothing to link to, and the old composition remains the index.
    if (!at) return linked;
    const own = basketPrice(basket, valuesOf(at));
    const old = basketPrice(before.basket, valuesOf(at));
    if ('missing' in own || 'missing' in old) throw new Error(`${basket.id} was linked where it has no value`);
    const quotient = { numerator: old.numerator * own.denominator, denominator: old.denominator * own.numerator };
    linked.push({
      basket,
      from: at.date, // In lowest terms, so that the link of a tenth review is no longer than that of the first.
      link: lowestTerms(times(before.link, quotient)),
      linkedAt: at.strike,
    });
  }
  return linked;
}

const CARE = ['normal', 'thin', 'carried'] as const;

function statusOf(points: readonly FixPoint[]): 'normal' | 'thin' | 'carried' {
  return CARE[Math.max(...points.map(({ status }) => CARE.indexOf(status as (typeof CARE)[number])))] ?? 'normal';
}

function basketFix(
  { basket, link }: Linked,
  role: BasketFix['role'],
  at: BasketStrike,
  rounding: BasketRounding,
): BasketFix {
  const { id, version, workload, constituents } = basket;
  const values = valuesOf(at);
  const price = basketPrice(basket, values);
  const known = 'missing' in price ? null : price;
  const cost = (gpus: number, value: string): Rational =>
    times(parseRatio(value), { numerator: BigInt(gpus), denominator: 1n });
  const total = constituents.reduce<Rational>(
    (sum, one) => {
      const each = cost(one.gpus, values.get(one.class) ?? '0');
      return {
        numerator: sum.numerator * each.denominator + each.numerator * sum.denominator,
        denominator: sum.denominator * each.denominator,
      };
    },
    { numerator: 0n, denominator: 1n },
  );
  const shareOf = (gpus: number, value: string) => {
    const each = cost(gpus, value);
    const share = { numerator: each.numerator * total.denominator, denominator: each.denominator * total.numerator };
    return formatDecimal(roundRational(share, rounding.share), rounding.share);
  };
  const points = constituents.map((one) => at.fixes.get(one.class) ?? null);
  const reasons = constituents.flatMap((one, index) => {
    const why = whyNoValue(points[index] ?? null, at.date);
    return why === null ? [] : [`${one.class}: ${why}`];
  });
  const record: Omit<BasketFix, 'hash'> = {
    basket: id,
    version,
    workload,
    role,
    date: at.date,
    strike: at.strike,
    value: known && formatDecimal(roundRational(times(known, link), rounding.value), rounding.value),
    status: known ? statusOf(points.flatMap((point) => point ?? [])) : 'unavailable',
    reason: reasons.length > 0 ? reasons.join('; ') : null,
    constituents: constituents.map((one, index) => {
      const point = points[index];
      return {
        class: one.class,
        gpus: one.gpus,
        scu: one.scu,
        series: constituentSeries(one.class),
        revision: point?.revision ?? null,
        value: point?.value ?? null,
        level: point?.level ?? null,
        status: point?.status ?? null,
        hash: point?.hash ?? null,
        share: known && point?.value ? shareOf(one.gpus, point.value) : null,
      };
    }),
    methodology: { basket_sha256: basketSha256(basket) },
  };
  return { ...record, hash: canonicalHash(record) };
}

/**
 * A basket at every strike from its first effective date on: the index, and after a review the composition it replaced beside it for as
 * many days as the rules of the review say. A strike at which a constituent has no value has none either, and says which.
 * @param versions of one basket, in their order
 * @param strikes every strike at which any constituent has a fix, in order of time
 * @param roundingAt the decimals in force at a strike
 */
export function basketHistory(
  versions: readonly Basket[],
  strikes: readonly BasketStrike[],
  roundingAt: (strike: string) => BasketRounding,
): { links: BasketLink[]; fixes: BasketFix[] } {
  const linked = linkVersions(versions, strikes);
  const { parallel_days } = baskets().review;
  const endOf = (index: number) => {
    const next = linked[index + 1];
    return next ? addDays(next.from, parallel_days) : null;
  };
  const fixes = strikes.flatMap((at) => {
    const current = linked.findLastIndex(({ from }) => from <= at.date);
    return linked
      .slice(0, current + 1)
      .flatMap((one, index) => {
        const end = endOf(index);
        if (index < current && end !== null && at.date >= end) return [];
        return [basketFix(one, index === current ? 'index' : 'parallel', at, roundingAt(at.strike))];
      })
      .reverse();
  });
  const links = versions.map((basket, index): BasketLink => {
    const one = linked[index];
    return {
      version: basket.version,
      effective_from: basket.effective_from,
      linked_at: one?.linkedAt ?? null,
      link: one ? { numerator: one.link.numerator.toString(), denominator: one.link.denominator.toString() } : null,
      parallel_until: endOf(index),
    };
  });
  return { links, fixes };
}
