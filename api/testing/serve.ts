/** Serves the API of a data folder; says its port, and its resident memory in bytes whenever a byte comes on standard input. */
import { tmpdir } from 'node:os';
import { createApi } from '#api/app';
import { startServer } from '#api/server';
import { createApiKey } from '#store/ledger/api-keys';
import { openStore } from '#store/store';

const [folder = ''] = process.argv.slice(2);
const store = await openStore(folder, {});
const clock = () => new Date();
const facts = { contributor: 'child', venue: 'child', scopes: ['contribute'] as const, at: clock() };
const { token } = await createApiKey(store.ledger.database, facts);
const api = createApi(
  { store, clock, sources: [], nextRuns: () => new Map(), simulated: false, terminalFolder: tmpdir() },
  {},
  {
    rate: { burst: 100_000, perSecond: 1000 },
    limits: { segmentLines: Number(process.env.SEGMENT_LINES ?? 5000), leaseMs: 1500 },
  },
);
const server = await startServer(api, 0);
console.log(JSON.stringify({ port: server.port, token }));
process.stdin.on('data', () => console.log(process.memoryUsage.rss()));
process.stdin.on('end', () => process.exit(0));
