import { type CapacityFacts, type ClassCapacity, classCapacity } from '#index-engine/capacity/capacity';
import { capacityRules } from '#methodology/capacity';
import { lastLookBefore, readLooks, readUnitsSeen, readVenuesSeen } from '#store/clickhouse/capacity';
import { readSignals } from '#store/clickhouse/signals';
import type { Store } from '#store/store';

const HOUR_MS = 3_600_000;

/** The facts that bear on capacity from one instant to another, by class. */
async function factsBetween(
  store: Store,
  first: Date,
  last: Date,
  hardwareClass: string | undefined,
): Promise<Map<string, CapacityFacts>> {
  const { rules } = capacityRules();
  const reach = (rules.stranded_days * 24 + rules.staleness_hours) * HOUR_MS;
  const sources = rules.sources.flatMap(({ source, shows }) => (shows === 'counts' ? [] : [source]));
  const of = hardwareClass === undefined ? {} : { hardwareClass };
  const range = {
    from: new Date(first.getTime() - reach),
    to: last,
    sources,
    lookHours: rules.look_hours,
    ...of,
  };
  const fresh = { ...range, from: new Date(first.getTime() - (rules.staleness_hours + 1) * HOUR_MS) };
  const looks = await readLooks(store.clickhouse, range);
  const units = await readUnitsSeen(store.clickhouse, range);
  const venues = await readVenuesSeen(store.clickhouse, fresh);
  const signals = await readSignals(store.clickhouse, {
    from: fresh.from,
    to: last,
    asOf: last,
    names: ['gpus_available', 'gpus_rented'],
    ...(hardwareClass === undefined ? {} : { hardwareClasses: [hardwareClass] }),
  });
  const classes = new Set([
    ...(hardwareClass === undefined ? [] : [hardwareClass]),
    ...units.map((one) => one.hardware_class),
    ...signals.flatMap((one) => one.hardware_class ?? []),
  ]);
  const group = <Row extends { hardware_class: string | null }>(rows: readonly Row[]) => {
    const groups = new Map<string, Row[]>([...classes].map((id) => [id, []]));
    for (const row of rows) groups.get(row.hardware_class ?? '')?.push(row);
    return groups;
  };
  const [unitsOf, signalsOf, venuesOf] = [group(units), group(signals), group(venues)];
  return new Map(
    [...classes].sort().map((id) => [
      id,
      {
        looks,
        units: unitsOf.get(id) ?? [],
        signals: signalsOf.get(id) ?? [],
        venues: venuesOf.get(id) ?? [],
      },
    ]),
  );
}

/** Capacity of one class at instants, in the order given. */
export async function readCapacity(
  store: Store,
  hardwareClass: string,
  instants: readonly Date[],
): Promise<ClassCapacity[]> {
  const times = instants.map((one) => one.getTime());
  if (times.length === 0) return [];
  const facts = await factsBetween(store, new Date(Math.min(...times)), new Date(Math.max(...times)), hardwareClass);
  const own = facts.get(hardwareClass) as CapacityFacts;
  return instants.map((at) => classCapacity(hardwareClass, own, at.toISOString()));
}

/** Capacity at an instant of every class of which any source shows some, in the order of their ids. */
export async function readCapacityBoard(store: Store, at: Date): Promise<ClassCapacity[]> {
  const facts = await factsBetween(store, at, at, undefined);
  return [...facts].map(([id, own]) => classCapacity(id, own, at.toISOString()));
}

/**
 * The instant to show where nobody names one: now where any source looked within the staleness, else just after the newest look, so that a
 * replayed store shows its last state and not an empty one.
 */
export async function newestCapacityInstant(store: Store, now: Date): Promise<Date> {
  const { rules } = capacityRules();
  const last = await lastLookBefore(
    store.clickhouse,
    rules.sources.map(({ source }) => source),
    now,
  );
  if (last === null || now.getTime() - Date.parse(last) < rules.staleness_hours * HOUR_MS) return now;
  return new Date(Date.parse(last) + 1000);
}
