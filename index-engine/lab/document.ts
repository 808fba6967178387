import { attacks } from '#index-engine/lab/attacks';
import { attackCosts, budgets } from '#index-engine/lab/costs';
import { rivals } from '#index-engine/lab/estimators';
import { type Regime, THIN_TRADES_A_DAY } from '#index-engine/lab/market';
import { bars, lines, short } from '#index-engine/lab/plot';
import {
  attackName,
  type LabReport,
  type MarketReport,
  MOST_TRACKING_RATIO,
  nameOf,
  type Ours,
  REGIMES,
  trackingRatio,
} from '#index-engine/lab/report';

/** Files by their name, beside the document or under `lab/`. */
export interface LabDocument {
  markdown: string;
  plots: Record<string, string>;
}

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const grid = (header: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(header), row(header.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');
const basis = (value: number | null | undefined) => (value === null || value === undefined ? '–' : value.toFixed(1));
const IN_FORCE = 'csi';
const REGIME_WORDS = {
  trades: 'with trades',
  thin: 'a thin class',
  quotes: 'quotes alone',
  all: 'everything',
} as const;

/** One line for each estimator of a regime: what it costs to move it, and how well it follows the market. */
export function standingRows({ standings, tracking }: MarketReport, regime: Regime | 'all', ours: readonly Ours[]) {
  return (standings[regime] ?? []).map((one) => {
    const known = tracking.find((other) => other.regime === regime && other.estimator === one.estimator);
    const ratio = regime === 'all' ? null : trackingRatio(tracking, regime, one.estimator);
    const { attack, budget, direction, variant } = one.worstCell;
    return [
      nameOf(one.estimator, ours),
      short(one.worst),
      short(one.median),
      basis(known?.atStrike?.error),
      ratio === null ? '–' : ratio.toFixed(2),
      basis(known?.settled?.error),
      basis(known?.overWindow?.error),
      basis(known?.overWindow?.bias),
      `${(one.noValue * 100).toFixed(0)}%`,
      `${attackName(attack)}, ${direction}, ${short(budget)} USD: ${variant}`,
    ];
  });
}

export const STANDING_HEADER = [
  'estimator',
  'worst',
  'median',
  'error at strike',
  '÷ best',
  'error of the mean',
  'error over window',
  'bias',
  'no value',
  'where it is worst',
];

const verdictLines = ({ verdicts, market }: MarketReport, ours: readonly Ours[]) =>
  verdicts.map(({ estimator, regime, lowestWorst, lowestMedian, trackingRatio: ratio, kept }) => {
    const parts = [
      `worst case ${lowestWorst ? 'lowest' : 'not lowest'}`,
      `median ${lowestMedian ? 'lowest' : 'not lowest'}`,
      ...(ratio === null ? [] : [`tracking error ${ratio.toFixed(2)} × the best (at most ${MOST_TRACKING_RATIO})`]),
    ];
    return `- ${kept ? '**holds**' : '**does not hold**'}: ${nameOf(estimator, ours)}, ${market}, ${REGIME_WORDS[regime]}: ${parts.join('; ')}.`;
  });

/** Where the rulebook in force tracks worse than was promised: what of it is bias, against the rival that tracks best. */
function shortfalls({ verdicts, tracking, market }: MarketReport): string[] {
  return verdicts.flatMap(({ estimator, regime, trackingRatio: ratio }) => {
    if (estimator !== IN_FORCE || regime === 'all' || ratio === null || ratio <= MOST_TRACKING_RATIO) return [];
    const of = tracking.filter((one) => one.regime === regime && one.atStrike !== null);
    const own = of.find((one) => one.estimator === estimator)?.atStrike;
    const [best] = of
      .filter((one) => rivals.some(({ id }) => id === one.estimator))
      .sort((a, b) => (a.atStrike?.error ?? 0) - (b.atStrike?.error ?? 0));
    return [
      `In ${market} markets, ${REGIME_WORDS[regime]}, CSI deviates by ${basis(own?.error)} basis points around ${basis(own?.bias)}, ${nameOf(best?.estimator ?? '', [])} by ${basis(best?.atStrike?.error)} around ${basis(best?.atStrike?.bias)}.`,
    ];
  });
}

/** Mean displacement over the attacks of a regime and both directions, by budget. */
function byBudget({ cells }: MarketReport, regime: Regime, estimator: string): number[] {
  return budgets.map((budget) => {
    const of = cells.filter((cell) => cell.regime === regime && cell.budget === budget);
    return of.reduce((sum, cell) => sum + (cell.by[estimator]?.bp ?? 0), 0) / Math.max(1, of.length);
  });
}

const DETAIL_BUDGET = 25_000;

function attackTable({ cells }: MarketReport, estimators: readonly string[], ours: readonly Ours[]): string {
  const rows = attacks.flatMap(({ id, name, regimes }) =>
    regimes.flatMap((regime) => {
      const of = cells.filter((cell) => cell.attack === id && cell.regime === regime && cell.budget === DETAIL_BUDGET);
      if (of.length === 0) return [];
      const most = (estimator: string) => short(Math.max(...of.map((cell) => cell.by[estimator]?.bp ?? 0)));
      return [[regime === 'thin' ? `${name}, a thin class` : name, ...estimators.map(most)]];
    }),
  );
  return grid(['attack', ...estimators.map((one) => nameOf(one, ours))], rows);
}

function marketPart(report: MarketReport, ours: readonly Ours[], plots: Record<string, string>): string[] {
  const estimators = Object.keys(report.cells[0]?.by ?? {});
  const part = [
    `## ${report.market === 'simulated' ? 'Simulated markets' : 'The recorded market'}`,
    '',
    `${report.strikes} fixes without attack, ${report.attacked} of them attacked. Displacement in basis points per 1,000 USD of budget; errors in basis points.`,
    ...(report.market === 'recorded'
      ? ['Nobody knows the true price of a recorded market, so there is no tracking error; it holds no trades.']
      : []),
    '',
  ];
  for (const regime of REGIMES) {
    const rows = standingRows(report, regime, ours);
    if (rows.length === 0) continue;
    part.push(`### ${REGIME_WORDS[regime]}`, '', grid(STANDING_HEADER, rows), '');
    for (const what of ['worst', 'median'] as const) {
      const file = `${report.market}-${regime}-${what}.svg`;
      const all = (report.standings[regime] ?? [])
        .map((one) => ({
          name: nameOf(one.estimator, ours),
          value: one[what],
          isOurs: ours.some(({ id }) => id === one.estimator),
        }))
        .sort((a, b) => a.value - b.value);
      const title = `${what === 'worst' ? 'Worst' : 'Median'} displacement, ${report.market}, ${REGIME_WORDS[regime]}`;
      plots[file] = bars(title, 'basis points per 1,000 USD', all);
      part.push(`![${title}](lab/${file})`, '');
    }
    if (regime === 'all') continue;
    const file = `${report.market}-${regime}-budget.svg`;
    const title = `Mean displacement by budget, ${report.market}, ${REGIME_WORDS[regime]}`;
    plots[file] = lines(
      title,
      'USD over the window; basis points',
      budgets,
      estimators.map((id) => ({
        name: nameOf(id, ours),
        values: byBudget(report, regime, id),
        isOurs: ours.some((one) => one.id === id),
      })),
    );
    part.push(`![${title}](lab/${file})`, '');
  }
  part.push(
    `### Each attack with ${short(DETAIL_BUDGET)} USD`,
    '',
    'Basis points, the worse direction, in the way that moves this estimator most.',
    '',
    attackTable(report, estimators, ours),
    '',
  );
  return part;
}

/** The document of a run: the same bytes for the same run. */
export function labDocument({ command, ours, markets }: LabReport): LabDocument {
  const plots: Record<string, string> = {};
  const parts = markets.flatMap((one) => marketPart(one, ours, plots));
  const changes = ours.filter(({ diff }) => diff.length > 0);
  const markdown = [
    '# Manipulation laboratory',
    '',
    `Written by \`${command}\`, the same bytes each time. Do not edit.`,
    '',
    'An attacker has a budget in USD for one fix, knows every rule in force, and takes the way of each attack that moves the estimator at hand most: each of the ten meets its own worst attacker. What is compared is the displacement, |attacked ÷ honest − 1|, per 1,000 USD of budget, on average over the attacked fixes; over all attacks, budgets and directions the worst and the median. The rivals see the same evidence: our class, grade, currency, plausibility band, staleness and duplicates; trades of the window where there are any, else the quotes that stand at the strike.',
    '',
    `Fixes are made in sequence: each of ours follows its own fix of the day before, since the rulebook anchors level 4 to it. Where an attack takes several days, each attacked fix follows the attacked one before, the last is measured, and all days are paid for. A thin class is the same market with ${THIN_TRADES_A_DAY} of its trades a day, at the edge of what a level of trades asks for.`,
    '',
    'Tracking error is the deviation of ln(fix ÷ true price at the strike) around its mean by market and class: what is constant is bias, shown apart. The error of the mean is that of what a contract settles on: ln(mean of all fixes of a run ÷ mean of the true prices), its deviation among the markets of a class. A fix that an attack leaves without a value is counted under *no value*.',
    '',
    '## Does it hold?',
    '',
    `Promised: our displacement per dollar is the lowest of all ten in the worst case and in the median, at a tracking error no worse than ${MOST_TRACKING_RATIO} times the best.`,
    '',
    ...markets.flatMap((one) => verdictLines(one, ours)),
    '',
    ...markets.flatMap((one) => shortfalls(one).flatMap((line) => [line, ''])),
    ...(changes.length > 0
      ? ['## Rules compared', '', 'CSI is the rulebook in force; beside it, to show what its rules are for:', '']
      : []),
    ...changes.flatMap(({ name, why, diff }) => [`**${name}.** ${why}`, '', ...diff.map((one) => `- \`${one}\``), '']),
    ...parts,
    '## The attacks',
    '',
    grid(
      ['attack', 'market', 'what is done', 'ways'],
      attacks.map(({ name, regimes, what, variants }) => [
        name,
        regimes.map((regime) => REGIME_WORDS[regime]).join(', '),
        what,
        variants.map((one) => one.name).join('; '),
      ]),
    ),
    '',
    '## What an attacker pays',
    '',
    'None of this was measured. All ten estimators meet the same prices, so their order hangs on them less than the numbers do.',
    '',
    grid(
      ['cost', 'number', 'why'],
      Object.entries(attackCosts).map(([name, { why, ...numbers }]) => [
        name.replaceAll('_', ' '),
        Object.entries(numbers)
          .map(([unit, value]) => `${value} ${unit.replaceAll('_', ' ')}`)
          .join(', '),
        why,
      ]),
    ),
    '',
    '## The rivals, as published',
    '',
    grid(
      ['estimator', 'rule'],
      rivals.map(({ name, rule }) => [name, rule]),
    ),
    '',
  ].join('\n');
  return { markdown, plots };
}
