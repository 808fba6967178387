import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';
import type { Attributes, PriceBasis } from '#store/observation';

/** What tells a contributed fact: its id, the name of its line, when it happened, and whether it is a print. */
export interface ContributedFact {
  observation_id: string;
  native_id: string;
  event_at: string;
  isPrint: boolean;
}

/** A contributed fact that the store holds. */
export interface KnownContribution {
  observation_id: string;
  native_id: string;
  capture_id: string;
  attributes: Attributes;
}

/** What a contributor told us before: facts with the ids of these, and prints under the names of their lines. */
export async function knownContributions(
  store: ClickHouse,
  source: string,
  facts: readonly ContributedFact[],
): Promise<KnownContribution[]> {
  if (facts.length === 0) return [];
  const instants = facts.map((one) => one.event_at).sort();
  const range = {
    source,
    from: clickhouseInstant(instants[0] as string),
    to: clickhouseInstant(instants.at(-1) as string),
  };
  const inRange = `FROM csi.observations
     WHERE source = {source:String} AND event_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')}`;
  const select = (where: string) =>
    `SELECT observation_id, native_id, capture_id, attributes ${inRange} AND ${where}
     ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`;
  // Most contributions tell of a time that nothing was told of yet: a look at the range is cheap, thousands of names are not.
  const any = await store.rows(`SELECT 1 ${inRange} LIMIT 1`, range);
  if (any.length === 0) return [];
  type Row = Omit<KnownContribution, 'attributes'> & { attributes: string };
  // Names are in the table's key, ids only in an index: a print is looked up by its name, which finds its id as well.
  const prints = facts.filter((one) => one.isPrint).map((one) => one.native_id);
  const others = facts.filter((one) => !one.isPrint).map((one) => one.observation_id);
  const rows: Row[] = [];
  if (prints.length > 0) {
    rows.push(...(await store.rows<Row>(select('native_id IN {names:Array(String)}'), { ...range, names: prints })));
  }
  if (others.length > 0) {
    rows.push(...(await store.rows<Row>(select('observation_id IN {ids:Array(String)}'), { ...range, ids: others })));
  }
  return rows.map((row) => ({ ...row, attributes: JSON.parse(row.attributes) as Attributes }));
}

/** How the facts about a trade are read: one row for each trade that anybody reported, resolved when it is asked for. */
export interface TradeRow {
  venue: string;
  trade_id: string;
  /** The report that stands for the trade: the venue's own, else the seller's, else the buyer's, as last corrected. */
  observation_id: string;
  source: string;
  provider: string;
  event_at: string;
  observed_at: string;
  hardware_class: string | null;
  label: string;
  gpus: number | null;
  gpu_hours: string | null;
  tenor: string | null;
  country: string | null;
  region: string | null;
  price: string;
  currency: string;
  price_basis: PriceBasis;
  buyer: string | null;
  seller: string | null;
  attestation: string;
  /** Who reported it: `buyer`, `seller`, `venue`. */
  sides: string[];
  /** The venue itself reported it, or buyer and seller did: two contributors, and the same facts. */
  matched: boolean;
  /** Both sides reported it, and their facts differ. */
  disputed: boolean;
  cancelled: boolean;
  corrected: boolean;
  /** What it counts for: 1 where matched, half where one side alone says so, 0 where cancelled. */
  weight: '1' | '0.5' | '0';
}

/**
 * The trades executed in [from, to), as they were known strictly before `as_of`. Facts are never edited: the last correction of a
 * report stands for it, the first print where there is none; a cancellation by any who reported the trade ends it.
 */
export async function readTrades(
  store: ClickHouse,
  range: { from: Date; to: Date; asOf: Date; hardwareClasses?: readonly string[] },
): Promise<TradeRow[]> {
  const ofClasses = range.hardwareClasses ? 'AND hardware_class IN {classes:Array(String)}' : '';
  const facts = `FROM csi.observations WHERE evidence = 'transaction' AND trade != '' AND observed_at < {asOf:DateTime64(3, 'UTC')}`;
  type Row = Omit<
    TradeRow,
    'weight' | 'hardware_class' | 'gpu_hours' | 'tenor' | 'country' | 'region' | 'buyer' | 'seller'
  > &
    Record<'hardware_class' | 'gpu_hours' | 'tenor' | 'country' | 'region' | 'buyer' | 'seller', string>;
  // A correction may move a trade in time or to another class: every version of a line is read before any is left out.
  const rows = await store.rows<Row>(
    `WITH lines AS (
       SELECT DISTINCT source, native_id ${facts} AND event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}),
     versions AS (
       SELECT *, JSONExtractString(attributes, 'form') = 'correction' AS is_correction,
         if(JSONExtractString(attributes, 'form') = 'auction', 'venue', JSONExtractString(attributes, 'side')) AS side,
         JSONExtractString(trade, 'id') AS trade_id
       ${facts} AND (source, native_id) IN (SELECT source, native_id FROM lines)
       ORDER BY observed_at, capture_id LIMIT 1 BY observation_id),
     reports AS (
       SELECT *, max(is_correction) OVER line AS was_corrected,
         row_number() OVER (line ORDER BY is_correction DESC,
           if(is_correction, parseDateTime64BestEffortOrZero(JSONExtractString(attributes, 'corrected_at'), 3, 'UTC'), observed_at) DESC,
           if(is_correction, -1, 1) * toUnixTimestamp64Milli(observed_at), observation_id) AS place
       FROM versions WINDOW line AS (PARTITION BY source, native_id)),
     standing AS (
       SELECT *, (hardware_class, price, currency, price_basis, JSONExtractString(trade, 'gpu_hours')) AS terms
       FROM reports WHERE place = 1),
     cancels AS (
       SELECT DISTINCT source, venue, trade_id FROM csi.cancellations WHERE observed_at < {asOf:DateTime64(3, 'UTC')}),
     trades AS (
       SELECT venue AS at_venue, trade_id AS id,
         argMin((observation_id, source, provider, event_at, observed_at, hardware_class, label, gpus, tenor, country, region, price,
           currency, price_basis, trade, attributes), (multiIf(side = 'venue', 0, side = 'seller', 1, 2), observation_id)) AS best,
         groupUniqArrayIf(source, side = 'buyer') AS buyers, groupUniqArrayIf(source, side = 'seller') AS sellers,
         arraySort(groupUniqArray(side)) AS sides, uniqExactIf(terms, side != 'venue') > 1 AS differ,
         max((source, venue, trade_id) IN (SELECT source, venue, trade_id FROM cancels)) AS cancelled,
         max(was_corrected) AS corrected
       FROM standing GROUP BY venue, trade_id)
     SELECT at_venue AS venue, id AS trade_id, best.1 AS observation_id, best.2 AS source, best.3 AS provider, best.4 AS event_at,
       best.5 AS observed_at, best.6 AS hardware_class, best.7 AS label, best.8 AS gpus, best.9 AS tenor, best.10 AS country,
       best.11 AS region, best.12 AS price, best.13 AS currency, best.14 AS price_basis,
       JSONExtractString(best.15, 'gpu_hours') AS gpu_hours, JSONExtractString(best.15, 'buyer') AS buyer,
       JSONExtractString(best.15, 'seller') AS seller, JSONExtractString(best.16, 'attestation') AS attestation, sides,
       toBool(has(sides, 'venue') OR (notEmpty(buyers) AND notEmpty(sellers) AND length(arrayDistinct(arrayConcat(buyers, sellers))) > 1
         AND NOT differ)) AS matched,
       toBool(notEmpty(buyers) AND notEmpty(sellers) AND differ) AS disputed, toBool(cancelled) AS cancelled,
       toBool(corrected) AS corrected
     FROM trades
     WHERE event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')} ${ofClasses}
     ORDER BY event_at, venue, trade_id`,
    {
      from: clickhouseInstant(range.from),
      to: clickhouseInstant(range.to),
      asOf: clickhouseInstant(range.asOf),
      classes: range.hardwareClasses ?? [],
    },
  );
  return rows.map((row) => ({
    ...row,
    price: plainPrice(row.price),
    hardware_class: row.hardware_class || null,
    gpu_hours: row.gpu_hours || null,
    tenor: row.tenor || null,
    country: row.country || null,
    region: row.region || null,
    buyer: row.buyer || null,
    seller: row.seller || null,
    weight: row.cancelled ? '0' : row.matched ? '1' : '0.5',
  }));
}
