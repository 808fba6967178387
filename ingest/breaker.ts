import type { LedgerHealth } from '#store/ledger/health';

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_SECONDS = 300;
const LONGEST_PAUSE_SECONDS = 6 * 3600;

/**
 * Until when a source is left alone after failing again and again: five failures in a row open the circuit for five minutes, each
 * further one doubles that, up to six hours. The run after the pause is the test whether it closes.
 * @returns null where it may run
 */
export function pausedUntil(health: LedgerHealth | undefined, now: Date): Date | null {
  if (!health?.lastRunAt || health.consecutiveFailures < FAILURES_TO_OPEN) return null;
  const doublings = Math.min(health.consecutiveFailures - FAILURES_TO_OPEN, 12);
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** doublings, LONGEST_PAUSE_SECONDS);
  const until = new Date(health.lastRunAt.getTime() + pause * 1000);
  return until > now ? until : null;
}

/** Whether this failure is the one that opens the circuit. */
export function opensCircuit(failuresBefore: number): boolean {
  return failuresBefore + 1 === FAILURES_TO_OPEN;
}
