/**
 * Together AI: price page, GPU clusters on demand and reserved by length.
 * Page: https://www.together.ai/pricing, recorded 2026-08. Terms: not read.
 * Traps: prices are per GPU; three tables look alike, and "Dedicated Inference" is another product at another price; a reserved column
 * is a band of days ("31-90 days"), which is no tenor of ours and is kept as `term`; rows nest in blocks inside <tbody>.
 */
import { emptyParsed, type Source } from '#ingest/source';
import { dollars, textOf, wholePage } from '#ingest/sources/kit/html';
import { addQuote, attempt } from '#ingest/sources/kit/rows';

const COLUMNS = 'Hardware | ON-Demand | Reserved | Pay as you go | 7-30 days | 31-90 days | 91-180 days | 181+ days';
const TERMS = ['7-30 days', '31-90 days', '91-180 days', '181+ days'];

export const together: Source = {
  id: 'together',
  title: 'Together AI price page',
  homepage: 'https://www.together.ai/pricing',
  provider: 'together',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '43 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.together.ai/terms-of-service' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://www.together.ai/pricing' }],
  parse(capture) {
    const parsed = emptyParsed();
    const tables = wholePage(capture.text)
      .querySelectorAll('table')
      .filter(
        (table) =>
          table
            .querySelectorAll('thead th')
            .map((cell) => textOf(cell))
            .join(' | ') === COLUMNS,
      );
    if (tables.length !== 1) throw new Error(`${tables.length} tables have the columns of GPU clusters, not one`);
    for (const row of tables[0]?.querySelectorAll('tbody tr') ?? []) {
      const [label = '', ...prices] = row.querySelectorAll('td').map((cell) => textOf(cell));
      for (const [index, cell] of prices.entries()) {
        const term = index === 0 ? null : (TERMS[index - 1] ?? 'unknown');
        const native_id = `${label}/${term ?? 'on-demand'}`;
        attempt(parsed, native_id, textOf(row), () => {
          addQuote(parsed, {
            native_id,
            provider: 'together',
            label,
            tenor: term === null ? 'OD' : null,
            evidence: 'listed',
            price: dollars(cell),
            currency: 'USD',
            price_basis: 'gpu_hour',
            attributes: { product: 'cluster', ...(term === null ? {} : { term }) },
          });
        });
      }
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('NVIDIA HGX H100')) ? null : 'no row "NVIDIA HGX H100"',
};
