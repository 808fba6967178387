/**
 * Nebius: price page, GPU instances on demand and preemptible.
 * Page: https://nebius.com/prices, recorded 2026-08. Terms: not read.
 * Traps: the table is data embedded in escaped text, no HTML; prices are per GPU; "from $1.55" is the least of a range of shapes and no
 * price; dashes and a link to sales are no price; a new column was announced for October 2026, and then this source must stop.
 */
import { z } from 'zod';
import { expectShape } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { dollars, embeddedJson, expectColumns, wholePage } from '#ingest/sources/kit/html';
import { addQuote, attempt } from '#ingest/sources/kit/rows';

const COLUMNS = ['Item', 'vCPUs', 'RAM, GB', 'Preemptible, GPU-hour', 'On-demand, GPU-hour'];
const MARKER = '\\"title\\":\\"NVIDIA GPU Instances\\",\\"description\\":\\"\\",\\"contentSize\\":\\"l\\",\\"table\\":';
const tableSchema = z.object({ content: z.array(z.array(z.string())).min(1) });
/** "[Contact us](#ai-contact-form)" reads "Contact us". */
const plain = (cell: string) => cell.replace(/^\[([^\]]*)\]\([^)]*\)$/, '$1');

export const nebius: Source = {
  id: 'nebius',
  title: 'Nebius price page',
  homepage: 'https://nebius.com/prices',
  provider: 'nebius',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '47 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://docs.nebius.com/legal' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://nebius.com/prices' }],
  parse(capture) {
    const parsed = emptyParsed();
    wholePage(capture.text);
    const [header = [], ...rows] = expectShape(tableSchema, embeddedJson(capture.text, MARKER)).content;
    expectColumns('the table of GPU instances', header, COLUMNS);
    for (const row of rows) {
      const [label = '', vcpus = '', , preemptible = '', onDemand = ''] = row;
      for (const [kind, tenor, cell] of [
        ['preemptible', 'INT', preemptible],
        ['on-demand', 'OD', onDemand],
      ] as const) {
        const native_id = `${label}/${kind}`;
        attempt(parsed, native_id, row, () => {
          if (row.length !== COLUMNS.length) throw new Error(`${row.length} cells where ${COLUMNS.length} were pinned`);
          addQuote(parsed, {
            native_id,
            provider: 'nebius',
            label,
            tenor,
            evidence: 'listed',
            price: dollars(plain(cell)),
            currency: 'USD',
            price_basis: 'gpu_hour',
            attributes: { product: 'instance', vcpus_per_gpu: vcpus },
          });
        });
      }
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('NVIDIA HGX H100')) ? null : 'no row "NVIDIA HGX H100"',
};
