import { strandedUnits } from '#index-engine/capacity/stranded';
import { roundRational } from '#index-engine/rational';
import { type CapacityRules, capacityRules, type Shows } from '#methodology/capacity';
import { formatDecimal } from '#methodology/decimal';
import type { Look, UnitSeen, VenueSeen } from '#store/clickhouse/capacity';
import type { Signal } from '#store/clickhouse/signals';

/** Where capacity stands: a block, or unknown where the source does not say. */
export const capacityRegions = ['US', 'EU', 'APAC', 'OTHER', 'UNKNOWN'] as const;
export type CapacityRegion = (typeof capacityRegions)[number];

/** GPUs of one region, or of all; null is unknown, and never 0. */
export interface Capacity {
  offered: number | null;
  free: number | null;
  rented: number | null;
  /** Rented ÷ (rented + free) over the sources that show both. */
  utilisation: string | null;
  /** How much of the free capacity stands at the sources that show both. */
  utilisation_share: string | null;
  /** GPUs that stood free for the days of the rules, and their part of what those sources offer. */
  stranded: number | null;
  stranded_share: string | null;
}

/** What one source shows. */
export interface CapacitySource {
  source: string;
  venue: string;
  shows: Shows;
  /** Its newest whole look; null where there is none fresh enough. */
  looked_at: string | null;
  free: number | null;
  rented: number | null;
  /** Why it does not count here; null where it does. */
  reason: string | null;
}

/** Capacity of one class at an instant. Derived: computed on demand from stored facts, not signed. */
export interface ClassCapacity {
  hardware_class: string;
  at: string;
  total: Capacity;
  regions: Record<CapacityRegion, Capacity>;
  sources: CapacitySource[];
  coverage: {
    /** Venues that show capacity, beside all with a price of the class in the same hours. */
    venues_showing: string[];
    venues_priced: number;
    share: string | null;
  };
  methodology: { version: string; sha256: string };
}

/** What is known of one class. Instants are RFC 3339 UTC; what happened at or after `at` is not looked at. */
export interface CapacityFacts {
  looks: readonly Look[];
  units: readonly UnitSeen[];
  signals: readonly Signal[];
  venues: readonly VenueSeen[];
}

/** What a source adds in one region. */
interface Part {
  region: CapacityRegion;
  free: number;
  rented: number | null;
}

const regionOf = (region: string | null): CapacityRegion => (region ?? 'UNKNOWN') as CapacityRegion;
const hoursBefore = (at: string, hours: number) => new Date(Date.parse(at) - hours * 3_600_000).toISOString();

function share(part: number, whole: number, decimals: number): string | null {
  if (whole === 0) return null;
  return formatDecimal(roundRational({ numerator: BigInt(part), denominator: BigInt(whole) }, decimals), decimals);
}

/** The newest value of each of a source's counts of one name, added up; null where there is none. */
function countOf(signals: readonly Signal[], source: string, name: Signal['name'], from: string, to: string) {
  const newest = new Map<string, Signal>();
  for (const signal of signals) {
    if (signal.source !== source || signal.name !== name || signal.event_at < from || signal.event_at >= to) continue;
    if (signal.observed_at >= to) continue;
    const held = newest.get(signal.native_id);
    if (!held || signal.event_at > held.event_at) newest.set(signal.native_id, signal);
  }
  if (newest.size === 0) return null;
  const all = [...newest.values()];
  return {
    gpus: all.reduce((sum, { value }) => sum + Math.trunc(Number(value)), 0),
    at: all
      .map(({ event_at }) => event_at)
      .sort()
      .at(-1) as string,
  };
}

interface State {
  looked_at: string;
  parts: Part[];
}

/** The state of a source that counts, from its signals. */
function countedState(signals: readonly Signal[], source: string, from: string, to: string): State | null {
  const free = countOf(signals, source, 'gpus_available', from, to);
  if (!free) return null;
  const rented = countOf(signals, source, 'gpus_rented', from, to);
  return { looked_at: free.at, parts: [{ region: 'UNKNOWN', free: free.gpus, rented: rented?.gpus ?? null }] };
}

/** The state of a source that shows machines or pools, at its newest whole look. */
function seenState(facts: CapacityFacts, source: string, shows: Shows, from: string, to: string): State | null {
  const look = facts.looks.findLast((one) => one.source === source && one.at >= from && one.at < to);
  if (!look) return null;
  const units = facts.units.filter((one) => one.source === source && one.sweep_id === look.sweep_id);
  return {
    looked_at: look.at,
    parts: units.map((one) => ({
      region: regionOf(one.region),
      free: one.free,
      rented: shows === 'machines' && one.gpus !== null ? Math.max(0, one.gpus - one.free) : null,
    })),
  };
}

/** What the parts of one region come to. @param known whether any source speaks of it: then none is 0, and else it is unknown */
function sumOf(
  known: boolean,
  parts: readonly (Part & { showsRented: boolean })[],
  stranded: { gpus: number; offered: number } | null,
  decimals: number,
): Capacity {
  const add = (these: readonly Part[], of: (part: Part) => number) => these.reduce((sum, part) => sum + of(part), 0);
  const both = parts.filter((part) => part.showsRented);
  const free = add(parts, (part) => part.free);
  const rented = add(both, (part) => part.rented ?? 0);
  const freeOfBoth = add(both, (part) => part.free);
  return {
    offered: known ? free + rented : null,
    free: known ? free : null,
    rented: both.length > 0 ? rented : null,
    utilisation: both.length > 0 ? share(rented, rented + freeOfBoth, decimals) : null,
    utilisation_share: both.length > 0 ? share(freeOfBoth, free, decimals) : null,
    stranded: stranded?.gpus ?? null,
    stranded_share: stranded ? share(stranded.gpus, stranded.offered, decimals) : null,
  };
}

/** Which sources count at an instant: of a venue the first in the rules that has a fresh state and ever showed the class. */
function statesAt(facts: CapacityFacts, at: string, rules: CapacityRules) {
  const from = hoursBefore(at, rules.staleness_hours);
  const taken = new Set<string>();
  return rules.sources.map((one) => {
    const { source, venue, shows } = one;
    const known =
      shows === 'counts'
        ? facts.signals.some((signal) => signal.source === source)
        : facts.units.some((unit) => unit.source === source);
    const state =
      shows === 'counts' ? countedState(facts.signals, source, from, at) : seenState(facts, source, shows, from, at);
    const reasonOf = () => {
      if (!known) return 'nothing seen of this class';
      if (!state) return `no whole look in the ${rules.staleness_hours} hours before`;
      return taken.has(venue) ? 'another source of the venue counts' : null;
    };
    const reason = reasonOf();
    if (reason === null) taken.add(venue);
    return { ...one, state: reason === 'nothing seen of this class' ? null : state, reason };
  });
}

/**
 * Capacity of one class at an instant, by region: offered, free, rented, utilisation, stranded, and who shows it. Pure.
 * @param facts of this class, at least as far back as the days of the rules and one staleness more
 * @param at RFC 3339, UTC
 */
export function classCapacity(hardwareClass: string, facts: CapacityFacts, at: string): ClassCapacity {
  const { rules, sha256 } = capacityRules();
  const decimals = rules.rounding.share_decimals;
  const states = statesAt(facts, at, rules);
  const counted = states.flatMap(({ shows, state, reason }) => {
    if (!state || reason !== null) return [];
    const showsRented = shows === 'machines' || state.parts.some((part) => part.rented !== null);
    return state.parts.map((part) => ({ ...part, showsRented }));
  });
  const stranded = strandedUnits(
    facts,
    states.flatMap(({ source, shows, state }) =>
      state && (shows === 'machines' || shows === 'free_machines') ? [source] : [],
    ),
    at,
    rules,
  );
  const strandedIn = (region: CapacityRegion | null) => {
    if (stranded === null) return null;
    const here = stranded.filter((one) => region === null || regionOf(one.region) === region);
    return {
      gpus: here.reduce((sum, one) => sum + one.stranded, 0),
      offered: here.reduce((sum, one) => sum + one.offered, 0),
    };
  };
  const speaks = states.filter(({ state, reason }) => state !== null && reason === null);
  const inRegion = (region: CapacityRegion) =>
    sumOf(
      // Counts of a whole venue say nothing of a region.
      speaks.some(({ shows }) => region === 'UNKNOWN' || shows !== 'counts'),
      counted.filter((part) => part.region === region),
      strandedIn(region),
      decimals,
    );
  const from = hoursBefore(at, rules.staleness_hours);
  const priced = new Set(
    facts.venues.filter(({ hour }) => hour >= hoursBefore(from, 1) && hour < at).map(({ venue }) => venue),
  );
  const showing = [...new Set(states.flatMap(({ venue, reason }) => (reason === null ? [venue] : [])))].sort();
  for (const venue of showing) priced.add(venue);
  return {
    hardware_class: hardwareClass,
    at,
    total: sumOf(speaks.length > 0, counted, strandedIn(null), decimals),
    regions: {
      US: inRegion('US'),
      EU: inRegion('EU'),
      APAC: inRegion('APAC'),
      OTHER: inRegion('OTHER'),
      UNKNOWN: inRegion('UNKNOWN'),
    },
    sources: states.map(({ source, venue, shows, state, reason }) => ({
      source,
      venue,
      shows,
      looked_at: state?.looked_at ?? null,
      free: state ? state.parts.reduce((sum, part) => sum + part.free, 0) : null,
      rented: state?.parts.some((part) => part.rented !== null)
        ? state.parts.reduce((sum, part) => sum + (part.rented ?? 0), 0)
        : null,
      reason,
    })),
    coverage: {
      venues_showing: showing,
      venues_priced: priced.size,
      share: share(showing.length, priced.size, decimals),
    },
    methodology: { version: rules.version, sha256 },
  };
}
