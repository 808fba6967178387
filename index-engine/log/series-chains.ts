import { z } from 'zod';

/** What of a fix its place in the chain of its series hangs on. */
export const chainedFix = z.looseObject({
  format: z.literal('csi-fix/1'),
  series: z.string(),
  strike: z.iso.datetime(),
  revision: z.int().nonnegative(),
  previous_hash: z.string().nullable(),
  restates: z.looseObject({ hash: z.string() }).exactOptional(),
});

type ChainedFix = z.infer<typeof chainedFix>;

interface Chain {
  head: string;
  /** Strike of the newest fix, in milliseconds. */
  newest: number;
  /** Hashes of the revisions of each strike of the last while, in milliseconds. */
  revisions: Map<number, string[]>;
}

/** Restatements come within a day of the strike; what lies longer before the newest strike need not be remembered. */
const REMEMBERED_MS = 7 * 86_400_000;

/** The chain of every series of a log, so far: memory by the number of series, not of fixes. */
export interface SeriesChains {
  readonly size: number;
  /** Takes the next fix of the log. @throws Error where it does not go on where its series is */
  take(fix: ChainedFix, hash: string): void;
}

/** No chains yet. */
export function seriesChains(): SeriesChains {
  const chains = new Map<string, Chain>();
  return {
    get size() {
      return chains.size;
    },
    take(fix, hash) {
      const { series, revision, previous_hash, restates } = fix;
      const strike = Date.parse(fix.strike);
      const chain = chains.get(series) ?? { head: null, newest: Number.NEGATIVE_INFINITY, revisions: new Map() };
      if (previous_hash !== chain.head) {
        throw new Error(
          `previous_hash says ${previous_hash}, ${chain.head === null ? 'the log has no fix of this series before it' : `the fix before it in its series hashes to ${chain.head}`}`,
        );
      }
      const published = chain.revisions.get(strike) ?? [];
      if (revision === 0 && strike <= chain.newest) {
        throw new Error(
          `a second fix of this strike or one before: the series already reaches ${new Date(chain.newest).toISOString()}`,
        );
      }
      if (revision !== published.length) {
        throw new Error(`revision says ${revision}, of this strike ${published.length} revisions are there before`);
      }
      if (restates && !published.includes(restates.hash)) {
        throw new Error(`restates.hash says ${restates.hash}, which is no revision of this strike`);
      }
      const newest = Math.max(strike, chain.newest);
      for (const old of chain.revisions.keys()) if (old < newest - REMEMBERED_MS) chain.revisions.delete(old);
      chain.revisions.set(strike, [...published, hash]);
      chains.set(series, { head: hash, newest, revisions: chain.revisions });
    },
  };
}
