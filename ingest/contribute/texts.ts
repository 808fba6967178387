import { canonicalJson } from '#methodology/canonical';
import type { Observation } from '#store/observation';

/** An observation as the texts that are made of it: its canonical JSON, and a row of JSONEachRow for the store. */
export interface ObservationTexts {
  canonical: string;
  row: string;
}

/**
 * Writes both texts in one pass: they differ in nothing but that the store holds attributes and trade as text. The members stand in
 * canonical order (RFC 8785), and each is written as JSON writes it, which is canonical for scalars. A test holds this to `canonicalJson`.
 */
export function textsOf(observation: Observation): ObservationTexts {
  const {
    aggregator,
    attributes,
    available_gpus,
    capture_id,
    capture_sha256,
    country,
    currency,
    event_at,
    evidence,
    gpus,
    hardware_class,
    label,
    memory_gb,
    native_id,
    observation_id,
    observed_at,
    price,
    price_basis,
    provider,
    region,
    source,
    sweep_id,
    tenor,
    trade,
    venue,
    venue_type,
    ...rest
  } = observation;
  // A member that is new to observations has no place here yet: the compiler says so.
  rest satisfies Record<string, never>;
  const text = JSON.stringify;
  const attributesText = canonicalJson(attributes);
  const tradeText = trade === null ? '' : canonicalJson(trade);
  const head = `{"aggregator":${aggregator},"attributes":`;
  const middle =
    `,"available_gpus":${available_gpus},"capture_id":"${capture_id}","capture_sha256":"${capture_sha256}",` +
    `"country":${text(country)},"currency":${text(currency)},"event_at":"${event_at}","evidence":"${evidence}","gpus":${gpus},` +
    `"hardware_class":${text(hardware_class)},"label":${text(label)},"memory_gb":${text(memory_gb)},"native_id":${text(native_id)},` +
    `"observation_id":"${observation_id}","observed_at":"${observed_at}","price":"${price}","price_basis":"${price_basis}",` +
    `"provider":${text(provider)},"region":${text(region)},"source":${text(source)},"sweep_id":"${sweep_id}",` +
    `"tenor":${text(tenor)},"trade":`;
  const tail = `,"venue":${text(venue)},"venue_type":"${venue_type}"}`;
  return {
    canonical: `${head}${attributesText}${middle}${tradeText || 'null'}${tail}`,
    // Null in a column that has none is its default: empty text.
    row: `${head}${text(attributesText)}${middle}${text(tradeText)}${tail}`,
  };
}
