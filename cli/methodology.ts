import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { expectRange } from '#cli/dates';
import { progressBar, table, writeOutput } from '#cli/output';
import { measurementRules } from '#index-engine/differentials/definitions';
import { type FrozenDifferentials, freezeDifferentials } from '#index-engine/differentials/freeze';

function differentialsTable({ differentials }: FrozenDifferentials, classes: boolean): string {
  const rows = differentials.filter((row) => classes || row.hardware_class === null);
  return table(
    ['differential', 'class', 'pairs', 'apart', 'providers', 'ratio', 'low', 'high', '±', '± apart', 'passes'],
    rows.map((row) => [
      row.definition,
      row.hardware_class ?? 'all',
      row.pairs,
      row.independent.pairs,
      row.providers,
      row.ratio,
      row.low,
      row.high,
      row.half_width,
      row.independent.half_width,
      row.passes ? 'yes' : `no: ${row.why_not.join('; ')}`,
    ]),
  );
}

function sharedText({ differentials }: FrozenDifferentials): string[] {
  const rows = differentials
    .filter((row) => row.hardware_class === null)
    .flatMap(({ definition, shared }) =>
      shared.map((one) => [definition, one.venue, one.ratio, one.pairs, one.of, one.rule ? 'yes' : 'no']),
    );
  if (rows.length === 0) return [];
  return ['', 'ratios that pairs share', table(['differential', 'venue', 'ratio', 'pairs', 'of', 'rule'], rows)];
}

function rulesText({ constant_ratios }: FrozenDifferentials): string[] {
  const rows = constant_ratios.map((one) => {
    const of = one.hosting === null ? one.of : `${one.of} (${one.hosting})`;
    return [one.venue, one.source, one.tenor, of, one.ratio, one.lines, one.matched];
  });
  if (rows.length === 0) return ['', 'no venue sells one tenor at a constant multiple of another'];
  return ['', 'rules, not markets', table(['venue', 'source', 'tenor', 'of', 'ratio', 'lines', 'matched'], rows)];
}

/** Options of `csi methodology differentials`. */
export interface DifferentialsOptions extends CommonOptions {
  from: string;
  to: string;
  classes?: boolean;
  out?: string;
}

/**
 * `csi methodology differentials`: measures grade differentials by matched pairs over a range of days, and with an output file freezes
 * them. 1 where the range has no price to measure on.
 */
export async function differentialsCommand(options: DifferentialsOptions): Promise<Answer> {
  const { from, to } = expectRange(options);
  const { out } = options;
  const file = await withStore(options, ({ clickhouse }) =>
    freezeDifferentials(clickhouse, { from, to }, measurementRules, progressBar('measure', options.json ?? false)),
  );
  const { measured, differentials } = file;
  if (measured.observations === 0) {
    const text = `no identified price stands in ${from} to ${to}: load an archive with \`csi import DIR\`, or collect`;
    return { text, json: file, code: 1 };
  }
  if (out !== undefined) await writeOutput(out, `${JSON.stringify(file, null, 2)}\n`);
  const passing = differentials.filter((row) => row.passes);
  const text = [
    `${measured.observations} observations in ${measured.captures} captures of ${measured.sources.join(', ')}, ${from} to ${to}`,
    differentialsTable(file, options.classes ?? false),
    ...sharedText(file),
    ...rulesText(file),
    '',
    passing.length === 0
      ? 'none passes its gates: off-grade observations are excluded, not adjusted'
      : `${passing.length} pass their gates: they may be used in windows that begin at ${measured.until} or later`,
    ...(out === undefined ? [] : [`written to ${out}`]),
  ];
  return { text: text.join('\n'), json: file };
}
