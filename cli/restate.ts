import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { expectRange } from '#cli/dates';
import { progressBar } from '#cli/output';
import { announceRecheck } from '#index-engine/finality/announce';
import { ledgerTime } from '#index-engine/finality/clock';
import { strikesDue } from '#index-engine/finality/due';
import { recheckStrike } from '#index-engine/finality/recheck';
import { localDate } from '#methodology/strike';
import { addNotice } from '#store/ledger/notices';

/** Options of `csi restate`. */
export interface RestateOptions extends CommonOptions {
  from: string;
  to: string;
}

/**
 * `csi restate`: computes the fixes of a range of dates again from the facts known now. What is provisional is restated where it moved
 * enough; what is final stays, with an annotation and a correction beside it. 1 where anything was found.
 */
export async function restateCommand(options: RestateOptions): Promise<Answer> {
  const { from, to } = expectRange(options);
  return withStore(options, async (store, key) => {
    const { database } = store.ledger;
    const { now, behind } = await ledgerTime(database, new Date());
    if (behind !== null) await addNotice(database, { at: now, kind: 'disruption', subject: 'clock', text: behind });
    // A local date may begin a day before it does in UTC, and end a day after.
    const dated = strikesDue(new Date(Date.parse(from) - 86_400_000), now).filter(
      ({ strike }) => strike.date >= from && strike.date <= to,
    );
    const progress = progressBar('restate', options.json ?? false);
    const report = { strikes: dated.length, unchanged: 0, restated: [] as object[], findings: [] as object[] };
    const lines: string[] = behind === null ? [] : [behind];
    for (const [index, struck] of dated.entries()) {
      const { unchanged, restated, findings } = await recheckStrike(store, key(), struck, now);
      await announceRecheck(database, { restated, findings }, now);
      report.unchanged += unchanged;
      for (const { row, instead, reason } of restated) {
        const { series, strike, revision, hash } = row;
        report.restated.push({ series, strike, revision, hash, instead: instead.hash, reason });
        lines.push(`${series} ${strike.toISOString()} restated as revision ${revision}: ${reason}`);
      }
      for (const { correction, hash } of findings) {
        report.findings.push({ hash, ...correction });
        lines.push(
          `${correction.series} ${correction.strike} is final and stays; corrected beside it: ${correction.reason}`,
        );
      }
      progress(index + 1, dated.length, localDate(struck.strike.instant, 'UTC'));
    }
    const found = report.restated.length + report.findings.length;
    const summary = `${report.strikes} strikes looked at again: ${report.unchanged} fixes as published, ${report.restated.length} restated, ${report.findings.length} corrected beside`;
    return { text: [summary, ...lines].join('\n'), json: report, code: found > 0 ? 1 : 0 };
  });
}
