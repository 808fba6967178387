import type { CapacityRules } from '#methodology/capacity';
import type { Look, UnitSeen } from '#store/clickhouse/capacity';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** One machine at the newest look: how much of it is on offer, and how much stood free through all the days. */
export interface StrandedUnit {
  source: string;
  unit: string;
  region: string | null;
  offered: number;
  stranded: number;
}

/**
 * The looks of a source from the last that lies so many days before an instant on, or null where there is none, or where it did not look
 * for longer than a state stands.
 */
function looksThrough(looks: readonly Look[], source: string, at: string, rules: CapacityRules): Look[] | null {
  const end = Date.parse(at);
  const own = looks.filter((one) => one.source === source && Date.parse(one.at) < end);
  const first = own.findLastIndex((one) => Date.parse(one.at) <= end - rules.stranded_days * DAY_MS);
  if (first < 0) return null;
  const through = own.slice(first);
  const times = [...through.map((one) => Date.parse(one.at)), end];
  const gap = times.slice(1).some((time, index) => time - (times[index] as number) > rules.staleness_hours * HOUR_MS);
  return gap ? null : through;
}

/**
 * The machines of the sources that show single ones, each with what of it was free at every look of the days of the rules. A machine that
 * a look lacks was not free at it.
 * @returns null where no source looked through all of the days
 */
export function strandedUnits(
  facts: { looks: readonly Look[]; units: readonly UnitSeen[] },
  sources: readonly string[],
  at: string,
  rules: CapacityRules,
): StrandedUnit[] | null {
  const found: StrandedUnit[] = [];
  let judged = false;
  for (const source of sources) {
    const looks = looksThrough(facts.looks, source, at, rules);
    if (!looks) continue;
    judged = true;
    const freeAt = new Map<string, Map<string, UnitSeen>>(looks.map(({ sweep_id }) => [sweep_id, new Map()]));
    for (const unit of facts.units) if (unit.source === source) freeAt.get(unit.sweep_id)?.set(unit.unit, unit);
    const newest = freeAt.get(looks.at(-1)?.sweep_id ?? '') ?? new Map<string, UnitSeen>();
    const machines = rules.sources.find((one) => one.source === source)?.shows === 'machines';
    for (const { unit, region, gpus, free } of newest.values()) {
      const fewest = Math.min(...[...freeAt.values()].map((look) => look.get(unit)?.free ?? 0));
      const offered = machines && gpus !== null ? Math.max(gpus, free) : free;
      found.push({ source, unit, region, offered, stranded: fewest });
    }
  }
  return judged ? found : null;
}
