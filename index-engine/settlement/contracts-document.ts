import { table } from '#index-engine/markdown';
import { termsInWords } from '#index-engine/settlement/terms-in-words';
import { contractHash, contracts } from '#methodology/contracts';

/** The section of the document on contracts: the terms of each form, and every contract with the hash of its terms. Markdown. */
export function contractsSection(): string {
  const forms = new Map(contracts().map((one) => [one.title, one]));
  const text = [...forms.values()].map((one) => {
    const rows = termsInWords({ ...one, series: one.series.replace(one.hardware_class, 'CLASS') });
    return `**${one.title[0]?.toUpperCase()}${one.title.slice(1)}**, ${one.form}. ${one.why} ${one.missing.why}\n\n${table(
      ['term', ''],
      rows.map(({ term, words }) => [term, words]),
    )}`;
  });
  return `## Contracts

The price of a month is the mean of the fixes of its schedule, exact, rounded once. A fill is no evidence: it never counts as coverage, and fills nothing else. Settled by the rules, a month has a certificate: every fix by id, hash, level and value, every fill and what it comes from, coverage, mean, rounding, price; signed, and in the log. A month that the rules do not settle has one too, without a settlement price. Months whose business days no calendar knows yet are refused.

${text.join('\n\n')}

${table(
  ['contract', 'average', 'series', 'SHA-256 of its terms'],
  contracts().map((one) => [one.id, one.title, one.series, `\`${contractHash(one)}\``]),
)}
`;
}
