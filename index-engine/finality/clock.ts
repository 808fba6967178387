import type { LedgerDatabase } from '#store/ledger/client';
import { newestFixAt } from '#store/ledger/fixes';

/** A clock this far behind the ledger is no rounding between machines. */
const CLOCK_STEP_MS = 5000;

/** The time by which a ledger is published to, and what readers should know of the clock. */
export interface LedgerTime {
  now: Date;
  /** The clock lies far behind the ledger, in one sentence; null where it does not. */
  behind: string | null;
}

/**
 * The later of a clock and the newest publication of a ledger: a clock that steps back neither dates a publication before the newest nor
 * makes provisional what is final.
 */
export async function ledgerTime(database: LedgerDatabase, told: Date): Promise<LedgerTime> {
  const newest = await newestFixAt(database);
  if (newest === null || newest <= told) return { now: told, behind: null };
  if (newest.getTime() - told.getTime() <= CLOCK_STEP_MS) return { now: newest, behind: null };
  const behind = `the clock of the publisher says ${told.toISOString()}, and the newest fix was published at ${newest.toISOString()}: no publication is dated before it`;
  return { now: newest, behind };
}
