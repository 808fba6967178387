import { type Book, buildBook } from '#index-engine/book';
import type { LabStrike } from '#index-engine/lab/market';
import { cutPartitions, type Partition } from '#index-engine/partition';
import type { Rational } from '#index-engine/rational';
import type { FixProvider, FixRecord } from '#index-engine/record';
import { screenPrints } from '#index-engine/screens/prints';
import { type Outcome, previousStrike, runWaterfall, standingValue } from '#index-engine/waterfall';
import { byText, canonicalHash, sha256 } from '#methodology/canonical';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';
import type { LoadedRulebook } from '#methodology/rulebook';
import type { Observation } from '#store/observation';

/** What the quotes of a strike come to by themselves, each part worked out when it is first asked for. */
interface Quotes {
  /** By level 4 before its anchor, micro-USD: what prints are held against. */
  centre(): Rational | null;
  outcome(): Outcome;
}

const isPrint = (one: Observation) => one.evidence === 'transaction';

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const MOST_HELD = 24;
/** The newest few: candidates that differ in what they make of trades share them, and so do all attacks that leave quotes alone. */
const held = new Map<string, Quotes>();
const rulesOfQuotes = new WeakMap<LoadedRulebook, string>();
const identities = new WeakMap<readonly object[], string>();

/** A rulebook without what bears on trades alone. */
function quoteRules(loaded: LoadedRulebook): string {
  let known = rulesOfQuotes.get(loaded);
  if (known === undefined) {
    const { version: _, title: __, ...rest } = structuredClone(loaded.rulebook);
    const { trades: ___, ...screens } = rest.screens;
    const { pair_gpu_hours: ____, ...weights } = rest.weights;
    const waterfall = rest.waterfall.filter(({ input }) => input !== 'transactions');
    known = canonicalHash({ ...rest, screens, weights, waterfall });
    rulesOfQuotes.set(loaded, known);
  }
  return known;
}

function identityOf<T extends object>(list: readonly T[], ids: (list: readonly T[]) => string[]): string {
  let known = identities.get(list);
  if (known === undefined) {
    known = sha256(ids(list).join('\n'));
    identities.set(list, known);
  }
  return known;
}

const idsOfQuotes = (all: readonly Observation[]) => all.flatMap((one) => (isPrint(one) ? [] : [one.observation_id]));

function quotesOf({ inputs, context }: LabStrike, loaded: LoadedRulebook): Quotes {
  const key = [
    quoteRules(loaded),
    context.series.id,
    context.strike.instant.toISOString(),
    context.previous?.hash ?? '',
    identityOf(inputs.observations, idsOfQuotes),
    identityOf(inputs.sweeps, (all) => all.map(({ sweep_id }) => sweep_id)),
  ].join('\n');
  let quotes = held.get(key);
  if (!quotes) {
    const { rulebook } = loaded;
    const seen = once((): { book: Book; partitions: Partition[] } => {
      const observations = inputs.observations.filter((one) => !isPrint(one));
      const book = buildBook({ ...inputs, observations }, rulebook, context);
      return { book, partitions: cutPartitions(book, rulebook, previousStrike(context)) };
    });
    quotes = {
      centre: once(() => standingValue(seen().partitions, rulebook, context)),
      outcome: once(() => runWaterfall(seen().book, seen().partitions, rulebook, context)),
    };
  }
  // The one asked for last is the one that is dropped last.
  held.delete(key);
  held.set(key, quotes);
  for (const oldest of held.keys()) {
    if (held.size <= MOST_HELD) break;
    held.delete(oldest);
  }
  return quotes;
}

/** What standing prices come to under a rulebook, in USD: what prints are held against. Null where they are too few. */
export function standingPrice(strike: LabStrike, loaded: LoadedRulebook): number | null {
  const centre = quotesOf(strike, loaded).centre();
  return centre && Number(centre.numerator) / Number(centre.denominator) / 1e6;
}

/**
 * What our estimator makes of a strike under a rulebook: the value that `computeFix` publishes, without the record around it. Levels of
 * trades read no quote but through the collar, and the others no trade, so that each is judged by itself.
 */
export function ourOutcome(strike: LabStrike, loaded: LoadedRulebook): Outcome {
  const { inputs, context } = strike;
  const { rulebook } = loaded;
  const quotes = quotesOf(strike, loaded);
  const observations = inputs.observations.filter(isPrint);
  if (observations.length > 0) {
    const book = buildBook({ ...inputs, observations }, rulebook, context);
    screenPrints(book.prints, quotes.centre(), rulebook);
    const outcome = runWaterfall(book, cutPartitions(book, rulebook, previousStrike(context)), rulebook, context);
    if (outcome.level === 1 || outcome.level === 2) return outcome;
  }
  return quotes.outcome();
}

/** In USD; a value carried over is none. */
export const published = ({ value, level }: Outcome, { rulebook }: LoadedRulebook): number | null =>
  value === null || level === 6 ? null : Number(value) / 10 ** rulebook.rounding.value_decimals;

/** Our own estimator under a rulebook, in USD per GPU-hour. */
export const ourValue = (strike: LabStrike, loaded: LoadedRulebook) => published(ourOutcome(strike, loaded), loaded);

/** What the next fix reads of the one before. */
export type Remembered = Pick<FixRecord, 'value' | 'level' | 'providers' | 'carried_strikes'>;

/** What the next fix reads of an outcome, as `computeFix` records it. */
export function remembered(outcome: Outcome, { rulebook }: LoadedRulebook): Remembered {
  const { rounding } = rulebook;
  const unit = 10n ** BigInt(12 - rounding.share_decimals);
  return {
    value: outcome.value === null ? null : formatDecimal(outcome.value, rounding.value_decimals),
    level: outcome.level,
    providers: outcome.estimate.prices
      .map(
        ({ provider, venue, price, share }): FixProvider => ({
          provider,
          venue,
          price: formatDecimal(price, rounding.price_decimals),
          share: formatDecimal(divideHalfEven(share, unit), rounding.share_decimals),
        }),
      )
      .sort((a, b) => byText(a.provider, b.provider)),
    carried_strikes: outcome.carriedStrikes,
  };
}
