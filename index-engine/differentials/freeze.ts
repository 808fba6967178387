import type { MeasurementRules } from '#index-engine/differentials/definitions';
import { DifferentialMeasurement, type Measurement } from '#index-engine/differentials/measure';
import { readQuoted } from '#index-engine/differentials/read';
import { byText, sha256 } from '#methodology/canonical';
import { addDays, datesBetween } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';

/** A measurement with all it went by: what a rulebook embeds, and what is published. */
export interface FrozenDifferentials extends MeasurementRules, Measurement {
  format: 'csi-differentials/1';
  measured: {
    /** First and last day, in UTC. */
    from: string;
    to: string;
    /** Nothing that happened or was learned from here on was looked at: it may be used in windows that begin here or later. */
    until: string;
    observations: number;
    captures: number;
    sources: string[];
    /** SHA-256 of the ids of the observations, sorted, one a line, day by day. */
    observations_sha256: string;
  };
}

const startOf = (date: string) => new Date(`${date}T00:00:00.000Z`);

/** Measures the differentials of a range of days, one day in memory at a time. */
export async function freezeDifferentials(
  store: ClickHouse,
  { from, to }: { from: string; to: string },
  rules: MeasurementRules,
  progress: (done: number, total: number, note?: string) => void = () => {},
): Promise<FrozenDifferentials> {
  const until = startOf(addDays(to, 1));
  const measurement = new DifferentialMeasurement(rules);
  const dates = datesBetween(from, to);
  const sources = new Set<string>();
  const ids: string[] = [];
  let observations = 0;
  const captures = new Set<string>();
  for (const [index, date] of dates.entries()) {
    progress(index, dates.length, date);
    const day = { from: startOf(date), to: startOf(addDays(date, 1)), until, hours: rules.sampling.hours };
    const quoted = await readQuoted(store, day);
    measurement.add(quoted);
    ids.push(sha256(quoted.map(({ observation_id }) => `${observation_id}\n`).join('')));
    observations += quoted.length;
    for (const { source, sweep_id } of quoted) {
      sources.add(source);
      captures.add(`${source}\n${sweep_id}`);
    }
  }
  progress(dates.length, dates.length);
  return {
    format: 'csi-differentials/1',
    measured: {
      from,
      to,
      until: until.toISOString(),
      observations,
      captures: captures.size,
      sources: [...sources].sort(byText),
      observations_sha256: sha256(ids.join('\n')),
    },
    gates: rules.gates,
    constant_ratio: rules.constant_ratio,
    sampling: rules.sampling,
    definitions: rules.definitions,
    ...measurement.result(),
  };
}
