import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '#api/app';
import { type RunningServer, startServer } from '#api/server';
import { type HubLimits, makeHub } from '#api/stream';
import { storelessParts } from '#api/testing/parts';
import type { StreamEvents } from '#api/types';

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function serve(limits?: Partial<HubLimits>) {
  const api = createApi(storelessParts('nowhere'), limits);
  const server = await startServer(api, 0);
  running.push(server);
  return { hub: api.hub, port: server.port };
}

interface Message {
  id: string;
  event: string;
  data: unknown;
}

/** A client on a socket of its own: collects messages, as an EventSource does. */
async function listen(port: number, lastEventId?: string) {
  let text = '';
  const headers = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const call = request({ port, host: '127.0.0.1', path: '/v1/stream', headers });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject).end();
  });
  let ended = false;
  response
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      text += chunk;
    })
    .on('end', () => {
      ended = true;
    })
    .on('error', () => {});
  const messages = (): Message[] =>
    text.split('\n\n').flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      return /^data: /m.test(block)
        ? [{ id: field('id'), event: field('event'), data: JSON.parse(field('data')) as unknown }]
        : [];
    });
  return {
    response,
    messages,
    text: () => text,
    ended: () => ended,
    hangUp: () => call.destroy(),
    until: (count: number) => vi.waitFor(() => expect(messages().length).toBe(count), { timeout: 5000 }),
  };
}

const news = (n: number, padding = ''): StreamEvents['source'] => ({
  id: `source-${n}`,
  health: {
    state: 'fresh',
    last_run_at: null,
    last_success_at: null,
    last_error: padding,
    consecutive_failures: n,
    next_run_at: null,
  },
});
const numbers = (messages: readonly Message[]) =>
  messages.flatMap(({ event, data }) =>
    event === 'source' ? [(data as StreamEvents['source']).health.consecutive_failures] : [],
  );

describe('the stream, over a socket', () => {
  it('greets first, then carries every event in order', async () => {
    const { hub, port } = await serve();
    const client = await listen(port);
    expect(client.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(client.response.headers['content-encoding']).toBeUndefined();
    await client.until(1);
    for (let n = 1; n <= 200; n += 1) hub.publish('source', news(n));
    await client.until(201);
    expect(client.messages()[0]).toMatchObject({
      event: 'hello',
      data: { as_of: '2026-07-29T10:00:00.000Z', simulated: true },
    });
    expect(numbers(client.messages())).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(client.messages().at(-1)?.id).toMatch(/^[0-9a-f]{8}-200$/);
    client.hangUp();
  });

  it('resumes without a gap and without a repeat', async () => {
    const { hub, port } = await serve();
    const first = await listen(port);
    await first.until(1);
    for (let n = 1; n <= 5; n += 1) hub.publish('source', news(n));
    await first.until(6);
    first.hangUp();
    await vi.waitFor(() => expect(hub.clients).toBe(0));
    for (let n = 6; n <= 900; n += 1) hub.publish('source', news(n));
    const last = first.messages().at(-1)?.id;
    const second = await listen(port, last);
    await second.until(896);
    hub.publish('source', news(901));
    await second.until(897);
    expect(second.messages()[0]).toMatchObject({ event: 'hello', id: last });
    expect(numbers(second.messages())).toEqual(Array.from({ length: 896 }, (_, index) => index + 6));
    second.hangUp();
  });

  it('resumes from hello alone', async () => {
    const { hub, port } = await serve();
    const first = await listen(port);
    await first.until(1);
    first.hangUp();
    await vi.waitFor(() => expect(hub.clients).toBe(0));
    hub.publish('source', news(1));
    const second = await listen(port, first.messages()[0]?.id);
    await second.until(2);
    expect(numbers(second.messages())).toEqual([1]);
    second.hangUp();
  });

  it('says by the id of hello that it cannot resume', async () => {
    const { hub, port } = await serve({ ring: 10 });
    for (let n = 1; n <= 30; n += 1) hub.publish('source', news(n));
    const boot = (await hello(port)).id.split('-')[0];
    // In the ring are 21 to 30: whoever has 20 misses nothing, whoever has 19 does.
    for (const [asked, position, events] of [
      [`${boot}-20`, `${boot}-20`, 10],
      [`${boot}-19`, `${boot}-30`, 0],
      [`${boot}-31`, `${boot}-30`, 0],
      ['otherboot-25', `${boot}-30`, 0],
      ['nonsense', `${boot}-30`, 0],
    ] as const) {
      const client = await listen(port, asked);
      await client.until(1 + events);
      expect(client.messages()[0]?.id).toBe(position);
      client.hangUp();
    }
  });

  async function hello(port: number): Promise<Message> {
    const client = await listen(port);
    await client.until(1);
    client.hangUp();
    return client.messages()[0] as Message;
  }

  it('forgets a client that hangs up', async () => {
    const { hub, port } = await serve();
    const clients = await Promise.all(Array.from({ length: 20 }, () => listen(port)));
    await vi.waitFor(() => expect(hub.clients).toBe(20));
    for (const client of clients) client.hangUp();
    await vi.waitFor(() => expect(hub.clients).toBe(0));
    hub.publish('source', news(1));
  });

  it('keeps a quiet connection open with a comment', async () => {
    const { port } = await serve({ heartbeatMs: 20 });
    const client = await listen(port);
    await vi.waitFor(() => expect(client.text().split('\n:\n').length).toBeGreaterThan(3));
    expect(client.messages().length).toBe(1);
    client.hangUp();
  });

  it('drops a client that does not read, and no other', async () => {
    const { hub, port } = await serve({ ring: 50 });
    const good = await listen(port);
    await good.until(1);
    const stuck = connect(port, '127.0.0.1').on('error', () => {});
    stuck.pause();
    stuck.write('GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(hub.clients).toBe(2));
    const padding = 'x'.repeat(100_000);
    for (let n = 1; n <= 400 && hub.clients === 2; n += 1) {
      hub.publish('source', news(n, padding));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(hub.clients).toBe(1);
    hub.publish('source', news(1000));
    await vi.waitFor(() => expect(numbers(good.messages()).at(-1)).toBe(1000));
    stuck.destroy();
    good.hangUp();
  });

  it('ends every stream when the server stops', async () => {
    const { hub } = await serve();
    const server = running[0] as RunningServer;
    const client = await listen(server.port);
    await client.until(1);
    const started = Date.now();
    await server.close();
    await vi.waitFor(() => expect(client.ended()).toBe(true));
    expect(Date.now() - started).toBeLessThan(1500);
    expect(hub.clients).toBe(0);
  });
});

describe('the hub', () => {
  const open = (hub: ReturnType<typeof makeHub>, drop = () => {}) =>
    hub.open({ hello: { as_of: '2026-07-29T10:00:00.000Z', simulated: false }, lastEventId: undefined, drop });

  it('holds no client for a request that never reads', async () => {
    const api = createApi(storelessParts('nowhere'));
    expect((await api.app.request('/v1/stream', { method: 'HEAD' })).status).toBe(200);
    expect(api.hub.clients).toBe(0);
  });

  it('refuses more clients than it serves, and says when to come back', async () => {
    const api = createApi(storelessParts('nowhere'), { clients: 1 });
    const first = await api.app.request('/v1/stream');
    const reader = first.body?.getReader();
    await reader?.read();
    const second = await api.app.request('/v1/stream');
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await second.json()).toMatchObject({ type: '/problems/too-many-streams' });
    await reader?.cancel();
    expect(api.hub.clients).toBe(0);
  });

  it('gives one that reads late what the ring has, and ends one that the ring has passed', async () => {
    const hub = makeHub('boot', { ring: 3 });
    const drop = vi.fn();
    const late = open(hub).getReader();
    const passed = open(hub, drop).getReader();
    await late.read();
    await passed.read();
    for (let n = 1; n <= 3; n += 1) hub.publish('source', news(n));
    expect(new TextDecoder().decode((await late.read()).value).match(/^event: source$/gm)?.length).toBe(3);
    expect(drop).not.toHaveBeenCalled();
    hub.publish('source', news(4));
    expect(drop).toHaveBeenCalledOnce();
    expect((await passed.read()).done).toBe(true);
    expect(hub.clients).toBe(1);
    hub.close();
  });
});
