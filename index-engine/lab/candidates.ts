import { type LoadedRulebook, type Rulebook, readRulebook } from '#methodology/rulebook';

/** A change of the rules that is measured beside the rules in force. */
export interface RuleChange {
  id: string;
  name: string;
  why: string;
  change(rulebook: Rulebook): void;
  /** Of `prototypes`, where the rulebook cannot say it. */
  prototype: string | null;
}

/** One partition for all: what is traded or shown in the window is one heap, so that an hour without trade cannot be bought for cents. */
function pool(rulebook: Rulebook): void {
  rulebook.window.partitions = 1;
  rulebook.status.thin_below_partitions = 1;
  for (const level of rulebook.waterfall) {
    if (level.input === 'transactions') level.minimum_partitions = 1;
  }
}

const LEAST_PRINTS = 10;

/** A thin class fixes on the trades of its day, no longer on those of three; quotes fix on everything that stands. */
function refresh(rulebook: Rulebook): void {
  rulebook.waterfall = rulebook.waterfall.filter(({ level }) => level !== 3);
  for (const level of rulebook.waterfall) if (level.level === 1) level.minimum_prints = LEAST_PRINTS;
}

const FEW_PARTITIONS = 4;
const PAIR_GPU_HOURS = 192;

/** A quarter of a day holds enough trades to judge by; a pair counts as one standard lot for a day, so that size is not the price. */
function quarter(rulebook: Rulebook): void {
  pool(rulebook);
  rulebook.window.partitions = FEW_PARTITIONS;
  rulebook.status.thin_below_partitions = FEW_PARTITIONS / 2;
  for (const level of rulebook.waterfall) {
    if (level.input === 'transactions') level.minimum_partitions = FEW_PARTITIONS;
  }
  rulebook.weights.pair_gpu_hours = PAIR_GPU_HOURS;
}

/** What was found to be better, best last. */
export const ruleChanges: readonly RuleChange[] = [
  {
    id: 'pooled',
    name: 'CSI pooled',
    why: 'The rulebook alone. One partition for the whole window: a partition in which nobody traded counts as much as a full one and costs cents to fill. Thin classes fix on their own day, and quotes on everything that stands.',
    change(rulebook) {
      pool(rulebook);
      refresh(rulebook);
    },
    prototype: null,
  },
  {
    id: 'screened',
    name: 'CSI screened',
    why: 'Twenty-four partitions as they are, and a change to the engine: a print counts only within a quarter of what stands in the same window, and within the reach of the cross-section (screen 8), each seller a point. Today no screen looks at the price of a print.',
    change: refresh,
    prototype: 'screen',
  },
  {
    id: 'screened-quarters',
    name: 'CSI screened, 4 parts',
    why: 'The same screen of prints, four partitions, and a pair of counterparties counting for at most 192 GPU-hours in each.',
    change(rulebook) {
      quarter(rulebook);
      refresh(rulebook);
    },
    prototype: 'screen',
  },
];

/** A changed rulebook, and the leaves that differ. */
export function changed(
  loaded: LoadedRulebook,
  { name, change }: RuleChange,
): { loaded: LoadedRulebook; diff: string[] } {
  const copy = structuredClone(loaded.rulebook);
  change(copy);
  return { loaded: readRulebook(copy, name), diff: leavesThatDiffer(loaded.rulebook, copy) };
}

/** The leaves in which two rulebooks differ, each on a line. Lists of objects are matched by their `level`. */
export function leavesThatDiffer(before: unknown, after: unknown, path = ''): string[] {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) {
    return before === after ? [] : [`${path}: ${said(before)} → ${said(after)}`];
  }
  const keyed = (value: object): Map<string, unknown> =>
    new Map(
      Array.isArray(value)
        ? value.map((one, index) => [String((one as { level?: number } | null)?.level ?? index), one])
        : Object.entries(value),
    );
  const [a, b] = [keyed(before), keyed(after)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const here = path === '' ? key : `${path}.${key}`;
    if (!a.has(key)) return [`${here}: added`];
    if (!b.has(key)) return [`${here}: removed`];
    return leavesThatDiffer(a.get(key), b.get(key), here);
  });
}

const said = (value: unknown) => JSON.stringify(value) ?? 'nothing';

export { pool, refresh };
