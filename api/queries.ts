import { finalityOf, publishedValue } from '#api/latest';
import { currentRulebook } from '#api/series';
import type { Constituent, FixHistory, PublishedFix, Vintage } from '#api/types';
import { type DerivedUnits, derivedUnits } from '#index-engine/derived/units';
import { type Correction, correctionsOf } from '#index-engine/finality/findings';
import type { FixRecord, FixStatus, Level } from '#index-engine/record';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import type { Series } from '#methodology/series';
import { type FixInputRow, fixInputs } from '#store/clickhouse/fix-inputs';
import { fixHistory, type LedgerFix } from '#store/ledger/fixes';
import type { Store } from '#store/store';

/** The history of a series in columns, half-open in local dates. */
export async function readHistory(
  store: Store,
  { id: series, cadence }: Pick<Series, 'id' | 'cadence'>,
  range: { from?: string | undefined; to?: string | undefined },
  vintage: Vintage = 'latest',
): Promise<FixHistory> {
  const { database } = store.ledger;
  const found = await fixHistory(database, series, range, vintage === 'initial' ? 'first' : 'newest');
  const corrections = vintage === 'corrected' ? await correctionsOf(database, series) : new Map<string, Correction>();
  const rows = found.map((row) => {
    const corrected = corrections.get(row.strike.toISOString());
    if (!corrected) return row;
    const { value, level, status, reason } = corrected;
    // What the correction does not say of its evidence is not said.
    return { ...row, value, level, status, reason: `corrected: ${reason}`, p25: null, p75: null };
  });
  return {
    vintage,
    series,
    cadence,
    unit: 'USD/GPU-h',
    from: range.from ?? null,
    to: range.to ?? null,
    date: rows.map((row) => row.date),
    strike: rows.map((row) => row.strike.toISOString()),
    value: rows.map((row) => publishedValue(row.value, row.strike)),
    level: rows.map((row) => row.level as Level | null),
    status: rows.map((row) => row.status as FixStatus),
    reason: rows.map((row) => row.reason),
    p25: rows.map((row) => row.p25),
    p75: rows.map((row) => row.p75),
    providers: rows.map((row) => row.providers),
    hash: rows.map((row) => row.hash),
  };
}

/** A published fix with its proof. The record is read from the signed text, so that the two cannot differ. */
export function publishedFix(row: LedgerFix, now: Date): PublishedFix {
  return {
    fix: JSON.parse(row.canonical) as FixRecord,
    canonical: row.canonical,
    hash: row.hash,
    signature: row.signature,
    key_id: row.keyId,
    published_at: row.publishedAt.toISOString(),
    time_zone_database: row.timeZoneDatabase,
    finality: finalityOf(row.strike, now),
  };
}

/** The value of a fix in other units, or null where it has none. @param tokensPerSecond of one GPU, as somebody states it */
export function unitsOf(fix: FixRecord | undefined, tokensPerSecond: string | null): DerivedUnits | null {
  if (!fix || fix.value === null) return null;
  const { price_decimals } = currentRulebook(new Date(fix.strike)).rulebook.rounding;
  return derivedUnits(fix.value, fix.hardware_class, price_decimals, tokensPerSecond);
}

function constituent(row: FixInputRow): Constituent {
  const { normalised_price: price } = row;
  return {
    ...row,
    // ClickHouse drops trailing zeros; the record does not.
    normalised_price: price === null ? null : formatDecimal(parseDecimal(price, 6), 6),
    reason: row.reason || null,
    detail: row.detail || null,
  };
}

/** What a published fix was computed from, and what became of each observation. */
export async function readConstituents(store: Store, row: LedgerFix): Promise<Constituent[]> {
  const record = JSON.parse(row.canonical) as FixRecord;
  const rows = await fixInputs(store.clickhouse, {
    series: row.series,
    strike: row.strike,
    revision: row.revision,
    hardwareClass: record.hardware_class,
    count: record.counts.observations,
  });
  return rows.map(constituent);
}
