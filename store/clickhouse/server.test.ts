import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ClickHouse } from '#store/clickhouse/client';
import { storeContract } from '#store/clickhouse/testing/contract';
import { startTestServer, type TestServer } from '#store/clickhouse/testing/http-server';

const folder = mkdtempSync(join(tmpdir(), 'csi-server-'));
let server: TestServer;

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the store, on a server', () => {
  storeContract(async () => {
    server = await startTestServer(join(folder, 'clickhouse'));
    return { url: server.url };
  });

  it('was asked over HTTP', () => expect(server.queries()).toBeGreaterThan(50));

  it('a server that is not there is named in one sentence', async () => {
    await expect(ClickHouse.open({ url: 'http://127.0.0.1:9' })).rejects.toThrow(
      /^the ClickHouse server at 127\.0\.0\.1:9 could not be used: .*ECONNREFUSED.*$/,
    );
  });
});

describe('the test server speaks as ClickHouse does', () => {
  const get = (query: Record<string, string>, path = '/') =>
    fetch(`${server.url}${path}?${new URLSearchParams(query)}`);

  it('answers a ping', async () => {
    expect(await (await fetch(`${server.url}/ping`)).text()).toBe('Ok.\n');
    expect(await (await fetch(`${server.url}/`)).text()).toBe('Ok.\n');
  });

  it('binds parameters and takes the format and settings of the address', async () => {
    const asked = {
      query: 'SELECT {n:UInt32} + 1 AS n, toDecimal64(1.5, 2) AS d',
      param_n: '41',
      default_format: 'JSONEachRow',
    };
    const answer = await get({ ...asked, output_format_json_quote_decimals: '1' });
    expect(await answer.text()).toBe('{"n":42,"d":"1.5"}\n');
    // The setting was that request's alone.
    expect(await (await get(asked)).text()).toBe('{"n":42,"d":1.5}\n');
  });

  it('takes a query in the body, and tab-separated text is the default', async () => {
    const answer = await fetch(server.url, { method: 'POST', body: "SELECT 1, 'a'" });
    expect(await answer.text()).toBe('1\ta\n');
  });

  it.each([
    ['an unknown table', 'SELECT * FROM csi.nowhere', 404, '60'],
    ['broken SQL', 'SELEKT 1', 400, '62'],
    ['a parameter not given', 'SELECT {absent:String}', 400, '456'],
  ])('%s is an error with its code', async (_name, query, status, code) => {
    const answer = await fetch(server.url, { method: 'POST', body: query });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe(code);
    expect(await answer.text()).toContain(`Code: ${code}. DB::Exception`);
  });

  it('refuses to write on GET, and unknown settings', async () => {
    expect((await get({ query: 'CREATE DATABASE other' })).headers.get('x-clickhouse-exception-code')).toBe('164');
    expect((await get({ query: 'SELECT 1', no_such_setting: '1' })).headers.get('x-clickhouse-exception-code')).toBe(
      '115',
    );
  });
});
