import { canonicalJson } from '#methodology/canonical';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import type { Cancellation } from '#store/clickhouse/cancellations';
import type { ClickHouse } from '#store/clickhouse/client';
import {
  type Attributes,
  byLine,
  type ExchangeRate,
  type Observation,
  type Quarantined,
  type Sweep,
  type Trade,
  type Withdrawal,
} from '#store/observation';

/** Decimals that a stored price carries. */
export const PRICE_SCALE = 18;

interface ObservationRow
  extends Omit<Observation, 'attributes' | 'trade' | 'hardware_class' | 'tenor' | 'country' | 'region'> {
  attributes: string;
  /** JSON, or empty where there is none. */
  trade: string;
  hardware_class: string;
  tenor: string;
  country: string;
  region: string;
}

function toRow(observation: Observation): ObservationRow {
  return {
    ...observation,
    attributes: canonicalJson(observation.attributes),
    trade: observation.trade === null ? '' : canonicalJson(observation.trade),
    hardware_class: observation.hardware_class ?? '',
    tenor: observation.tenor ?? '',
    country: observation.country ?? '',
    region: observation.region ?? '',
  };
}

function fromRow(row: ObservationRow): Observation {
  return {
    ...row,
    price: plainPrice(row.price),
    attributes: JSON.parse(row.attributes) as Attributes,
    trade: row.trade === '' ? null : (JSON.parse(row.trade) as Trade),
    hardware_class: row.hardware_class || null,
    tenor: row.tenor || null,
    country: row.country || null,
    region: row.region || null,
  };
}

/** The observation that a row of JSONEachRow text holds, as `insertText` takes it. */
export const observationOfRow = (row: string): Observation => fromRow(JSON.parse(row) as ObservationRow);

/** A price in the one spelling we hash: no trailing zeros, at most 18 decimals. */
export function plainPrice(text: string): string {
  const fixed = formatDecimal(parseDecimal(text, PRICE_SCALE), PRICE_SCALE);
  return fixed.replace(/\.?0+$/, '');
}

/**
 * Stores observations that are not there yet. A fact read again later adds nothing; a fact read again *earlier* (an archive loaded
 * out of order) replaces its later reading, so that the store does not depend on the order of loading.
 * @returns how many were new
 */
export async function insertObservations(store: ClickHouse, observations: readonly Observation[]): Promise<number> {
  if (observations.length === 0) return 0;
  const instants = observations.map((one) => one.event_at).sort();
  const known = await store.rows<{ observation_id: string; first: string }>(
    `SELECT observation_id, min(observed_at) AS first FROM csi.observations
     WHERE event_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')} AND observation_id IN {ids:Array(String)}
     GROUP BY observation_id`,
    {
      from: clickhouseInstant(instants[0] as string),
      to: clickhouseInstant(instants.at(-1) as string),
      ids: observations.map((one) => one.observation_id),
    },
  );
  const first = new Map(known.map((row) => [row.observation_id, row.first]));
  const fresh = observations.filter((one) => {
    const learned = first.get(one.observation_id);
    return learned === undefined || Date.parse(one.observed_at) < Date.parse(learned);
  });
  await store.insert('csi.observations', fresh.map(toRow));
  return fresh.filter((one) => !first.has(one.observation_id)).length;
}

/** An instant as ClickHouse binds it. */
export function clickhouseInstant(instant: string | Date): string {
  const iso = typeof instant === 'string' ? new Date(instant).toISOString() : instant.toISOString();
  return iso.replace('T', ' ').replace('Z', '');
}

/** What a fix may be computed from: see `fixInputs`. */
export interface StoredInputs {
  observations: Observation[];
  sweeps: Sweep[];
  rates: ExchangeRate[];
  withdrawals: Withdrawal[];
  cancellations: Cancellation[];
}

/** Which facts a strike may need: see `readInputs`. */
export interface InputsWindow {
  strike: Date;
  /** Observations from here on may still stand in the window, or be named as stale. */
  from: Date;
  /** Older ones count as history of their line, back to here; of a change point that still holds, as long before it. */
  since: Date;
  /** At most so many of a line, and the one that they follow on. */
  history: number;
  hardwareClasses?: readonly string[];
  /** Also the history of lines that have nothing younger than `from`: a later strike may see them come back. */
  dormant?: boolean;
  /** Facts learned before this instant count, where a fix is looked at again after its strike; the strike itself without it. */
  knownAt?: Date;
}

/** What tells the lines of every series apart: a provider's line may change any of these, and a series then sees a part of it. */
const PART_OF_LINE = 'source, native_id, hardware_class, tenor, region, venue_type, evidence';

/** The complete sweeps learned from `from` on and before `strike`. */
export const readSweeps = (store: ClickHouse, { from, strike }: { from: Date; strike: Date }): Promise<Sweep[]> =>
  store.rows<Sweep>(
    `SELECT DISTINCT source, sweep_id, observed_at, complete, covers FROM csi.sweeps
     WHERE complete AND observed_at >= {from:DateTime64(3, 'UTC')} AND observed_at < {strike:DateTime64(3, 'UTC')}
     ORDER BY source, observed_at, sweep_id, covers`,
    { from: clickhouseInstant(from), strike: clickhouseInstant(strike) },
  );

/** The last exchange rate of each currency dated on or before the strike's day and learned before it, or before `knownAt`. */
export async function readRates(store: ClickHouse, strike: Date, knownAt = strike): Promise<ExchangeRate[]> {
  const rates = await store.rows<ExchangeRate>(
    `SELECT date, currency, usd_per_unit, source, observed_at, capture_id FROM csi.exchange_rates
     WHERE observed_at < {known:DateTime64(3, 'UTC')} AND date <= toDate({strike:DateTime64(3, 'UTC')})
     ORDER BY date DESC, currency, observed_at, source, usd_per_unit LIMIT 1 BY currency`,
    { strike: clickhouseInstant(strike), known: clickhouseInstant(knownAt) },
  );
  return rates.map((rate) => ({ ...rate, usd_per_unit: plainPrice(rate.usd_per_unit) }));
}

/** What lines said of their own end before `strike`, the last of each line, newest first; from `after` on, where it is given. */
export const readWithdrawals = (
  store: ClickHouse,
  { strike, history, after }: { strike: Date; history: number; after?: Date },
): Promise<Withdrawal[]> =>
  store.rows<Withdrawal>(
    `SELECT DISTINCT source, native_id, at FROM csi.withdrawals
     WHERE at >= {after:DateTime64(3, 'UTC')} AND at < {strike:DateTime64(3, 'UTC')}
     ORDER BY at DESC, source, native_id LIMIT {history:UInt32} + 1 BY source, native_id`,
    { after: clickhouseInstant(after ?? new Date(0)), strike: clickhouseInstant(strike), history },
  );

/** The cancellations learned from `since` on and before `strike`. */
export const readCancellations = (
  store: ClickHouse,
  { since, strike }: { since: Date; strike: Date },
): Promise<Cancellation[]> =>
  store.rows<Cancellation>(
    `SELECT * FROM csi.cancellations
     WHERE observed_at >= {since:DateTime64(3, 'UTC')} AND observed_at < {strike:DateTime64(3, 'UTC')}
     ORDER BY observed_at, cancellation_id, capture_id LIMIT 1 BY cancellation_id`,
    { since: clickhouseInstant(since), strike: clickhouseInstant(strike) },
  );

/** Identified facts that became inputs between two strikes: they happened, or were learned, at or after the first and before the second. */
export async function readFactsBetween(
  store: ClickHouse,
  { after, strike }: { after: Date; strike: Date },
): Promise<Observation[]> {
  const rows = await store.rows<ObservationRow>(
    `SELECT * FROM csi.observations
     WHERE hardware_class != '' AND event_at < {strike:DateTime64(3, 'UTC')} AND observed_at < {strike:DateTime64(3, 'UTC')}
       AND (event_at >= {after:DateTime64(3, 'UTC')} OR observed_at >= {after:DateTime64(3, 'UTC')})
     ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`,
    { after: clickhouseInstant(after), strike: clickhouseInstant(strike) },
  );
  return rows.map(fromRow);
}

/**
 * Everything known strictly before `strike`, or `knownAt`, that can bear on fixes at that strike: identified observations younger than
 * `from`, up to `history` and one earlier ones of each of their lines not older than `since`, the complete sweeps after `from`, and the last
 * exchange rates.
 */
export async function readInputs(store: ClickHouse, window: InputsWindow): Promise<StoredInputs> {
  const knownAt = window.knownAt ?? window.strike;
  const parameters = {
    strike: clickhouseInstant(window.strike),
    known: clickhouseInstant(knownAt),
    from: clickhouseInstant(window.from),
    since: clickhouseInstant(window.since),
    lookback: window.from.getTime() - window.since.getTime(),
    history: window.history,
    classes: window.hardwareClasses ?? [],
  };
  const ofClasses = window.hardwareClasses ? 'AND hardware_class IN {classes:Array(String)}' : '';
  // One row for each fact, the first-learned one, without FINAL: the range is small and keyed by month.
  const facts = `SELECT *, change_point FROM csi.observations
    WHERE hardware_class != '' ${ofClasses}
      AND event_at >= {since:DateTime64(3, 'UTC')} AND event_at < {strike:DateTime64(3, 'UTC')}
      AND observed_at < {known:DateTime64(3, 'UTC')}
    ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`;
  // Every order is total, so that two engines, or one twice, choose alike.
  const recent = `WITH facts AS (${facts}) SELECT * EXCEPT change_point FROM facts WHERE event_at >= {from:DateTime64(3, 'UTC')}
    ORDER BY event_at DESC, observation_id`;
  const ofLines = window.dormant
    ? ''
    : `AND (source, native_id) IN (
        SELECT source, native_id FROM facts WHERE event_at >= {from:DateTime64(3, 'UTC')} OR change_point)`;
  const earlier = `WITH facts AS (${facts})
    SELECT * EXCEPT change_point FROM facts WHERE event_at < {from:DateTime64(3, 'UTC')} ${ofLines}
    ORDER BY event_at DESC, observation_id LIMIT {history:UInt32} + 1 BY ${PART_OF_LINE}`;
  // A change point may still hold however old it is: the last one of each line, and its history as far back before it as that counts.
  const held = `SELECT * EXCEPT last_at FROM (
      SELECT *, max(event_at) OVER (PARTITION BY ${PART_OF_LINE}) AS last_at FROM (
        SELECT * FROM csi.observations
        WHERE change_point AND hardware_class != '' ${ofClasses}
          AND event_at < {from:DateTime64(3, 'UTC')} AND observed_at < {known:DateTime64(3, 'UTC')}
        ORDER BY observed_at, capture_id LIMIT 1 BY observation_id))
    WHERE event_at >= last_at - toIntervalMillisecond({lookback:UInt64})
    ORDER BY event_at DESC, observation_id LIMIT {history:UInt32} + 1 BY ${PART_OF_LINE}`;
  const [now, before, holding, sweeps, rates, withdrawals, cancellations] = [
    await store.rows<ObservationRow>(recent, parameters),
    await store.rows<ObservationRow>(earlier, parameters),
    await store.rows<ObservationRow>(held, parameters),
    await readSweeps(store, window),
    await readRates(store, window.strike, knownAt),
    await readWithdrawals(store, window),
    await readCancellations(store, { since: window.since, strike: knownAt }),
  ];
  const early = new Set(before.map((row) => row.observation_id));
  const rows = [...now, ...before, ...holding.filter((row) => !early.has(row.observation_id))];
  return {
    // In the order that fixes have: what comes in order need not be sorted for each of them.
    observations: rows.map(fromRow).sort(byLine),
    sweeps,
    rates,
    withdrawals,
    cancellations,
  };
}

/** Observations by id, first-learned versions. */
export async function observationsById(store: ClickHouse, ids: readonly string[]): Promise<Map<string, Observation>> {
  const rows = await store.rows<ObservationRow>(
    `SELECT * FROM csi.observations WHERE observation_id IN {ids:Array(String)}
     ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`,
    { ids },
  );
  return new Map(rows.map((row) => [row.observation_id, fromRow(row)]));
}

/** Records rounds of collection. */
export async function insertSweeps(store: ClickHouse, sweeps: readonly Sweep[]): Promise<void> {
  await store.insert('csi.sweeps', sweeps);
}

/** Keeps what did not validate. */
export async function insertQuarantined(store: ClickHouse, rows: readonly Quarantined[]): Promise<void> {
  await store.insert('csi.quarantine', rows);
}

/**
 * Stores exchange rates that are not there yet. A rate read again says nothing new; one read again *earlier*, or with another value,
 * is kept.
 */
export async function insertRates(store: ClickHouse, rates: readonly ExchangeRate[]): Promise<void> {
  if (rates.length === 0) return;
  const dates = rates.map((one) => one.date).sort();
  const known = await store.rows<
    Pick<ExchangeRate, 'source' | 'date' | 'currency' | 'usd_per_unit'> & { first: string }
  >(
    `SELECT source, date, currency, usd_per_unit, min(observed_at) AS first FROM csi.exchange_rates
     WHERE date BETWEEN {from:Date} AND {to:Date} GROUP BY source, date, currency, usd_per_unit`,
    { from: dates[0] as string, to: dates.at(-1) as string },
  );
  const key = (one: Pick<ExchangeRate, 'source' | 'date' | 'currency' | 'usd_per_unit'>) =>
    [one.source, one.date, one.currency, plainPrice(one.usd_per_unit)].join('\n');
  const first = new Map(known.map((row) => [key(row), Date.parse(row.first)]));
  const fresh = rates.filter((one) => Date.parse(one.observed_at) < (first.get(key(one)) ?? Number.POSITIVE_INFINITY));
  await store.insert('csi.exchange_rates', fresh);
}
