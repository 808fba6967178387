import type { FixContext, FixInputs } from '#index-engine/inputs';
import { sha256 } from '#methodology/canonical';
import { type LoadedRulebook, readRulebook, rulebooks } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { strikeOn } from '#methodology/strike';
import { type Observation, observationId } from '#store/observation';

/** Rulebook v1 as shipped. */
export const rulebookV1 = rulebooks()[0] as LoadedRulebook;

/** Rulebook v1 with something changed, checked and hashed like any other. */
export function changedRulebook(change: (rulebook: Record<string, never>) => void): LoadedRulebook {
  const copy = structuredClone(rulebookV1.rulebook) as unknown as Record<string, never>;
  change(copy);
  return readRulebook(copy, 'test');
}

const date = '2026-07-28';
const strike = strikeOn(date, '16:00', 'Europe/London');
const found = seriesCatalogue(rulebookV1.rulebook).find((one) => one.id === 'CSI-H100-SXM-80');
if (!found) throw new Error('the test series is not in the rulebook');

/** The headline of H100 SXM as the rulebook has it. */
export const headline = found;

/**
 * The context of H100 SXM on 28 July 2026, as the first fix of its series. That such a fix needs marketplaces and neoclouds both is tested
 * by itself: elsewhere a panel of one kind will do.
 */
export const context: FixContext = { series: { ...headline, beginsWithEverySegment: false }, strike, previous: null };

/** An instant some hours before the strike. */
export function hoursBefore(hours: number): string {
  return new Date(strike.instant.getTime() - hours * 3_600_000).toISOString();
}

/** An observation with everything filled in: a listed on-demand H100 price that stood through the whole window. */
export function quote(
  facts: Partial<Omit<Observation, 'observation_id'>> & { provider: string; price: string },
): Observation {
  const event_at = facts.event_at ?? hoursBefore(25);
  const fact: Omit<Observation, 'observation_id'> = {
    source: 'test',
    native_id: facts.provider,
    sweep_id: 'sweep',
    observed_at: event_at,
    venue: facts.provider.split('/')[0] ?? facts.provider,
    venue_type: facts.provider.includes('/') ? 'marketplace' : 'neocloud',
    evidence: 'listed',
    aggregator: false,
    label: 'H100 SXM',
    memory_gb: 80,
    hardware_class: 'H100-SXM-80',
    gpus: null,
    available_gpus: null,
    tenor: 'OD',
    country: null,
    region: null,
    currency: 'USD',
    price_basis: 'gpu_hour',
    attributes: {},
    trade: null,
    capture_id: 'capture',
    capture_sha256: sha256('capture'),
    ...facts,
    event_at,
  };
  return { observation_id: observationId(fact), ...fact };
}

/** Inputs of observations alone. */
export function inputsOf(...observations: Observation[]): FixInputs {
  return { observations, sweeps: [], rates: [], withdrawals: [], cancellations: [] };
}

/** One listed price for each provider p0, p1, … */
export function panel(...prices: string[]): Observation[] {
  return prices.map((price, index) => quote({ provider: `p${index}`, price }));
}
