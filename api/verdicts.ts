import type { LedgerDatabase } from '#store/ledger/client';
import { segmentsOf } from '#store/ledger/contributions';

/** The answer to a contribution, piece by piece: a verdict for each line, then the receipt. It is read back from the ledger. */
async function* pieces(database: LedgerDatabase, receipt: string, format: 'json' | 'ndjson'): AsyncGenerator<string> {
  const { receipt_id } = JSON.parse(receipt) as { receipt_id: string };
  const separator = format === 'json' ? ',' : '\n';
  let line = 0;
  if (format === 'json') yield '{"verdicts":[';
  for await (const { verdicts } of segmentsOf(database, receipt_id)) {
    const texts: string[] = [];
    for (const verdict of verdicts) {
      line += 1;
      texts.push(JSON.stringify({ line, ...verdict }));
    }
    const isFirst = line === verdicts.length;
    yield `${isFirst ? '' : separator}${texts.join(separator)}`;
  }
  if (format === 'json') yield `],"receipt":${receipt}}`;
  else yield `${line === 0 ? '' : '\n'}{"receipt":${receipt}}\n`;
}

/** The answer to a contribution as a stream: however many lines there are, a segment of them is in memory. */
export function verdictStream(
  database: LedgerDatabase,
  receipt: string,
  format: 'json' | 'ndjson',
): ReadableStream<Uint8Array> {
  const source = pieces(database, receipt, format);
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await source.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
