import type { FixRecord } from '#index-engine/record';
import type { Series } from '#methodology/series';
import type { Strike } from '#methodology/strike';
import type { ExchangeRate, Observation, Sweep } from '#store/observation';

/** Everything a fix is computed from: nothing dated or learned at or after the strike may bear on it. */
export interface FixInputs {
  observations: readonly Observation[];
  sweeps: readonly Sweep[];
  rates: readonly ExchangeRate[];
}

/** What is known beside the inputs. */
export interface FixContext {
  series: Series;
  strike: Strike;
  /** The series' last published fix before this strike and its hash, or null at the start of the series. */
  previous: { record: FixRecord; hash: string } | null;
}

/** Compares text by code unit: the one order that is the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The observations that bear on a series, in the one order that everything downstream uses: its class, its segment, its tenor or
 * none stated. Later facts are dropped here, whatever the caller passed.
 */
export function selectObservations(inputs: FixInputs, { series, strike }: FixContext): Observation[] {
  const before = strike.instant.toISOString();
  return inputs.observations
    .filter(
      (one) =>
        one.hardware_class === series.hardwareClass &&
        (one.tenor === series.tenor || one.tenor === null) &&
        series.segment.includes(one.venue_type) &&
        one.event_at < before &&
        one.observed_at < before,
    )
    .sort(
      (a, b) =>
        byText(a.source, b.source) ||
        byText(a.native_id, b.native_id) ||
        byText(a.event_at, b.event_at) ||
        byText(a.observation_id, b.observation_id),
    );
}
