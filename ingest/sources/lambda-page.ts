/**
 * Lambda: price page, instances by the number of GPUs and clusters by their length.
 * Page: https://lambda.ai/instances, recorded 2026-08. Terms: not read.
 * Traps: prices are per GPU; the number of GPUs stands on the tab, not in the table, so tabs and tables are paired by their order; the
 * cluster tables of the same page have other columns, and a length of "2 weeks - 1 year" is no tenor.
 */
import type { HTMLElement } from 'node-html-parser';
import { emptyParsed, type Source } from '#ingest/source';
import { dollars, textOf, wholePage } from '#ingest/sources/kit/html';
import { addQuote, attempt } from '#ingest/sources/kit/rows';

const COLUMNS = 'Plan | VRAM/GPU | vCPUs | RAM | STORAGE | PRICE/GPU/HR*';
const columnsOf = (table: HTMLElement | null) =>
  (table?.querySelectorAll('thead th') ?? []).map((cell) => textOf(cell)).join(' | ');
/** Number of GPUs on each tab, where the container's tabs are of that kind. */
const countsOf = (tabs: HTMLElement) =>
  tabs.querySelectorAll('button').map((button) => /^(\d+)x$/.exec(textOf(button))?.[1] ?? null);

export const lambdaPage: Source = {
  id: 'lambda-page',
  title: 'Lambda price page',
  homepage: 'https://lambda.ai/instances',
  provider: 'lambda',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '37 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://lambda.ai/legal/terms-of-service' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://lambda.ai/instances' }],
  parse(capture) {
    const parsed = emptyParsed();
    const containers = wholePage(capture.text).querySelectorAll('[class*="tabsContainer"]');
    for (const container of containers) {
      const counts = countsOf(container);
      const tables = container.querySelectorAll('table');
      if (counts.includes(null) || counts.length !== tables.length) continue;
      for (const [index, table] of tables.entries()) {
        if (columnsOf(table) !== COLUMNS) throw new Error(`a table of instances has the columns "${columnsOf(table)}"`);
        for (const row of table.querySelectorAll('tbody tr')) {
          const [label = '', memory = '', , , , price = ''] = row
            .querySelectorAll('th, td')
            .map((cell) => textOf(cell));
          const native_id = [counts[index], label, memory].join('/');
          attempt(parsed, native_id, textOf(row), () => {
            const gb = /^(\d+) GB$/.exec(memory)?.[1];
            if (gb === undefined) throw new Error(`${JSON.stringify(memory)} is no size of memory`);
            addQuote(parsed, {
              native_id,
              provider: 'lambda',
              label,
              memory_gb: Number(gb),
              gpus: Number(counts[index]),
              tenor: 'OD',
              evidence: 'listed',
              price: dollars(price),
              currency: 'USD',
              price_basis: 'gpu_hour',
              attributes: { product: 'instance' },
            });
          });
        }
      }
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('NVIDIA H100 SXM')) ? null : 'no row "NVIDIA H100 SXM"',
};
