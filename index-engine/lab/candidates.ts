import { type LoadedRulebook, type Rulebook, readRulebook } from '#methodology/rulebook';

/** Other rules, measured beside those in force: what each rule in force is for. */
export interface RuleChange {
  id: string;
  name: string;
  why: string;
  change(rulebook: Rulebook): void;
}

/** So wide that it never binds. */
const NO_COLLAR = '1000';

function collared(rulebook: Rulebook, collar: string): void {
  rulebook.screens.trades.collar = collar;
}

function textbookOutliers({ screens }: Rulebook): void {
  screens.cross_section.threshold = '3.5';
}

function unanchored(rulebook: Rulebook): void {
  for (const level of rulebook.waterfall) if (level.input === 'standing_prices') level.anchor = null;
}

/** What the methodology proposed before anything was measured. */
function startingValues(rulebook: Rulebook): void {
  rulebook.window.partitions = 24;
  rulebook.weights.pair_gpu_hours = 1536;
  rulebook.status.thin_below_partitions = 12;
  rulebook.hysteresis.retain = '1';
  for (const level of rulebook.waterfall) {
    if (level.input === 'transactions')
      Object.assign(level, { minimum_prints: 30, minimum_partitions: 12, maximum_top_provider: '0.5' });
  }
  const fill = {
    ...{ level: 3 as const, input: 'fill_price_per_venue' as const, evidence_weights: { executable: 1 } },
    ...{ minimum_providers: 5, minimum_venues: 4, anchor: null },
  };
  rulebook.waterfall = [...rulebook.waterfall, fill].sort((a, b) => a.level - b.level);
  unanchored(rulebook);
  textbookOutliers(rulebook);
  collared(rulebook, NO_COLLAR);
}

const MANY = {
  1: { minimum_prints: 10, minimum_partitions: 4, maximum_top_provider: '0.5' },
  2: { minimum_prints: 30, minimum_partitions: 4, maximum_top_provider: '0.5' },
};

/** Trades only where there are many: at the edge of a count the level changes, and trades and quotes are not one price. */
function manyPrints(rulebook: Rulebook): void {
  for (const level of rulebook.waterfall) if (level.input === 'transactions') Object.assign(level, MANY[level.level]);
}

/** What is compared. */
export const ruleChanges: readonly RuleChange[] = [
  {
    id: 'starting',
    name: 'CSI starting values',
    why: 'What the methodology proposed: hourly partitions, so that a tiny trade in an empty hour is a twenty-fourth of the fix; thin classes on the trades of three days; quotes at each venue’s price to fill; no collar, no anchor.',
    change: startingValues,
  },
  {
    id: 'many-prints',
    name: 'CSI, more prints',
    why: 'Ten prints in every quarter of the day, half of the volume at most with one provider. A class with six trades a day is at the edge of that: one print more or less changes its level, and with it the fix by what quotes and trades are apart; whoever wants that needs next to nothing.',
    change: manyPrints,
  },
  {
    id: 'no-collar',
    name: 'CSI without collar',
    why: 'Prints of any price, as long as the sellers agree: what the collar is for.',
    change: (rulebook) => collared(rulebook, NO_COLLAR),
  },
  {
    id: 'no-anchor',
    name: 'CSI without anchor',
    why: 'Level 4 is the day’s estimate, whatever the fix before: what the anchor is for, and what it costs to remember.',
    change: unanchored,
  },
  {
    id: 'outliers-3.5',
    name: 'CSI, outliers at 3.5',
    why: 'Screen 8 for quotes at the textbook’s threshold: it cuts a market of two tiers at another place with every small move.',
    change: textbookOutliers,
  },
  {
    id: 'collar-1.15',
    name: 'CSI, collar 1.15',
    why: 'A narrower collar: how much hangs on its width.',
    change: (rulebook) => collared(rulebook, '1.15'),
  },
  {
    id: 'collar-1.5',
    name: 'CSI, collar 1.5',
    why: 'A wider one: it lets false trades further out, and is harder to turn against honest ones by moving the quotes.',
    change: (rulebook) => collared(rulebook, '1.5'),
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

/** A reason is no rule. */
const said = (value: unknown) => JSON.stringify(value, (key, one) => (key === 'why' ? undefined : one)) ?? 'nothing';
