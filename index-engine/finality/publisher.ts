import { announceRecheck, announceStrike } from '#index-engine/finality/announce';
import { ledgerTime } from '#index-engine/finality/clock';
import { makeDisruptionLog } from '#index-engine/finality/disruption';
import { type Struck, strikesDue } from '#index-engine/finality/due';
import { type RecheckReport, recheckStrike } from '#index-engine/finality/recheck';
import { finalAt, recheckAt } from '#index-engine/finality/rules';
import { beginService } from '#index-engine/finality/service';
import { publishStrike, readChains, type StrikeReport } from '#index-engine/publish-strike';
import { rulebookAt } from '#methodology/rulebook';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { newestStrike } from '#store/ledger/fixes';
import { ensureDailyHead } from '#store/ledger/heads';
import type { SigningKey } from '#store/ledger/keys';
import { takeLease } from '#store/ledger/leases';
import type { Store } from '#store/store';

/** What one run of the publisher came to. */
export interface PublisherReport {
  strikes: number;
  published: number;
  /** One sentence for each strike that was late. */
  late: string[];
  /** Strikes that another process published while this one computed them. */
  yielded: number;
  differing: StrikeReport['differing'];
  refused: StrikeReport['refused'];
  restated: RecheckReport['restated'];
  findings: RecheckReport['findings'];
  /** Publication had failed, and goes on: says since when. */
  recovered: string | null;
}

/** The one who publishes to a ledger, while it holds the lease. */
export interface Publisher {
  /**
   * Publishes every strike that is due and has no fixes yet, and looks again at those about to be final. Never two runs at once.
   * @returns null where another process holds the lease
   * @throws Error where a store fails: nothing is half published, the next run tries again, and a notice says so
   */
  run(): Promise<PublisherReport | null>;
}

/** Renewed before every strike; who crashed loses it after this long. The ledger's own constraints are what forbids two. */
const LEASE_SECONDS = 120;

/**
 * Makes the publisher of a ledger. The time is the later of the clock and the newest publication: a clock that steps back neither dates a
 * publication before the newest nor makes a strike due that was not, and is said.
 * @param holder who this process is among those that share the ledger
 */
export function makePublisher(store: Store, key: SigningKey, clock: () => Date, holder: string): Publisher {
  const { database } = store.ledger;
  const disruptions = makeDisruptionLog(database);
  let since: Date | null = null;
  /** The newest strike that this process has seen through. */
  let attended: Date | null = null;
  let steppedBack = false;
  const rechecked = new Set<number>();

  /** The later of the clock and the newest publication. */
  const timeNow = async (): Promise<Date> => {
    const told = clock();
    const { now, behind } = await ledgerTime(database, told);
    if (behind !== null && !steppedBack) {
      steppedBack = true;
      await disruptions.say('clock', behind, now);
    }
    if (now <= told) steppedBack = false;
    return now;
  };

  const holdsLease = async (now: Date) => takeLease(database, { name: 'fix', holder, now, seconds: LEASE_SECONDS });

  const publishDue = async (due: readonly Struck[], begun: Date, report: PublisherReport) => {
    const [first] = due;
    if (!first) return;
    const rolling = rollingInputs(store.clickhouse);
    const chains = await readChains(database, first.strike.instant);
    for (const [index, struck] of due.entries()) {
      const at = await timeNow();
      if (!(await holdsLease(at))) return;
      const { loaded, strike } = struck;
      const done = await publishStrike(store, key, loaded, struck, rolling, chains, at);
      report.strikes += 1;
      report.published += done.published.length;
      report.yielded += done.yielded ? 1 : 0;
      report.differing.push(...done.differing);
      report.refused.push(...done.refused);
      const late = await announceStrike(database, key, loaded.rulebook, done.standing, done.before, begun, at);
      if (late) report.late.push(late);
      // Several may be struck at one instant: it is seen through with the last of them.
      if (due[index + 1]?.strike.instant.getTime() !== strike.instant.getTime()) attended = strike.instant;
    }
  };

  const recheckDue = async (begun: Date, report: PublisherReport) => {
    const now = await timeNow();
    const isDue = ({ strike: { instant }, loaded: { rulebook } }: Struck) =>
      !rechecked.has(instant.getTime()) && recheckAt(instant, rulebook) <= now && now < finalAt(instant, rulebook);
    const { final_after_seconds: open } = rulebookAt(now).rulebook.finality;
    const from = new Date(Math.max(begun.getTime(), now.getTime() - open * 1000));
    const due = strikesDue(from, now).filter(isDue);
    for (const struck of due) {
      const at = await timeNow();
      if (!(await holdsLease(at))) return;
      const done = await recheckStrike(store, key, struck, at);
      await announceRecheck(database, done, at);
      report.restated.push(...done.restated);
      report.findings.push(...done.findings);
    }
    for (const { strike } of due) rechecked.add(strike.instant.getTime());
  };

  const attempt = async (): Promise<PublisherReport | null> => {
    const now = await timeNow();
    if (!(await holdsLease(now))) return null;
    // What is due from now on is the service's to publish.
    const { publication_delay_seconds: delay } = rulebookAt(now).rulebook;
    const begun = since ?? (await beginService(database, key, new Date(now.getTime() - delay * 1000), now));
    since = begun;
    const report: PublisherReport = {
      ...{ strikes: 0, published: 0, late: [], yielded: 0, differing: [], refused: [] },
      ...{ restated: [], findings: [], recovered: null },
    };
    // The newest strike is gone through again at the first run: a crash may have left out what else was struck then, and what is said of it.
    const newest: Date | null = attended ?? (await newestStrike(database));
    const from = newest && newest > begun ? newest : begun;
    const isOpen = ({ strike: { instant } }: Struck) => attended === null || instant > attended;
    await publishDue(strikesDue(from, now).filter(isOpen), begun, report);
    await recheckDue(begun, report);
    await ensureDailyHead(database, key, now);
    report.recovered = await disruptions.succeeded(now);
    return report;
  };

  return {
    run: async () => {
      try {
        return await attempt();
      } catch (error) {
        // What was under way is gone through again from the ledger's own word.
        attended = null;
        throw new Error(await disruptions.failed(error, clock()), { cause: error });
      }
    },
  };
}
