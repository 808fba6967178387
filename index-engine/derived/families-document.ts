import { table } from '#index-engine/markdown';
import { capacityRules } from '#methodology/capacity';
import type { LoadedRulebook } from '#methodology/rulebook';
import { basketSha256, baskets } from '#methodology/scu/baskets';
import { scuDefinition, type Workload, workloads } from '#methodology/scu/definition';
import { scuFile } from '#methodology/scu/ratings';
import { tokenRules } from '#methodology/tokens';

const exponents = (workload: Workload) =>
  Object.entries(scuDefinition().workloads[workload].exponents)
    .map(([fact, exponent]) => `${fact}^${exponent}`)
    .join(' × ');

function unitSection({ rulebook }: LoadedRulebook): string {
  const { unit, reference, shrinkage, grades, combined, best_result, citation } = scuDefinition();
  const { basis, ratings } = scuFile();
  const workload = (id: Workload) => {
    const { why, measured } = scuDefinition().workloads[id];
    const of = basis[id];
    return `**${id === 'training' ? 'Training (SCU-T)' : 'Inference (SCU-I)'}**: ${exponents(id)}, each fact divided by that of the unit. ${why} Measured against: ${measured.tasks.join(', ')} of MLPerf ${id}, ${of.observations} best results of ${of.classes} classes in ${of.cells} cells that two classes share; residual ${of.residual}, the formula alone misses by ${of.formula_error} (logarithms). ${measured.why}`;
  };
  return `## Standard Compute Unit

${unit.why} The unit is 16-bit ${unit.p16}, 8-bit ${unit.p8} and 4-bit ${unit.p4} TFLOP/s, link ${unit.interconnect} GB/s, memory ${unit.bandwidth} GB/s and ${unit.capacity} GB. ${reference.class}: ${reference.why}

${workloads.map(workload).join('\n\n')}

A regression of ln(throughput per accelerator) on class and cell (country-product-dummy) gives each class an effect with its standard error. ${best_result.why} ${shrinkage.why} Combined: ${combined.why} ${citation}

${table(
  ['delivery grade', 'asks'],
  grades.map((one) => [one.id, one.why]),
)}

Ratings frozen in this version, SCU of one accelerator; errors are of the logarithm. \`csi scu fit\` derives them again from the facts.

${table(
  ['class', 'grade', 'training', '±', 'inference', '±', 'combined', '±', 'status'],
  ratings.flatMap((row) => {
    const frozen = rulebook.standard_compute_unit.ratings[row.id];
    return frozen
      ? [
          [
            row.id,
            row.grade ?? '–',
            frozen.training,
            row.training.error,
            frozen.inference,
            row.inference.error,
            frozen.combined,
            row.combined.error,
            frozen.status,
          ],
        ]
      : [];
  }),
)}
`;
}

function basketsSection(): string {
  const { why, review, baskets: all } = baskets();
  return `## Workload baskets

${why} A review comes every ${review.months} months; the composition before goes on beside its successor for ${review.parallel_days} days. ${review.why}

${table(
  ['basket', 'version', 'from', 'classes', 'SHA-256'],
  all.map((one) => [
    one.id,
    one.version,
    one.effective_from,
    one.constituents.map((each) => `${each.gpus} × ${each.class} at ${each.scu} SCU`).join(', '),
    `\`${basketSha256(one)}\``,
  ]),
)}
`;
}

function tokensSection(): string {
  const { rules, sha256 } = tokenRules();
  const { blend, caps, estimator, strike } = rules;
  return `## Prices of tokens

${rules.why} Strike at ${strike.time} ${strike.time_zone}: ${strike.why} The last ${rules.window_hours} hours count: ${rules.window_why}

${table(
  ['suffix', 'evidence', 'weights', 'why'],
  rules.kinds.map((one) => [one.suffix || 'none', one.words, one.weights, one.why]),
)}

In, out and blended ${blend.input} : ${blend.output}. ${blend.why} At least ${rules.minimum_providers} providers: ${rules.minimum_providers_why} No provider above ${caps.provider} of the weight. ${caps.why} Between ${estimator.low} and ${estimator.high} of the weight: ${estimator.why} Left out: ${rules.variants_why} Rules \`${sha256}\`.
`;
}

function capacitySection(): string {
  const { rules, sha256 } = capacityRules();
  return `## Capacity

${rules.why} ${rules.staleness_why} ${rules.look_why} **Stranded**, ${rules.stranded_days} days: ${rules.stranded_why} Rules \`${sha256}\`.

${table(
  ['source', 'venue', 'read', 'why'],
  [
    ...rules.sources.map((one) => [one.source, one.venue, one.shows.replaceAll('_', ' '), one.why]),
    ...rules.not_read.map((one) => [one.source, '', 'no', one.why]),
  ],
)}
`;
}

/** The sections of the document on what is derived from fixes and facts: the unit of compute, baskets, tokens, capacity. Markdown. */
export function familiesSection(loaded: LoadedRulebook): string {
  return [unitSection(loaded), basketsSection(), tokensSection(), capacitySection()].join('\n');
}
