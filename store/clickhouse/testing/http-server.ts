import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Session } from 'chdb';

/** A ClickHouse server for tests: the embedded engine behind ClickHouse's HTTP interface. */
export interface TestServer {
  url: string;
  /** Queries answered so far, for tests that look at what was asked. */
  queries(): number;
  close(): Promise<void>;
}

/** As ClickHouse's `http_max_uri_size`. */
const URI_BYTES_MAX = 1_048_576;
/** Parameters reach the engine as SQL here, where a server takes them beside it. */
const QUERY_BYTES_MAX = 64_000_000;

/** ClickHouse's code for what it has no code for. */
const UNKNOWN_EXCEPTION = 1002;

/** Address parameters that are no settings. */
const RESERVED = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'role', 'user', 'password']);
/** Settings of the HTTP interface itself, which the embedded engine does not know. */
const HTTP_SETTINGS = new Set([
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
]);
const NAME = /^[A-Za-z_]\w*$/;
const PLACEHOLDER = /\{(\w+):[^{}]+\}/g;
const READS = /^\s*(SELECT|WITH|SHOW|DESCRIBE|EXISTS|EXPLAIN)\b/i;

/** What a request asks for. */
interface Asked {
  query: string;
  format: string;
  parameters: Map<string, string>;
  settings: Map<string, string>;
}

class Refused extends Error {
  constructor(code: number, type: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message} (${type}) (test server)`);
  }
}

/** A value as an SQL string literal. */
const literal = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The parts of a multipart body, which the client sends where parameters are too long for an address. */
async function partsOf(type: string, body: Buffer): Promise<Map<string, string>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

async function askedOf(request: IncomingMessage, url: URL): Promise<Asked> {
  const body = await bodyOf(request);
  const type = request.headers['content-type'] ?? '';
  const parts = type.startsWith('multipart/form-data') ? await partsOf(type, body) : null;
  const inAddress = url.searchParams.get('query');
  const inBody = parts ? (parts.get('query') ?? '') : body.toString('utf8');
  // A query in the address, rows in the body: one statement with its data below, as ClickHouse joins them.
  const query = inAddress === null ? inBody : inBody === '' ? inAddress : `${inAddress}\n${inBody}`;
  const asked: Asked = {
    query,
    format: url.searchParams.get('default_format') ?? 'TabSeparated',
    parameters: new Map(),
    settings: new Map(),
  };
  for (const [name, value] of [...url.searchParams, ...(parts ?? [])]) {
    if (name.startsWith('param_')) asked.parameters.set(name.slice('param_'.length), value);
    else if (!RESERVED.has(name) && !HTTP_SETTINGS.has(name)) asked.settings.set(name, value);
  }
  return asked;
}

function check(request: IncomingMessage, { query, parameters, settings }: Asked): void {
  if (query.trim() === '') throw new Refused(62, 'SYNTAX_ERROR', 'Empty query');
  if (request.method === 'GET' && !READS.test(query)) {
    throw new Refused(164, 'READONLY', 'Cannot execute query in readonly mode: use POST to write');
  }
  for (const name of [...parameters.keys(), ...settings.keys()]) {
    if (!NAME.test(name)) throw new Refused(115, 'UNKNOWN_SETTING', `Unknown setting ${name}`);
  }
  if (/^\s*INSERT\b/i.test(query)) return;
  // The session remembers parameters of earlier requests; a server does not.
  for (const [, name] of query.matchAll(PLACEHOLDER)) {
    if (name && !parameters.has(name)) {
      throw new Refused(456, 'UNKNOWN_QUERY_PARAMETER', `Substitution \`${name}\` is not set`);
    }
  }
}

async function run(session: Session, asked: Asked): Promise<Uint8Array> {
  for (const [name, value] of asked.parameters) await session.queryAsync(`SET param_${name} = ${literal(value)}`);
  const set: string[] = [];
  try {
    for (const [name, value] of asked.settings) {
      await session.queryAsync(`SET ${name} = ${literal(value)}`);
      set.push(name);
    }
    return (await session.queryAsync(asked.query, { format: asked.format })).bytes();
  } finally {
    // Settings of an address hold for its request alone.
    for (const name of set) await session.queryAsync(`SET ${name} = DEFAULT`);
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? UNKNOWN_EXCEPTION);
  const status = [60, 81].includes(code) ? 404 : [27, 36, 47, 62, 115, 117, 130, 456, 457].includes(code) ? 400 : 500;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-exception-code': String(code),
  });
  response.end(`${message}\n`);
}

/** Starts a server on a free port of this machine, over a data folder that no other session of this process uses. */
export async function startTestServer(path: string): Promise<TestServer> {
  const session = new Session(path, { connectionArgs: [`--max_query_size=${QUERY_BYTES_MAX}`] });
  let queries = 0;
  // One request after the other: parameters and settings belong to the session.
  let queue: Promise<unknown> = Promise.resolve();
  const server: Server = createServer({ maxHeaderSize: URI_BYTES_MAX + 16_384 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const isBare = request.method === 'GET' && !url.searchParams.has('query');
    if (url.pathname === '/ping' || isBare) {
      response.end('Ok.\n');
      return;
    }
    const answer = async () => {
      try {
        const asked = await askedOf(request, url);
        check(request, asked);
        const bytes = await run(session, asked);
        queries += 1;
        response.writeHead(200, {
          'content-type': 'application/octet-stream',
          'x-clickhouse-query-id': url.searchParams.get('query_id') ?? '',
          'x-clickhouse-format': asked.format,
          'x-clickhouse-summary': '{"read_rows":"0","written_rows":"0"}',
        });
        response.end(bytes);
      } catch (error) {
        refuse(response, error);
      }
    };
    queue = queue.then(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries: () => queries,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await queue;
      session.close();
    },
  };
}
