import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contributing, openContributing, print } from '#api/testing/contributing';
import type { ClickHouse } from '#store/clickhouse/client';
import type { Store } from '#store/store';

let here: Contributing;
beforeAll(async () => {
  here = await openContributing();
});
afterAll(() => here.close());

/** Stores whose ClickHouse fails as told: on every use, or at the nth insert only. */
function failing(store: Store, state: { down: boolean; atInsert: number | null }): Store {
  const clickhouse = new Proxy(store.clickhouse, {
    get(target, name: keyof ClickHouse) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        if ((name === 'insert' || name === 'insertText') && state.atInsert !== null) state.atInsert -= 1;
        if (state.down || state.atInsert === 0) return Promise.reject(new Error('ClickHouse does not answer'));
        return Reflect.apply(member, target, given);
      };
    },
  });
  return { ...store, clickhouse };
}

const lines = (name: string, count = 40) =>
  Array.from({ length: count }, (_, index) => print({ trade_id: `${name}-${index}` }));
const rowsOf = async (name: string) => {
  const [row] = await here.store.clickhouse.rows<{ rows: number; facts: number }>(
    `SELECT count() AS rows, uniqExact(observation_id) AS facts FROM csi.observations WHERE position(native_id, '/${name}-') > 0`,
  );
  return row;
};

describe('while ClickHouse does not answer', () => {
  it('contributions wait on disk, acknowledged, and are stored once it does', async () => {
    const token = await here.keyOf('spooling');
    const state = { down: true, atInsert: null as number | null };
    const over = here.withParts({ limits: { segmentLines: 15 } }, (store) => failing(store, state));
    const { receipt } = await over.sendLines(token, lines('down'));
    expect(receipt).toMatchObject({ lines: 40, accepted: 40 });
    const { keeper } = await over.api.contributions.taking();
    expect(keeper.waiting()).toBe(3);
    expect(await rowsOf('down')).toEqual({ rows: 0, facts: 0 });
    const id = /"observation_id":"(\w+)"/.exec(
      (await over.sendLines(token, lines('down'), { 'Idempotency-Key': 'x' })).text,
    )?.[1];
    state.down = false;
    expect((await over.get(token, `/v1/contributions/${receipt.receipt_id}/proof/${id}`)).status).toBe(503);
    await keeper.drain();
    expect(keeper.waiting()).toBe(0);
    // Sent twice under two keys while nothing could be looked up: the facts stand once all the same.
    expect(await rowsOf('down')).toEqual({ rows: 40, facts: 40 });
    expect((await over.get(token, `/v1/contributions/${receipt.receipt_id}/proof/${id}`)).status).toBe(200);
    expect((await over.sendLines(token, lines('down'))).receipt).toMatchObject({ accepted: 0, duplicate: 40 });
    await over.api.contributions.close();
  });

  it('half a segment stored is finished from disk, whichever insert fails', async () => {
    const token = await here.keyOf('half');
    for (const atInsert of [1, 2, 3, 4]) {
      const state = { down: false, atInsert: atInsert as number | null };
      const over = here.withParts({}, (store) => failing(store, state));
      const name = `half${atInsert}`;
      const { receipt } = await over.sendLines(token, [...lines(name, 10), {}]);
      expect(receipt, name).toMatchObject({ accepted: 10, quarantined: 1 });
      const { keeper } = await over.api.contributions.taking();
      expect(keeper.waiting(), name).toBe(atInsert > 4 ? 0 : 1);
      state.atInsert = null;
      await keeper.drain();
      expect(await rowsOf(name)).toEqual({ rows: 10, facts: 10 });
      await over.api.contributions.close();
    }
  });

  it('a full disk is said, and the same request finishes later', async () => {
    const token = await here.keyOf('full');
    const state = { down: true, atInsert: null };
    const over = here.withParts({ spoolBytes: 30_000, limits: { segmentLines: 10 } }, (store) => failing(store, state));
    const headers = { 'Idempotency-Key': 'full' };
    const refused = await over.sendLines(token, lines('full'), headers);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    expect(JSON.parse(refused.text)).toMatchObject({ type: '/problems/no-room' });
    state.down = false;
    await (await over.api.contributions.taking()).keeper.drain();
    expect((await over.sendLines(token, lines('full'), headers)).receipt).toMatchObject({ lines: 40, accepted: 40 });
    expect(await rowsOf('full')).toEqual({ rows: 40, facts: 40 });
    await over.api.contributions.close();
  });
});
