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
    if (level.input === 'transactions') Object.assign(level, { minimum_prints: 30, minimum_partitions: 12 });
  }
  const fill = {
    ...{ level: 3 as const, input: 'fill_price_per_venue' as const, evidence_weights: { executable: 1 } },
    ...{ minimum_providers: 5, minimum_venues: 4, anchor: null },
  };
  rulebook.waterfall = [...rulebook.waterfall, fill].sort((a, b) => a.level - b.level);
  unanchored(rulebook);
  collared(rulebook, NO_COLLAR);
}

const THIN = {
  1: { minimum_prints: 5, minimum_partitions: 3, maximum_top_provider: '0.9' },
  2: { minimum_prints: 10, minimum_partitions: 3, maximum_top_provider: '0.9' },
};

/** A handful of trades is evidence too: what changes a fix most is to change between trades and quotes, which are not one price. */
function thinOnTrades(rulebook: Rulebook): void {
  for (const level of rulebook.waterfall) if (level.input === 'transactions') Object.assign(level, THIN[level.level]);
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
    id: 'thin-trades',
    name: 'CSI, fewer prints',
    why: 'A class with six trades a day stays with its trades. Where it is at the edge of a count, one print, or one large trade that leaves no other half of the volume, changes the level, and with it the fix by what quotes and trades are apart; whoever wants that needs next to nothing.',
    change: thinOnTrades,
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
    id: 'collar-1.15',
    name: 'CSI, collar 1.15',
    why: 'A narrower collar: how much hangs on its width.',
    change: (rulebook) => collared(rulebook, '1.15'),
  },
  {
    id: 'collar-1.5',
    name: 'CSI, collar 1.5',
    why: 'A wider one.',
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

const said = (value: unknown) => JSON.stringify(value) ?? 'nothing';
