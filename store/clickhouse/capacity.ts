import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant } from '#store/clickhouse/observations';

/** A complete look of a source: the last of its hour. */
export interface Look {
  source: string;
  sweep_id: string;
  at: string;
}

/** What one look showed of one machine, or of one line where no machine is named. */
export interface UnitSeen {
  source: string;
  sweep_id: string;
  hardware_class: string;
  unit: string;
  /** Block, or null where the source does not say. */
  region: string | null;
  /** Of the whole machine as far as it shows; null where no line says. */
  gpus: number | null;
  free: number;
}

/** A venue with a price of a class, in one hour. */
export interface VenueSeen {
  hardware_class: string;
  venue: string;
  hour: string;
}

interface Range {
  from: Date;
  to: Date;
  sources: readonly string[];
  /** Hours for each of which one look counts. */
  lookHours: number;
  hardwareClass?: string;
}

const parametersOf = ({ from, to, sources, lookHours, hardwareClass }: Range) => ({
  from: clickhouseInstant(from),
  to: clickhouseInstant(to),
  sources: [...sources],
  hours: lookHours,
  class: hardwareClass ?? '',
});

/** The last complete look of each source in every stretch of hours of [from, to), in order of time. */
export const readLooks = (store: ClickHouse, range: Range): Promise<Look[]> =>
  store.rows<Look>(
    `SELECT source, argMax(sweep_id, (observed_at, sweep_id)) AS sweep_id, max(observed_at) AS at FROM csi.sweeps
     WHERE complete AND source IN {sources:Array(String)}
       AND observed_at >= {from:DateTime64(3, 'UTC')} AND observed_at < {to:DateTime64(3, 'UTC')}
     GROUP BY source, intDiv(toUnixTimestamp(observed_at), 3600 * {hours:UInt32})
     ORDER BY at, source`,
    parametersOf(range),
  );

/** What those looks showed of each machine: of several slices the largest, of a machine that stands under several tenors one. */
export async function readUnitsSeen(store: ClickHouse, range: Range): Promise<UnitSeen[]> {
  const rows = await store.rows<Omit<UnitSeen, 'region'> & { region: string }>(
    `WITH looks AS (
       SELECT source, argMax(sweep_id, (observed_at, sweep_id)) AS sweep_id FROM csi.sweeps
       WHERE complete AND source IN {sources:Array(String)}
         AND observed_at >= {from:DateTime64(3, 'UTC')} AND observed_at < {to:DateTime64(3, 'UTC')}
       GROUP BY source, intDiv(toUnixTimestamp(observed_at), 3600 * {hours:UInt32}))
     SELECT source, sweep_id, hardware_class,
       if(JSONExtractString(attributes, 'machine') != '', JSONExtractString(attributes, 'machine'), native_id) AS unit,
       max(observations.region) AS region, max(observations.gpus) AS gpus, max(available_gpus) AS free
     FROM csi.observations AS observations
     WHERE hardware_class != '' ${range.hardwareClass ? 'AND hardware_class = {class:String}' : ''}
       AND available_gpus IS NOT NULL AND source IN {sources:Array(String)}
       AND event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}
       AND (source, sweep_id) IN (SELECT source, sweep_id FROM looks)
     GROUP BY source, sweep_id, hardware_class, unit ORDER BY source, sweep_id, hardware_class, unit`,
    parametersOf(range),
  );
  return rows.map((row) => ({ ...row, region: row.region || null }));
}

/** In which hours of [from, to) which venues had a price of which class. */
export const readVenuesSeen = (store: ClickHouse, range: Omit<Range, 'sources' | 'lookHours'>): Promise<VenueSeen[]> =>
  store.rows<VenueSeen>(
    `SELECT DISTINCT hardware_class, venue, toStartOfHour(event_at) AS hour FROM csi.observations
     WHERE hardware_class != '' ${range.hardwareClass ? 'AND hardware_class = {class:String}' : ''}
       AND evidence != 'transaction'
       AND event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}
     ORDER BY hardware_class, venue, hour`,
    parametersOf({ ...range, sources: [], lookHours: 1 }),
  );

/** When any of some sources last looked before an instant, whole; null where none did. */
export async function lastLookBefore(
  store: ClickHouse,
  sources: readonly string[],
  before: Date,
): Promise<string | null> {
  const [row] = await store.rows<{ looks: string; last: string }>(
    `SELECT count() AS looks, max(observed_at) AS last FROM csi.sweeps
     WHERE complete AND source IN {sources:Array(String)} AND observed_at < {before:DateTime64(3, 'UTC')}`,
    { sources: [...sources], before: clickhouseInstant(before) },
  );
  return row && Number(row.looks) > 0 ? row.last : null;
}
