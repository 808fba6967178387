import { buildBook } from '#index-engine/book';
import type { LabStrike } from '#index-engine/lab/market';
import { lengthOf } from '#index-engine/standing';
import type { Evidence } from '#methodology/evidence';
import { type LoadedRulebook, readRulebook } from '#methodology/rulebook';

/** A quote on grade, in USD per GPU-hour. */
export interface PanelQuote {
  provider: string;
  venue: string;
  evidence: Evidence;
  gpus: number;
  price: number;
  /** How long it stood in the window, and whether it stood at the strike. */
  seconds: number;
  atStrike: boolean;
}

/** A trade of the window, on grade. */
export interface PanelPrint {
  provider: string;
  venue: string;
  price: number;
  gpuHours: number;
  /** Since the window began. */
  second: number;
}

/** What every rival sees: the evidence of one window, cleaned of what is no price of the series, and of nothing else. */
export interface Panel {
  windowSeconds: number;
  quotes: PanelQuote[];
  prints: PanelPrint[];
}

const NEVER = 1_000_000;
const OURS_ALONE = new Set(['trade.same_owner', 'trade.ping_pong', 'trade.closed_cycle']);
const bare = new WeakMap<LoadedRulebook, LoadedRulebook>();

/** A rulebook without the screens against manipulation: they are ours, and rivals have theirs or none. */
function withoutScreens(loaded: LoadedRulebook): LoadedRulebook {
  let known = bare.get(loaded);
  if (!known) {
    const copy = structuredClone(loaded.rulebook);
    copy.screens.own_history.minimum_observations = NEVER;
    copy.screens.own_history.observations = NEVER;
    copy.screens.corroboration.jump = String(NEVER);
    known = readRulebook(copy, 'rulebook without screens');
    bare.set(loaded, known);
  }
  return known;
}

/**
 * What rivals see of a strike: the same class, grade, currency, plausibility band, staleness and duplicates as we see, since those are cleaning and
 * everybody does it. Own history, corroboration, cross-section and the screens of trades are not applied: they belong to our estimator.
 */
export function panelOf({ inputs, context }: LabStrike, loaded: LoadedRulebook): Panel {
  const { rulebook } = withoutScreens(loaded);
  const prints = inputs.observations.filter((one) => one.evidence === 'transaction');
  // Where there are trades, no rival looks at quotes.
  const book = buildBook(prints.length > 0 ? { ...inputs, observations: prints } : inputs, rulebook, context);
  const { window } = book;
  return {
    windowSeconds: lengthOf(window),
    quotes: book.candidates.flatMap(({ observation, micro, gpus, counts, exclusion }) => {
      if (exclusion !== null || micro === null || observation.evidence === 'transaction') return [];
      const spans = [...counts.own, ...counts.asListed];
      const { provider, venue, evidence } = observation;
      return [
        {
          ...{ provider, venue, evidence, price: micro / 1e6 },
          gpus: observation.gpus ?? gpus,
          seconds: counts.seconds,
          atStrike: spans.some((span) => span.to === window.to),
        },
      ];
    }),
    prints: book.prints.flatMap(({ candidate, second, volume }) => {
      const { exclusion, micro, observation } = candidate;
      const counts = exclusion === null || OURS_ALONE.has(exclusion.reason);
      if (!counts || micro === null || volume === 0n || second < window.from) return [];
      return [
        {
          provider: observation.provider,
          venue: observation.venue,
          price: micro / 1e6,
          gpuHours: Number(volume) / 1e6,
          second: second - window.from,
        },
      ];
    }),
  };
}
