import { ProblemError } from '#api/problem';
import type { IndexDefinition } from '#api/types';
import { type LoadedRulebook, rulebooks } from '#methodology/rulebook';
import { type Series, seriesCatalogue } from '#methodology/series';

/** The rulebook in force, or the first one to come. */
export function currentRulebook(now: Date): LoadedRulebook {
  const all = rulebooks();
  const inForce = all.filter((one) => Date.parse(one.rulebook.effective_from) <= now.getTime());
  const current = inForce.at(-1) ?? all[0];
  if (!current) throw new Error('no rulebook is shipped');
  return current;
}

/** Every series, in the order of their ids. */
export function allSeries(now: Date): readonly Series[] {
  return seriesCatalogue(currentRulebook(now).rulebook);
}

/** A series as readers see it. */
export function definitionOf(series: Series, { rulebook }: LoadedRulebook): IndexDefinition {
  const strike = rulebook.strikes[series.region];
  return {
    series: series.id,
    name: series.name,
    hardware_class: series.hardwareClass,
    vendor: series.vendor,
    family: series.family,
    segment: series.segment.join(', '),
    tenor: series.tenor,
    region: series.region,
    unit: 'USD/GPU-h',
    definition: series.definition,
    cadence: series.cadence,
    strike_time: series.cadence === 'hourly' ? 'every full hour' : strike.time,
    time_zone: series.cadence === 'hourly' ? 'UTC' : strike.time_zone,
  };
}

/** Levenshtein's distance: how many letters have to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The three names that read most like one that is not there: those that hold it come first. */
export function nearestNames(asked: string, names: readonly string[]): string[] {
  const wanted = asked.slice(0, 60).toUpperCase();
  const score = (name: string) => {
    const upper = name.toUpperCase();
    return wanted !== '' && upper.includes(wanted) ? upper.length - wanted.length - 1000 : distance(wanted, upper);
  };
  return [...names].sort((a, b) => score(a) - score(b)).slice(0, 3);
}

/**
 * The series with this id.
 * @param parameter under which it was asked for
 * @throws ProblemError naming the nearest ids
 */
export function requireSeries(id: string, now: Date, parameter = 'series'): Series {
  const all = allSeries(now);
  const found = all.find((one) => one.id === id);
  if (found) return found;
  const near = nearestNames(
    id,
    all.map((one) => one.id),
  );
  throw new ProblemError('unknown-series', `there is no series ${JSON.stringify(id.slice(0, 60))}`, {
    parameter,
    expected: `an id of /v1/indices, such as ${near.join(' or ')}`,
  });
}
