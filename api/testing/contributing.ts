import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '#api/app';
import type { TakingParts } from '#api/contributions';
import type { Receipt } from '#ingest/contribute/contribute';
import { createApiKey, type Scope } from '#store/ledger/api-keys';
import type { Verdict } from '#store/ledger/contributions';
import { openStore, type Store } from '#store/store';

/** An answer to a contribution. */
export interface Answer {
  status: number;
  verdicts: (Verdict & { line: number })[];
  receipt: Receipt;
  text: string;
  headers: Headers;
}

/** An API that takes contributions, over stores of its own in a temporary folder. */
export interface Contributing {
  api: Api;
  store: Store;
  folder: string;
  time: { now: Date };
  /** A key for a contributor, who operates a venue where one is named. */
  keyOf(contributor: string, venue?: string | null, scopes?: readonly Scope[]): Promise<string>;
  /** Sends a body, each time under a new idempotency key unless one is given. */
  send(token: string, body: BodyInit, headers?: Record<string, string>): Promise<Answer>;
  sendLines(token: string, lines: readonly object[], headers?: Record<string, string>): Promise<Answer>;
  get(token: string, path: string): Promise<Response>;
  /** The same stores under another API: what a restart or another setting is. */
  withParts(taking: Partial<TakingParts>, wrap?: (store: Store) => Store): Contributing;
  close(): Promise<void>;
}

let keys = 0;
const nobody = { verdicts: [], receipt: {} as Receipt };

function over(store: Store, folder: string, time: { now: Date }, taking: Partial<TakingParts>): Contributing {
  const api = createApi(
    {
      store,
      clock: () => time.now,
      sources: [],
      nextRuns: () => new Map(),
      simulated: false,
      terminalFolder: join(folder, 'terminal'),
    },
    {},
    { rate: { burst: 100_000, perSecond: 1000 }, ...taking },
  );
  const contributing: Contributing = {
    api,
    store,
    folder,
    time,
    keyOf: async (contributor, venue = null, scopes = ['contribute']) =>
      (await createApiKey(store.ledger.database, { contributor, venue, scopes, at: time.now })).token,
    send: async (token, body, headers = {}) => {
      keys += 1;
      const request: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        duplex: 'half',
        body,
        headers: {
          Authorization: `Bearer ${token}`,
          'Idempotency-Key': `key-${keys}`,
          'Content-Type': 'application/x-ndjson',
          ...headers,
        },
      };
      const response = await api.app.request('/v1/contributions', request);
      const text = await response.text();
      const parsed = response.ok && text.startsWith('{"verdicts"') ? (JSON.parse(text) as Answer) : nobody;
      return { ...parsed, status: response.status, headers: response.headers, text };
    },
    sendLines: (token, lines, headers) =>
      contributing.send(token, lines.map((line) => JSON.stringify(line)).join('\n'), headers),
    get: async (token, path) => api.app.request(path, { headers: { Authorization: `Bearer ${token}` } }),
    withParts: (parts, wrap = (one) => one) => over(wrap(store), folder, time, parts),
    close: async () => {
      api.hub.close();
      await api.contributions.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return contributing;
}

/** Opens empty stores and the API over them. */
export async function openContributing(taking: Partial<TakingParts> = {}): Promise<Contributing> {
  const folder = mkdtempSync(join(tmpdir(), 'csi-contributing-'));
  const store = await openStore(join(folder, 'data'), {});
  return over(store, folder, { now: new Date('2026-11-20T12:00:00.000Z') }, taking);
}

/** A print with everything that one needs. */
export const print = (facts: Record<string, unknown> = {}): Record<string, unknown> => ({
  form: 'trade',
  trade_id: 'T-1',
  side: 'buyer',
  venue: 'example-exchange',
  label: 'NVIDIA H100 80GB HBM3',
  gpus: 8,
  duration_hours: 24,
  price: '2.41',
  currency: 'USD',
  price_basis: 'gpu_hour',
  event_at: '2026-11-20T10:00:00.000Z',
  buyer: 'Blue Whale Capital LLC',
  seller: 'Crimson Foundry GmbH',
  country: 'US',
  tenor: 'OD',
  ...facts,
});

/** A quote with everything that one needs. */
export const quote = (facts: Record<string, unknown> = {}): Record<string, unknown> => ({
  form: 'quote',
  quote_id: 'Q-1',
  evidence: 'executable',
  provider: 'example-cloud',
  hardware_class: 'H100-SXM-80',
  gpus: 8,
  price: 2.5,
  currency: 'USD',
  price_basis: 'gpu_hour',
  event_at: '2026-11-20T11:00:00Z',
  tenor: 'OD',
  ...facts,
});
