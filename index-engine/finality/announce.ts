import type { PreviousFix } from '#index-engine/compute-strike';
import { ANNOTATION, type Finding } from '#index-engine/finality/findings';
import type { Restatement } from '#index-engine/finality/recheck';
import { dueAt, timelinessOf } from '#index-engine/finality/rules';
import { canonicalJson } from '#methodology/canonical';
import type { Rulebook } from '#methodology/rulebook';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerFix } from '#store/ledger/fixes';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord } from '#store/ledger/log';
import { addNoticeOnce } from '#store/ledger/notices';

const worthOf = (row: LedgerFix) =>
  row.value === null
    ? 'suspended'
    : `${(JSON.parse(row.canonical) as { value: string }).value} USD/GPU-h at level ${row.level}`;
const minute = (instant: Date) => `${instant.toISOString().slice(0, 16)}Z`;

/** Hours and minutes, e.g. "3 h 05 min". */
function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/**
 * Says what readers should know of the fixes of a strike that the service published: series that were suspended or came back, and that
 * the strike was late, which is signed and logged too, since the fixes themselves must not depend on when they were computed. What was said
 * is not said again, so that it can be called again after a crash.
 * @param standing every fix of the strike
 * @param before each series' fix before
 * @returns when the strike was late, the sentence that says so; otherwise null
 */
export async function announceStrike(
  database: LedgerDatabase,
  key: SigningKey,
  rulebook: Rulebook,
  standing: readonly LedgerFix[],
  before: ReadonlyMap<string, PreviousFix>,
  since: Date,
  now: Date,
): Promise<string | null> {
  const first = standing[0];
  if (!first || first.strike < since) return null;
  const { strike } = first;
  for (const row of standing) {
    const was = before.get(row.series)?.record;
    if (!was || (was.value === null) === (row.value === null)) continue;
    const text =
      row.value === null
        ? `${row.series} is suspended at ${minute(strike)}: ${row.reason}`
        : `${row.series} is published again at ${minute(strike)}: ${worthOf(row)}`;
    await addNoticeOnce(database, { at: now, kind: 'suspension', subject: row.series, text });
  }
  const late = standing.filter(
    (row) => row.revision === 0 && timelinessOf(strike, row.publishedAt, since, rulebook) === 'late',
  );
  const [oldest] = late;
  if (!oldest) return null;
  const due = dueAt(strike, rulebook);
  const text =
    `${late.length} ${late.length === 1 ? 'fix' : 'fixes'} of the strike at ${minute(strike)} came ` +
    `${span(oldest.publishedAt.getTime() - due.getTime())} late, computed from what was recorded before the strike`;
  const canonical = canonicalJson({
    format: 'csi-annotation/1',
    about: 'late',
    strike: strike.toISOString(),
    due_at: due.toISOString(),
    published_at: oldest.publishedAt.toISOString(),
    fixes: late.map(({ hash }) => hash).sort(),
    text,
  });
  await recordKey(database, key, now);
  await appendSignedRecord(database, key, { kind: ANNOTATION, subject: strike.toISOString(), canonical }, now);
  await addNoticeOnce(database, { at: now, kind: 'late', subject: strike.toISOString(), text });
  return text;
}

/** Says what came of looking at a strike again. */
export async function announceRecheck(
  database: LedgerDatabase,
  { restated, findings }: { restated: readonly Restatement[]; findings: readonly Finding[] },
  now: Date,
): Promise<void> {
  for (const { row, reason } of restated) {
    const text = `${row.series} of ${minute(row.strike)} is restated as revision ${row.revision}: ${reason}`;
    await addNoticeOnce(database, { at: now, kind: 'restatement', subject: row.series, text });
  }
  for (const { correction, hash } of findings) {
    const { series, strike, reason } = correction;
    const text = `${series} of ${minute(new Date(strike))} was final and stays; ${reason}. The corrected series has it (${hash.slice(0, 12)})`;
    await addNoticeOnce(database, { at: now, kind: 'annotation', subject: series, text });
  }
}
