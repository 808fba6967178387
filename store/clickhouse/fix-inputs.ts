import type { Evidence } from '#methodology/evidence';
import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';
import type { Attributes, PriceBasis } from '#store/observation';

/** One observation considered for a fix, with what became of it. */
export interface FixInputRow {
  observation_id: string;
  source: string;
  provider: string;
  venue: string;
  evidence: Evidence;
  event_at: string;
  observed_at: string;
  stood_seconds: number;
  gpus: number | null;
  price: string;
  currency: string;
  price_basis: PriceBasis;
  normalised_price: string | null;
  weight: string;
  included: boolean;
  reason: string;
  detail: string;
  capture_id: string;
  capture_sha256: string;
  native_id: string;
  label: string;
  attributes: Attributes;
}

/**
 * The inputs of one fix in the engine's order, joined with the observations they name.
 * @param fix `count` is how many the fix says it considered: rows past it are left from a publication that a crash cut short
 */
export async function fixInputs(
  store: ClickHouse,
  fix: { series: string; strike: Date; revision: number; hardwareClass: string; count: number },
): Promise<FixInputRow[]> {
  // FINAL over the key of one fix only; observations by class, which leads their key, first-learned version of each.
  const rows = await store.rows<Omit<FixInputRow, 'attributes'> & { attributes: string }>(
    `WITH inputs AS (
       SELECT position, observation_id, normalised_price, weight, stood_seconds, included, reason, detail
       FROM csi.fix_inputs FINAL
       WHERE series = {series:String} AND strike = {strike:DateTime64(3, 'UTC')} AND revision = {revision:UInt16}
         AND position < {count:UInt32}),
     facts AS (
       SELECT observation_id, source, provider, venue, evidence, event_at, observed_at, gpus, price, currency, price_basis,
         capture_id, capture_sha256, native_id, label, attributes
       FROM csi.observations
       WHERE hardware_class = {hardwareClass:String} AND event_at < {strike:DateTime64(3, 'UTC')}
         AND observation_id IN (SELECT observation_id FROM inputs)
       ORDER BY observed_at LIMIT 1 BY observation_id)
     SELECT observation_id, source, provider, venue, evidence, event_at, observed_at, stood_seconds, gpus, price, currency,
       price_basis, normalised_price, weight, included, reason, detail, capture_id, capture_sha256, native_id, label, attributes
     FROM inputs INNER JOIN facts USING (observation_id) ORDER BY position`,
    { ...fix, strike: clickhouseInstant(fix.strike) } as Record<string, string | number>,
  );
  return rows.map((row) => ({
    ...row,
    price: plainPrice(row.price),
    attributes: JSON.parse(row.attributes) as Attributes,
  }));
}
