/**
 * Crusoe: price page, GPUs on demand and at the current spot rate.
 * Page: https://www.crusoe.ai/cloud/pricing, recorded 2026-08. Terms: not read. The bare domain redirects to www, which is no answer.
 * Traps: prices are per GPU; the memory and the form factor are tags beside the name, and some cards have no form factor; "Contact
 * sales" is no price; processors and storage have lists of the same look on the same page.
 */
import type { HTMLElement } from 'node-html-parser';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { dollars, expectColumns, textOf, wholePage } from '#ingest/sources/kit/html';
import { addQuote, attempt } from '#ingest/sources/kit/rows';

const COLUMNS = ['GPU model', 'On-demand', 'Current spot'];

function readItem(parsed: Parsed, item: HTMLElement): void {
  const name = textOf(item.querySelector('.pricing-item-heading'));
  const [memory = '', form = ''] = item.querySelectorAll('.pricing-tag').map((tag) => textOf(tag));
  const [onDemand, spot, ...more] = item.querySelectorAll('.pricing-rich').map((cell) => textOf(cell));
  const native_id = [name, memory, form].join('/');
  attempt(parsed, native_id, textOf(item), () => {
    const gb = /^(\d+)GB$/.exec(memory)?.[1];
    if (gb === undefined) throw new Error(`${JSON.stringify(memory)} is no size of memory`);
    if (onDemand === undefined || spot === undefined || more.length > 0) throw new Error('not two prices');
    const add = (kind: string, tenor: string, cell: string) =>
      addQuote(parsed, {
        native_id: `${native_id}/${kind}`,
        provider: 'crusoe',
        label: `${name} ${form}`.trim(),
        memory_gb: Number(gb),
        tenor,
        evidence: 'listed',
        price: dollars(cell, '/GPU-hr'),
        currency: 'USD',
        price_basis: 'gpu_hour',
        attributes: { product: 'instance' },
      });
    add('on-demand', 'OD', onDemand);
    add('spot', 'INT', spot);
  });
}

export const crusoe: Source = {
  id: 'crusoe',
  title: 'Crusoe price page',
  homepage: 'https://www.crusoe.ai/cloud/pricing',
  provider: 'crusoe',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '41 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.crusoe.ai/legal' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://www.crusoe.ai/cloud/pricing' }],
  parse(capture) {
    const parsed = emptyParsed();
    const lists = wholePage(capture.text).querySelectorAll('.pricing-dd');
    const gpus = lists.find((list) => textOf(list.querySelector('h3')) === 'GPU instances pricing');
    if (!gpus) throw new Error('the page has no list "GPU instances pricing"');
    expectColumns(
      'the list of GPUs',
      gpus.querySelectorAll('.pricing-heading').map((cell) => textOf(cell)),
      COLUMNS,
    );
    for (const item of gpus.querySelectorAll('.pricing_gpu-item')) readItem(parsed, item);
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('NVIDIA H100')) ? null : 'no price for the H100'),
};
