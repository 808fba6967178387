import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { print } from '#api/testing/contributing';
import { type ServerChild, startServerChild } from '#api/testing/server-child';
import type { Receipt } from '#ingest/contribute/contribute';
import { openStore } from '#store/store';

/** How many times the server is killed; `KILLS=200` for a long run. */
const KILLS = Number(process.env.KILLS ?? 3);
const LINES = 200_000;
const BATCH_LINES = 3000;
const KILL_WITHIN_MS = 900;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'csi-contribution-crash-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const line = (name: string, index: number) =>
  `${JSON.stringify(print({ trade_id: `${name}-${index}`, side: 'venue', venue: 'child', event_at: '2026-07-20T10:00:00.000Z' }))}\n`;

async function send(server: ServerChild, key: string, body: BodyInit): Promise<{ status: number; text: string }> {
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    duplex: 'half',
    headers: {
      Authorization: `Bearer ${server.token}`,
      'Idempotency-Key': key,
      'Content-Type': 'application/x-ndjson',
      Accept: 'application/x-ndjson',
    },
    body,
  };
  const response = await fetch(`${server.url}/v1/contributions`, request);
  return { status: response.status, text: await response.text() };
}

const receiptOf = (text: string) => {
  const lines = text.trimEnd().split('\n');
  return { receipt: (JSON.parse(lines.at(-1) ?? '') as { receipt: Receipt }).receipt, verdicts: lines.slice(0, -1) };
};

describe('a server killed outright', () => {
  it(
    'loses no line that it acknowledged, and holds none twice',
    async () => {
      const folder = join(root, 'killed');
      const acknowledged = new Map<string, string[]>();
      const unanswered: string[] = [];
      let batches = 0;
      const bodyOf = (key: string) => Array.from({ length: BATCH_LINES }, (_, index) => line(key, index)).join('');
      const contribute = async (server: ServerChild, key: string): Promise<boolean> => {
        const { status, text } = await send(server, key, bodyOf(key));
        // Held by the request that died with the server, for as long as its lease runs.
        if (status === 409) return false;
        if (status !== 200) throw new Error(`${status} ${text}`);
        const { receipt, verdicts } = receiptOf(text);
        expect(receipt, key).toMatchObject({ lines: BATCH_LINES, accepted: BATCH_LINES, duplicate: 0 });
        acknowledged.set(
          key,
          verdicts.map((one) => (JSON.parse(one) as { observation_id: string }).observation_id),
        );
        return true;
      };
      const finish = async (server: ServerChild, key: string) => {
        while (!(await contribute(server, key))) await new Promise((resolve) => setTimeout(resolve, 200));
      };
      for (let kill = 0; kill < KILLS; kill += 1) {
        const server = await startServerChild(folder, { SEGMENT_LINES: '250' });
        const end = setTimeout(() => void server.kill(), 50 + Math.random() * KILL_WITHIN_MS);
        try {
          for (const key of unanswered.splice(0)) {
            unanswered.push(key);
            await finish(server, key);
            unanswered.splice(unanswered.indexOf(key), 1);
          }
          for (;;) {
            batches += 1;
            const key = `batch-${batches}`;
            unanswered.push(key);
            await finish(server, key);
            unanswered.splice(unanswered.indexOf(key), 1);
          }
        } catch (error) {
          if (!/fetch failed|terminated/.test(String(error))) throw error;
        }
        clearTimeout(end);
        await server.kill();
      }
      expect(unanswered.length).toBeGreaterThan(0);
      // With the segments it had: a request is taken up again where it stopped, segment by segment.
      const last = await startServerChild(folder, { SEGMENT_LINES: '250' });
      for (const key of unanswered) await finish(last, key);
      await last.kill();
      expect(acknowledged.size).toBe(batches);
      const store = await openStore(folder, {});
      try {
        const rows = await store.clickhouse.rows<{ observation_id: string; n: number }>(
          'SELECT observation_id, count() AS n FROM csi.observations GROUP BY observation_id',
        );
        const stored = new Map(rows.map((row) => [row.observation_id, row.n]));
        const ids = [...acknowledged.values()].flat();
        expect(ids.filter((id) => !stored.has(id))).toEqual([]);
        expect([stored.size, rows.filter((row) => row.n > 1)]).toEqual([ids.length, []]);
      } finally {
        await store.close();
      }
    },
    60_000 + KILLS * 20_000,
  );
});

describe('two hundred thousand lines', () => {
  it('leave the memory of the server flat', async () => {
    const server = await startServerChild(join(root, 'memory'));
    const body = (name: string, lines: number) => {
      let next = 0;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          let text = '';
          for (const end = Math.min(next + 500, lines); next < end; next += 1) text += line(name, next);
          if (text === '') controller.close();
          else controller.enqueue(Buffer.from(text));
        },
      });
    };
    // What any contribution needs is there after the first: code, both engines' caches, one segment under way.
    await send(server, 'warm-up', body('warm-up', 40_000));
    const before = await server.memory();
    let peak = before;
    const watch = setInterval(async () => {
      peak = Math.max(peak, await server.memory().catch(() => 0));
    }, 200);
    const { status, text } = await send(server, 'long', body('long', LINES));
    clearInterval(watch);
    expect(status).toBe(200);
    expect(receiptOf(text).receipt).toMatchObject({ lines: LINES, accepted: LINES });
    console.log(`resident memory: ${Math.round(before / 2 ** 20)} MB before, ${Math.round(peak / 2 ** 20)} MB at most`);
    // The body has 75 MB, and as objects several times that.
    expect(peak - before).toBeLessThan(300 * 2 ** 20);
    await server.kill();
  }, 300_000);
});
