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
  /** Kinds of venue whose prints count. */
  prints: readonly string[];
  tenor: string;
  region: 'GLOBAL' | 'EU' | 'US' | 'APAC';
  /** How often it is struck: once a day, or at every full hour. */
  cadence: 'daily' | 'hourly';
  /** Kinds of evidence that count; null means what each level says. */
  evidence: readonly string[] | null;
  /** Providers that level 4 needs; null means what the level says. */
  minimumProviders: number | null;
  /** What its first fix needs. */
  begins: 'input' | 'value' | 'value_at_daily_strike';
  /** Standing prices give a value after a strike without one only where each kind of venue of its segment has a price. */
  beginsWithEverySegment: boolean;
  definition: string;
}

/** What of a series bears on its fixes. */
export type FixSeries = Pick<
  Series,
  | 'id'
  | 'hardwareClass'
  | 'name'
  | 'segment'
  | 'prints'
  | 'tenor'
  | 'region'
  | 'cadence'
  | 'evidence'
  | 'minimumProviders'
  | 'beginsWithEverySegment'
>;

const tenorWords = (tenor: string) =>
  tenor === 'OD'
    ? 'on demand'
    : tenor === 'INT'
      ? 'interruptible'
      : `reserved for ${tenor === 'R1M' ? 'a month' : `${tenor.slice(1, -1)} months`}`;

const places = (region: Series['region']) => (region === 'GLOBAL' ? [] : [region]);
const evidenceWords: Readonly<Record<string, string>> = {
  transaction: 'transactions only',
  executable: 'executable quotes only',
  listed: 'posted rates only',
};
const kinds = (evidence: readonly string[] | null) => (evidence ?? []).map((one) => evidenceWords[one] ?? one);

function classesOf(ids: readonly string[] | undefined) {
  const unknown = ids?.find((id) => !hardwareClasses().some((one) => one.id === id));
  if (unknown !== undefined) throw new Error(`a family of the rulebook is for ${unknown}, which is no hardware class`);
  return hardwareClasses().filter(({ id }) => !ids || ids.includes(id));
}

const known = new WeakMap<Rulebook, Series[]>();

/** Every series of a rulebook: each family of each hardware class, in the order of their ids. */
export function seriesCatalogue(rulebook: Rulebook): readonly Series[] {
  let all = known.get(rulebook);
  if (!all) {
    const lot = rulebook.standard_grade.minimum_lot_gpus;
    all = rulebook.series.families
      .flatMap(({ suffix, segment, prints, tenor, region, evidence, minimum_providers, begins, cadence, ...family }) =>
        classesOf(family.hardware_classes).map((one) => ({
          id: `CSI-${one.id}${suffix}`,
          hardwareClass: one.id,
          name:
            suffix === ''
              ? one.aka
              : [
                  one.aka,
                  segment.join(' and '),
                  tenorWords(tenor),
                  ...places(region),
                  ...kinds(evidence),
                  ...(cadence === 'hourly' ? ['every hour'] : []),
                ].join(', '),
          vendor: one.vendor,
          family: one.family,
          segment,
          prints,
          tenor,
          region,
          cadence,
          evidence,
          minimumProviders: minimum_providers,
          begins,
          beginsWithEverySegment: family.begins_with_every_segment ?? false,
          definition:
            `USD for one ${one.aka} for one hour, ${tenorWords(tenor)}, in a lot of ${lot} or more in a data centre, ` +
            `without tax, storage and metered egress; ${[segment.join(' and '), ...(places(region).length > 0 ? places(region) : ['worldwide']), ...kinds(evidence)].join(', ')}.`,
        })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    known.set(rulebook, all);
  }
  return all;
}
