import { hardwareClasses } from '#methodology/hardware';
import type { Rulebook } from '#methodology/rulebook';

/** A series: class × segment × tenor × region. */
export interface Series {
  id: string;
  hardwareClass: string;
  name: string;
  vendor: string;
  family: string;
  segment: readonly string[];
  tenor: string;
  region: 'GLOBAL' | 'EU' | 'US' | 'APAC';
  definition: string;
}

/** What of a series bears on its fixes. */
export type FixSeries = Pick<Series, 'id' | 'hardwareClass' | 'name' | 'segment' | 'tenor'>;

/** The headline series of every hardware class: on demand, marketplace and neocloud, global. In the order of their ids. */
export function headlineSeries(rulebook: Rulebook): Series[] {
  const { segment, tenor, region } = rulebook.series.headline;
  const lot = rulebook.standard_grade.minimum_lot_gpus;
  return hardwareClasses()
    .map((one) => ({
      id: `CSI-${one.id}`,
      hardwareClass: one.id,
      name: one.aka,
      vendor: one.vendor,
      family: one.family,
      segment,
      tenor,
      region,
      definition:
        `USD for one ${one.aka} for one hour, on demand, in a lot of ${lot} or more in a data centre, ` +
        `without tax, storage and metered egress; ${segment.join(' and ')}, worldwide.`,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
