import type { Quoted } from '#index-engine/differentials/lines';
import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';
import type { Attributes } from '#store/observation';

interface QuotedRow extends Omit<Quoted, 'attributes' | 'hardware_class' | 'tenor' | 'country' | 'region'> {
  attributes: string;
  hardware_class: string;
  tenor: string;
  country: string;
  region: string;
}

const HOUR = 3_600_000;

/**
 * The identified standing prices of a stretch of time, of one capture of each venue (the first) in every `hours` of it; each fact once,
 * as first learned, and nothing that was learned only after `until`.
 */
export async function readQuoted(
  store: ClickHouse,
  range: { from: Date; to: Date; until: Date; hours: number },
): Promise<Quoted[]> {
  const facts = `SELECT observation_id, source, native_id, sweep_id, event_at, observed_at, provider, venue, venue_type, evidence,
      aggregator, label, memory_gb, hardware_class, gpus, tenor, country, region, price, currency, price_basis, attributes
    FROM csi.observations
    WHERE hardware_class != '' AND tenor != '' AND evidence != 'transaction'
      AND event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}
      AND observed_at < {until:DateTime64(3, 'UTC')}`;
  const rows = await store.rows<QuotedRow>(
    `WITH taken AS (
       SELECT source, venue, sweep_id FROM (
         SELECT source, venue, sweep_id, min(event_at) AS at FROM (${facts}) GROUP BY source, venue, sweep_id)
       ORDER BY at, sweep_id LIMIT 1 BY source, venue, intDiv(toUnixTimestamp(at), {seconds:UInt32}))
     SELECT * FROM (${facts} AND (source, venue, sweep_id) IN (SELECT source, venue, sweep_id FROM taken)
       ORDER BY observed_at, capture_id LIMIT 1 BY observation_id)
     ORDER BY observation_id`,
    {
      from: clickhouseInstant(range.from),
      to: clickhouseInstant(range.to),
      until: clickhouseInstant(range.until),
      seconds: (range.hours * HOUR) / 1000,
    },
  );
  return rows.map((row) => ({
    ...row,
    price: plainPrice(row.price),
    attributes: JSON.parse(row.attributes) as Attributes,
    hardware_class: row.hardware_class || null,
    tenor: row.tenor || null,
    country: row.country || null,
    region: row.region || null,
  }));
}
