import type { LedgerDatabase } from '#store/ledger/client';
import { addNotice } from '#store/ledger/notices';

/** What is said of a failure: in one sentence, by its cause rather than by the statement that met it. */
export function causeOf(error: unknown): string {
  const causes: Error[] = [];
  for (let one = error; one instanceof Error; one = one.cause) causes.push(one);
  const codes = causes.map((one) => (one as NodeJS.ErrnoException).code ?? '');
  const said = causes.map(({ message }) => message).join(' ');
  const deepest = causes.at(-1)?.message || codes.at(-1) || String(error);
  // As the system, Postgres and ClickHouse say it: ClickHouse refuses a part before the disk would.
  const full = /no space left on device|NOT_ENOUGH_SPACE|not enough space/i;
  if (codes.some((code) => code === 'ENOSPC' || code === '53100') || full.test(said))
    return `the disk is full: ${deepest}`;
  const unreachable = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|57P0|08)/;
  if (codes.some((code) => unreachable.test(code)) || /connection (terminated|timeout)/i.test(said))
    return `a store does not answer: ${deepest}`;
  return deepest;
}

/** Says once that publication is disrupted, and once that it goes on. */
export interface DisruptionLog {
  failed(error: unknown, at: Date): Promise<string>;
  /** @returns what was said, or null where nothing was wrong */
  succeeded(at: Date): Promise<string | null>;
  /** Says something else that readers should know. */
  say(subject: string, text: string, at: Date): Promise<void>;
}

/**
 * Keeps what happened until the ledger takes it: a ledger that does not answer cannot be told that it does not.
 */
export function makeDisruptionLog(database: LedgerDatabase): DisruptionLog {
  let failing: { since: Date; cause: string } | null = null;
  const unsaid: { at: Date; subject: string; text: string }[] = [];
  const flush = async () => {
    for (let next = unsaid[0]; next; next = unsaid[0]) {
      await addNotice(database, { ...next, kind: 'disruption' });
      unsaid.shift();
    }
  };
  const say = async (subject: string, text: string, at: Date) => {
    unsaid.push({ at, subject, text });
    // What cannot be said now is said when the ledger answers again.
    await flush().catch(() => {});
  };
  return {
    say,
    failed: async (error, at) => {
      const cause = causeOf(error);
      const text = `publication is disrupted: ${cause}. It is tried again until it succeeds; what is missed is computed from what was recorded`;
      if (failing?.cause !== cause) {
        failing = { since: failing?.since ?? at, cause };
        await say('publication', text, at);
      }
      return text;
    },
    succeeded: async (at) => {
      if (!failing) {
        await flush();
        return null;
      }
      const text = `publication goes on; it was disrupted since ${failing.since.toISOString()}: ${failing.cause}`;
      failing = null;
      await say('publication', text, at);
      return text;
    },
  };
}
