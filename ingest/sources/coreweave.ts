/**
 * CoreWeave: price page, instances by region, on demand and spot.
 * Page: https://www.coreweave.com/pricing, recorded 2026-08. Terms: not read.
 * Traps: no <table>, but a grid of blocks; prices are of the whole instance; a count carries a footnote ("4^1"); "N/A" and an empty
 * cell beside "Contact sales" are no price; an inference price per GPU, another product, stands in the last column; every block is
 * there twice, once for small screens; processors have a grid of their own.
 */
import type { HTMLElement } from 'node-html-parser';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { dollars, expectColumns, textOf, wholePage } from '#ingest/sources/kit/html';
import { addQuote, attempt } from '#ingest/sources/kit/rows';

const COLUMNS = [
  'GPU Model',
  'GPU Count',
  'VRAM (GB)',
  'vCPUs',
  'System RAM (GB)',
  'Local Storage (TB)',
  'On-Demand Price (Per Hour)',
  'Spot Price (Per Hour)',
];
/** A last column that stands in some regions alone. */
const INFERENCE = 'Inference Single GPU Price(Per Hour)²';

function readRow(parsed: Parsed, row: HTMLElement, region: string, columns: number): void {
  const cells = (row.querySelector('.table-grid')?.childNodes ?? [])
    .map((node) => node as HTMLElement)
    .filter((node) => node.classList?.contains('table-v2-cell'));
  // A price stands in the first block of its cell; what follows is a button.
  const texts = cells.map((cell, index) => textOf(index >= 6 ? cell.querySelector('div') : cell));
  const [label = '', count = '', memory = '', , , , onDemand = '', spot = ''] = texts;
  const native_id = [region, label, count, memory].join('/');
  attempt(parsed, native_id, textOf(row), () => {
    if (cells.length !== columns) throw new Error(`${cells.length} cells in a grid of ${columns} columns`);
    const gpus = /^(\d+)(\^\d)?$/.exec(count)?.[1];
    if (gpus === undefined || !/^\d+$/.test(memory)) throw new Error(`"${count}" x "${memory}" GB is no size`);
    const add = (kind: string, tenor: string, cell: string) =>
      addQuote(parsed, {
        native_id: `${native_id}/${kind}`,
        provider: 'coreweave',
        label,
        memory_gb: Number(memory),
        gpus: Number(gpus),
        tenor,
        evidence: 'listed',
        price: dollars(cell),
        currency: 'USD',
        price_basis: 'lot_hour',
        attributes: { product: 'instance', region },
      });
    add('on-demand', 'OD', onDemand);
    add('spot', 'INT', spot);
  });
}

export const coreweave: Source = {
  id: 'coreweave',
  title: 'CoreWeave price page',
  homepage: 'https://www.coreweave.com/pricing',
  provider: 'coreweave',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '39 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.coreweave.com/terms-of-service' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://www.coreweave.com/pricing' }],
  parse(capture) {
    const parsed = emptyParsed();
    let region = '';
    for (const element of wholePage(capture.text).querySelectorAll('h5, .table-v2.gpu-pricing')) {
      if (element.tagName === 'H5') {
        region = /^REGION: (.+)$/.exec(textOf(element))?.[1] ?? region;
        continue;
      }
      const header = element.querySelector('.table-v2-header');
      const columns = (header?.querySelectorAll('.table-header-text') ?? []).map((cell) => textOf(cell));
      expectColumns('the grid of GPUs', columns.at(-1) === INFERENCE ? columns.slice(0, -1) : columns, COLUMNS);
      for (const row of element.querySelectorAll('.table-row-v2')) readRow(parsed, row, region, columns.length);
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('NVIDIA HGX H100')) ? null : 'no row "NVIDIA HGX H100"',
};
