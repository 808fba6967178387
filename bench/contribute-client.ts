/**
 * A contributor in a process of its own, so that what is measured is the server. Makes its body, says `ready`, sends the body when a byte
 * comes on standard input, and says the receipt.
 */
export {};

const [url = '', token = '', key = '', from = '0', to = '0'] = process.argv.slice(2);
const CHUNK_LINES = 160;

/** A print as an exchange pushes it, as a line of NDJSON: no two alike. */
function printLine(index: number): string {
  const print = {
    form: 'trade',
    trade_id: `T${String(index).padStart(9, '0')}`,
    side: 'venue',
    label: index % 3 === 0 ? 'NVIDIA H100 80GB HBM3' : 'H200 SXM',
    gpus: 8,
    duration_hours: 1 + (index % 72),
    price: `2.${String(1000 + (index % 999))}`,
    currency: 'USD',
    price_basis: 'gpu_hour',
    event_at: new Date(Date.UTC(2026, 6, 1) + index * 250).toISOString(),
    buyer: `Buyer ${index % 97} Inc.`,
    seller: `Seller ${index % 31} LLC`,
    country: 'US',
    tenor: 'OD',
    attributes: { interconnect: 'nvlink' },
  };
  return `${JSON.stringify(print)}\n`;
}

const chunks: Buffer[] = [];
for (let index = Number(from); index < Number(to); index += CHUNK_LINES) {
  const lines = Array.from({ length: Math.min(CHUNK_LINES, Number(to) - index) }, (_, line) => printLine(index + line));
  chunks.push(Buffer.from(lines.join(''), 'utf8'));
}
let next = 0;
const body = new ReadableStream<Uint8Array>({
  pull(controller) {
    const chunk = chunks[next];
    next += 1;
    if (chunk) controller.enqueue(chunk);
    else controller.close();
  },
});
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
const request: RequestInit & { duplex: 'half' } = {
  method: 'POST',
  headers: {
    Authorization: `Bearer ${token}`,
    'Idempotency-Key': key,
    'Content-Type': 'application/x-ndjson',
    Accept: 'application/x-ndjson',
  },
  body,
  duplex: 'half',
};
const response = await fetch(url, request);
const answer = (await response.text()).trimEnd();
console.log(answer.slice(answer.lastIndexOf('\n') + 1));
process.exit(response.ok ? 0 : 1);
