import type { Book, Print } from '#index-engine/book';
import { needed } from '#index-engine/hysteresis';
import { gather, type Prepared } from '#index-engine/points';
import { partiesOf } from '#index-engine/screens/trades';
import { byText } from '#methodology/canonical';
import { divideHalfEven, formatDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A level of the waterfall that estimates from transactions. */
export type TransactionLevel = Extract<Rulebook['waterfall'][number], { input: 'transactions' }>;

const MICRO = 1_000_000;
const HALVES = 2;

/** A print that counts at a level: the partition it falls into, and how many times its weight has been doubled for being newer. */
interface Placed {
  print: Print;
  partition: number;
  factor: number;
}

/**
 * The prints of a level and their partitions. A level that looks back further than the window lays its days over one another: a print of
 * the day before counts in the partition of its hour, at the halved weight.
 */
function placed(book: Book, level: TransactionLevel, { window }: Rulebook): Placed[] {
  const from = book.window.to - level.hours * 3600;
  const length = book.window.to - book.window.from;
  const width = length / window.partitions;
  const halving = level.halving_hours === null ? null : level.halving_hours * 3600;
  const halvings = halving === null ? 0 : Math.ceil((level.hours * 3600) / halving) - 1;
  return book.prints.flatMap((print) => {
    if (print.candidate.exclusion !== null || print.second < from || print.second >= book.window.to) return [];
    const age = book.window.to - 1 - print.second;
    const partition = window.partitions - 1 - Math.floor((age % length) / width);
    return [{ print, partition, factor: 2 ** (halvings - (halving === null ? 0 : Math.floor(age / halving))) }];
  });
}

/** What a matched GPU-hour of the newest prints weighs. */
function newest({ hours, halving_hours: halving }: TransactionLevel): number {
  return MICRO * HALVES * (halving === null ? 1 : 2 ** (Math.ceil(hours / halving) - 1));
}

/** What one GPU weighs that is rented for some seconds, newest and matched. */
export const printWeight = (level: TransactionLevel, seconds: number) => (newest(level) * seconds) / 3600;

const ownerOf = ({ candidate: { observation } }: Print) => observation;

/** Makes the partitions of a transaction level ready: a point is what a pair of counterparties traded at a venue, at its mean price. */
export function preparePrints(book: Book, level: TransactionLevel, rulebook: Rulebook): Prepared[] {
  const prints = placed(book, level, rulebook);
  const cap = BigInt(rulebook.weights.pair_gpu_hours) * BigInt(newest(level));
  const cells = Array.from(
    { length: rulebook.window.partitions },
    () => new Map<string, { pair: string | null; members: { print: Print; weight: bigint }[] }>(),
  );
  for (const { print, partition, factor } of prints) {
    const cell = cells[partition] as (typeof cells)[number];
    const parties = partiesOf(print.trade);
    const { provider, venue } = ownerOf(print);
    const pair = parties && `${parties.seller}\n${parties.buyer}`;
    const key = `${venue}\n${provider}\n${pair ?? ''}`;
    const halves = print.trade.matched ? HALVES : rulebook.weights.unmatched_halves;
    const known = cell.get(key) ?? { pair, members: [] };
    cell.set(key, known);
    known.members.push({ print, weight: print.volume * BigInt(halves * factor) });
  }
  return cells.map((cell) => {
    // What two parties traded counts once, over however many venues they split it.
    const traded = new Map<string, bigint>();
    for (const [key, { pair, members }] of cell) {
      const whole = members.reduce((sum, { weight }) => sum + weight, 0n);
      traded.set(pair ?? key, (traded.get(pair ?? key) ?? 0n) + whole);
    }
    const points = [...cell]
      .map(([key, { pair, members }]) => {
        const whole = members.reduce((sum, { weight }) => sum + weight, 0n);
        const value = members.reduce((sum, { print, weight }) => sum + BigInt(print.candidate.micro ?? 0) * weight, 0n);
        const together = traded.get(pair ?? key) as bigint;
        const weight = together > cap ? (whole * cap) / together : whole;
        return { key, members, whole, weight, price: divideHalfEven(value, whole) };
      })
      .filter(({ weight }) => weight > 0n)
      .sort((a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : byText(a.key, b.key)));
    return {
      points: gather(
        Float64Array.from(points, ({ price }) => Number(price)),
        Float64Array.from(points, ({ weight }) => Number(weight)),
        points.map(({ members }) => ownerOf(members[0]?.print as Print)),
        (index) => {
          const { members, whole, weight } = points[index] as (typeof points)[number];
          // A capped pair's weight is shared by its prints in whole units; what is left over goes to the last.
          let left = weight;
          return members.map(({ print, weight: own }, place) => {
            const part = place === members.length - 1 ? left : (own * weight) / whole;
            left -= part;
            return { candidate: print.candidate, weight: Number(part) };
          });
        },
      ),
      isOfPrints: true,
      rebuilt: null,
    };
  });
}

/**
 * Whether the transactions of a level are enough: what was found against what is needed.
 * @param holds the level gave the fix before, and so needs less
 */
export function testPrints(
  book: Book,
  level: TransactionLevel,
  rulebook: Rulebook,
  holds: boolean,
): { passed: boolean; reason: string } {
  const least = {
    prints: needed(level.minimum_prints, holds, rulebook),
    providers: needed(level.minimum_providers, holds, rulebook),
    gpuHours: needed(level.minimum_gpu_hours, holds, rulebook),
    partitions: needed(level.minimum_partitions, holds, rulebook),
  };
  const prints = placed(book, level, rulebook);
  const byProvider = new Map<string, bigint>();
  // One seller at many venues has an account at each: where the seller is told, it counts once.
  const bySeller = new Map<string, bigint>();
  let whole = 0n;
  const add = (volumes: Map<string, bigint>, who: string, volume: bigint) =>
    volumes.set(who, (volumes.get(who) ?? 0n) + volume);
  for (const { print } of prints) {
    const { provider } = ownerOf(print);
    const seller = print.trade.report.trade?.seller ?? null;
    add(byProvider, provider, print.volume);
    add(bySeller, seller === null ? `provider ${provider}` : `seller ${seller}`, print.volume);
    whole += print.volume;
  }
  const providers = Math.min(byProvider.size, bySeller.size);
  const partitions = new Set(prints.map((one) => one.partition)).size;
  const top = [...byProvider.values(), ...bySeller.values()].reduce((a, b) => (a > b ? a : b), 0n);
  const most = parseRatio(level.maximum_top_provider);
  const volume = BigInt(least.gpuHours) * BigInt(MICRO);
  const parts: [boolean, string][] = [
    [prints.length >= least.prints, `${prints.length} prints, ${least.prints} needed`],
    [providers >= least.providers, `${providers} providers, ${least.providers} needed`],
    [whole >= volume, `${formatDecimal(whole / BigInt(MICRO), 0)} GPU-h, ${least.gpuHours} needed`],
    [partitions >= least.partitions, `${partitions} partitions, ${least.partitions} needed`],
    [
      top * most.denominator <= whole * most.numerator,
      `the largest provider at most ${level.maximum_top_provider} of the volume`,
    ],
  ];
  const passed = parts.every(([held]) => held);
  if (prints.length === 0) return { passed, reason: `no prints in ${level.hours} h, ${least.prints} needed` };
  return { passed, reason: (passed ? parts : parts.filter(([held]) => !held)).map(([, words]) => words).join('; ') };
}
