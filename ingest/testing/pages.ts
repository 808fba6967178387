import type { Source } from '#ingest/source';
import { coreweave } from '#ingest/sources/coreweave';
import { crusoe } from '#ingest/sources/crusoe';
import { lambdaPage } from '#ingest/sources/lambda-page';
import { nebius } from '#ingest/sources/nebius';
import { together } from '#ingest/sources/together';
import { HTML, type Row, type Specimen, specimenOf } from '#ingest/testing/shapes';

const page = (body: string) => `<!doctype html><html><head><title>Prices</title></head><body>${body}</body></html>`;
const cells = (tag: string, texts: readonly unknown[]) => texts.map((text) => `<${tag}>${text}</${tag}>`).join('');

/** A price page made of rows, as small as its parser lets it be. */
function pageSpecimen(
  source: Source,
  rows: readonly Row[],
  render: (rows: readonly Row[]) => string,
  facts: { prices: readonly string[]; canary: string; header: string },
): Specimen {
  const text = page(render(rows));
  const write = (given: unknown) => page(render(Array.isArray(given) ? given : []));
  return specimenOf('hand-made page', text, {
    source,
    content_type: 'text/html',
    read: () => structuredClone(rows) as Row[],
    write,
    prices: facts.prices,
    labels: ['label'],
    unknownLabel: (index) => `${facts.canary} Abacus ${index}x`,
    unknown: 'kept',
    isCanary: (row) => row.label === facts.canary,
    bare: {
      'a column renamed': text.replaceAll(facts.header, 'PRICE/GPU/MONTH'),
      'the currency changed': text.replaceAll('$', '€'),
      'no rows': write([]),
      'cut before its end': text.replace('</body></html>', ''),
      'HTML error page': HTML,
      'empty body': '',
      JSON: '{"prices":[]}',
    },
  });
}

const coreweaveHeader = [
  ...['GPU Model', 'GPU Count', 'VRAM (GB)', 'vCPUs', 'System RAM (GB)', 'Local Storage (TB)'],
  ...['On-Demand Price (Per Hour)', 'Spot Price (Per Hour)', 'Inference Single GPU Price(Per Hour)²'],
];
const coreweavePage = (rows: readonly Row[]) =>
  `<h5>REGION: EUROPE</h5><div class="table-v2 gpu-pricing"><div class="table-v2-header">${coreweaveHeader
    .map((text) => `<div class="table-header-text">${text}</div>`)
    .join('')}</div>${rows
    .map(({ label, count, memory, price, spot }) => {
      const blocks = [label, count, memory, 128, 2048, 61.44, `$${price}`, spot ? `$${spot}` : 'N/A', ''];
      return `<div class="table-row-v2"><div class="table-grid">${blocks
        .map((text) => `<div class="table-v2-cell"><div>${text}</div></div>`)
        .join('')}</div></div>`;
    })
    .join('')}</div>`;

const crusoePage = (rows: readonly Row[]) =>
  `<div class="pricing-dd"><h3>GPU instances pricing</h3>${['GPU model', 'On-demand', 'Current spot']
    .map((text) => `<div class="pricing-heading">${text}</div>`)
    .join('')}${rows
    .map(({ label, memory, form, price }) => {
      const tags = [memory, form].map((tag) => `<div class="pricing-tag">${tag}</div>`).join('');
      const prices = [`$${price}/GPU-hr`, 'Contact sales'].map(
        (text) => `<div class="pricing-rich"><p>${text}</p></div>`,
      );
      return `<div class="pricing_gpu-item"><h4 class="pricing-item-heading">${label}</h4>${tags}${prices.join('')}</div>`;
    })
    .join('')}</div>`;

const lambdaColumns = ['Plan', 'VRAM/GPU', 'vCPUs', 'RAM', 'STORAGE', 'PRICE/GPU/HR*'];
const lambdaHtml = (rows: readonly Row[]) =>
  `<div class="_tabsContainer_1"><button>8x</button><table><thead><tr>${cells('th', lambdaColumns)}</tr></thead><tbody>${rows
    .map(
      ({ label, memory, price }) =>
        `<tr>${cells('td', [label, memory, 208, '1800 GiB', '22 TiB SSD', `$${price}`])}</tr>`,
    )
    .join('')}</tbody></table></div>`;

const togetherColumns = [
  ...['Hardware', 'ON-Demand', 'Reserved', 'Pay as you go', '7-30 days', '31-90 days', '91-180 days', '181+ days'],
];
const togetherHtml = (rows: readonly Row[]) =>
  `<table><thead><tr>${cells('th', togetherColumns)}</tr></thead><tbody>${rows
    .map(({ label, price, reserved }) => {
      const more = reserved ? `$${reserved}` : '—';
      return `<tr>${cells('td', [label, `$${price}`, more, '—', '—', 'Contact us'])}</tr>`;
    })
    .join('')}</tbody></table>`;

const nebiusHtml = (rows: readonly Row[]) => {
  const header = ['Item', 'vCPUs', 'RAM, GB', 'Preemptible, GPU-hour', 'On-demand, GPU-hour'];
  const lines = rows.map(({ label, price, preemptible }) => [
    ...[label, '16', '200', preemptible ? `$${preemptible}` : '––', `$${price}`],
  ]);
  const block = { type: 'highlight-table-block', title: 'NVIDIA GPU Instances', description: '', contentSize: 'l' };
  const data = JSON.stringify({ ...block, table: { content: [header, ...lines] } });
  return `<script>self.push("${data.replaceAll('"', '\\"')}")</script>`;
};

/** One page of each source that reads HTML. */
export const pages: readonly Specimen[] = [
  pageSpecimen(
    coreweave,
    [
      { label: 'NVIDIA HGX H100', count: '8', memory: '80', price: '49.24', spot: '19.71' },
      { label: 'NVIDIA GB200 NVL72', count: '4^1', memory: '186', price: '42.00' },
      { label: 'NVIDIA L40S', count: '8', memory: '48', price: '18.00' },
    ],
    coreweavePage,
    { prices: ['price', 'spot'], canary: 'NVIDIA HGX H100', header: 'On-Demand Price (Per Hour)' },
  ),
  pageSpecimen(
    crusoe,
    [
      { label: 'NVIDIA H100', memory: '80GB', form: 'HGX', price: '3.90' },
      { label: 'NVIDIA A100', memory: '80GB', form: 'PCIe', price: '2.00' },
      { label: 'AMD MI300X', memory: '192GB', form: '', price: '3.45' },
    ],
    crusoePage,
    { prices: ['price'], canary: 'NVIDIA H100', header: 'On-demand' },
  ),
  pageSpecimen(
    lambdaPage,
    [
      { label: 'NVIDIA H100 SXM', memory: '80 GB', price: '3.99' },
      { label: 'NVIDIA A100 SXM', memory: '40 GB', price: '1.99' },
      { label: 'NVIDIA B200 SXM6', memory: '180 GB', price: '6.69' },
    ],
    lambdaHtml,
    { prices: ['price'], canary: 'NVIDIA H100 SXM', header: 'PRICE/GPU/HR*' },
  ),
  pageSpecimen(
    together,
    [
      { label: 'NVIDIA HGX H100', price: '3.99', reserved: '3.69' },
      { label: 'NVIDIA HGX B200', price: '8.19' },
      { label: 'NVIDIA HGX H200', price: '5.99' },
    ],
    togetherHtml,
    { prices: ['price', 'reserved'], canary: 'NVIDIA HGX H100', header: '31-90 days' },
  ),
  pageSpecimen(
    nebius,
    [
      { label: 'NVIDIA HGX H100', price: '3.85', preemptible: '2.15' },
      { label: 'NVIDIA HGX B200', price: '7.15' },
      { label: 'NVIDIA HGX H200', price: '4.50' },
    ],
    nebiusHtml,
    { prices: ['price', 'preemptible'], canary: 'NVIDIA HGX H100', header: 'On-demand, GPU-hour' },
  ),
];
