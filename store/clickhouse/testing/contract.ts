import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  captureById,
  finishCaptures,
  insertCaptures,
  knownCaptures,
  unfinishedCaptures,
} from '#store/clickhouse/captures';
import { ClickHouse, type ClickHouseTarget } from '#store/clickhouse/client';
import {
  insertObservations,
  insertQuarantined,
  insertRates,
  observationsById,
  plainPrice,
  readInputs,
} from '#store/clickhouse/observations';
import { migrations } from '#store/clickhouse/schema';
import { readInputsContract } from '#store/clickhouse/testing/inputs-contract';
import { capture, observation } from '#store/clickhouse/testing/samples';
import type { Capture, ExchangeRate, Quarantined } from '#store/observation';

const TEXTS: Record<string, string> = {
  'plain JSON': '{"a":1}',
  'quotes, backslashes, braces': `{"q":"\\"'\\\\ {name:String} \\u0041"} ' -- ; /* */`,
  'line ends and tabs': 'a\nb\r\nc\td\\n\u2028e\n',
  'control characters': 'a\u0000b\u0001\u001f\u007f',
  'a byte order mark': '\ufeff{"a":1}',
  'other scripts and emoji': 'Zürich 東京 😀 \ud83d\ude00 שלום',
  'nothing at all': '',
};

/** What every engine under the store must do: the same for the embedded one and for a server. */
export function storeContract(start: () => Promise<ClickHouseTarget>): void {
  let target: ClickHouseTarget;
  let store: ClickHouse;
  const shared = { store: () => store };

  beforeAll(async () => {
    target = await start();
    store = await ClickHouse.open(target);
  });
  afterAll(async () => {
    await store.close();
  });
  const rows = async (table: string, where = '1') =>
    (await store.rows<{ n: number }>(`SELECT count() AS n FROM csi.${table} WHERE ${where}`))[0]?.n ?? -1;

  it('migrations twice are harmless, and keep what is there', async () => {
    const kept = observation({ native_id: 'kept over a reopening' });
    await insertObservations(store, [kept]);
    await store.close();
    store = await ClickHouse.open(target);
    expect((await observationsById(store, [kept.observation_id])).get(kept.observation_id)).toEqual(kept);
    expect(await rows('migrations')).toBe(migrations.length);
  });

  describe('captures', () => {
    it.each(Object.entries(TEXTS))('%s comes back byte for byte', async (name, text) => {
      const one = capture(`text: ${name}`, Buffer.from(text, 'utf8'));
      await insertCaptures(store, [one]);
      expect(await captureById(store, one.capture_id)).toEqual(one);
    });

    it('bytes that are not text come back byte for byte', async () => {
      const all = capture('every byte', Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256)));
      const half = capture('half a character', Buffer.from('ü').subarray(0, 1));
      await insertCaptures(store, [all, half]);
      expect(await captureById(store, all.capture_id)).toEqual(all);
      expect(await captureById(store, half.capture_id)).toEqual(half);
    });

    it('megabytes come back byte for byte', async () => {
      const text = capture('large text', Buffer.from('{"名":"😀\\n"}\n'.repeat(150_000)));
      const binary = capture('large binary', Buffer.alloc(2_000_000, Buffer.from([0xff, 0x00, 0x80])));
      await insertCaptures(store, [text, binary]);
      expect(isSame(await captureById(store, text.capture_id), text)).toBe(true);
      expect(isSame(await captureById(store, binary.capture_id), binary)).toBe(true);
    });

    it('a refused body is none, and is told from an empty one', async () => {
      const refused = capture('refused', null);
      await insertCaptures(store, [refused]);
      expect(await captureById(store, 'refused')).toEqual(refused);
      expect(await captureById(store, 'nobody')).toBeNull();
    });

    it('whole sweeps are unfinished until every page was read', async () => {
      const pages = [0, 1, 2].map((sequence) =>
        capture(`page ${sequence}`, Buffer.from('{}'), {
          sequence,
          sweep_id: 'three pages',
          last: sequence === 2,
          source: 'paged',
        }),
      );
      await insertCaptures(store, [pages[2]!, pages[0]!, pages[1]!]);
      const unfinished = async () => (await unfinishedCaptures(store)).filter((one) => one.source === 'paged');
      const outcome = (index: number) => ({ ...pages[index]!, observations: 1, quarantined: 0 });
      await finishCaptures(
        store,
        [0, 1].map((index) => pick(outcome(index))),
      );
      expect(await unfinished()).toEqual(pages);
      const known = await knownCaptures(store, [...pages.map((one) => one.capture_id), 'nobody']);
      expect([...known.stored].sort()).toEqual(['page 0', 'page 1', 'page 2']);
      expect([...known.finished].sort()).toEqual(['page 0', 'page 1']);
      await finishCaptures(store, [pick(outcome(2))]);
      expect(await unfinished()).toEqual([]);
    });
  });

  describe('observations', () => {
    it('come back as they were, whatever is unstated', async () => {
      const bare = observation({
        native_id: 'bare "quoted" \\ \n 😀',
        memory_gb: null,
        hardware_class: null,
        gpus: null,
        available_gpus: null,
        tenor: null,
        country: null,
        region: null,
        attributes: {},
      });
      const full = observation({
        native_id: 'full',
        aggregator: true,
        attributes: { 'ключ "a"': "it's \\ \n", n: -0.1, big: 1e21, small: 5e-324, no: false, empty: '' },
      });
      await insertObservations(store, [bare, full]);
      const found = await observationsById(store, [bare.observation_id, full.observation_id, 'nobody']);
      expect(found.get(bare.observation_id)).toEqual(bare);
      expect(found.get(full.observation_id)).toEqual(full);
      expect(found.size).toBe(2);
    });

    it.each(['0.000000000000000001', '1000000', '123456.789012345678901234', '0.1', '100', '2.390000000000000001'])(
      'the price %s is exact',
      async (price) => {
        const one = observation({ native_id: `price ${price}`, price });
        await insertObservations(store, [one]);
        expect((await observationsById(store, [one.observation_id])).get(one.observation_id)?.price).toBe(price);
        expect(plainPrice(`${price}${price.includes('.') ? '' : '.'}000`)).toBe(price);
      },
    );

    it('inserted again add nothing', async () => {
      const some = [1, 2, 3].map((index) => observation({ native_id: `again ${index}` }));
      expect(await insertObservations(store, some)).toBe(3);
      expect(await insertObservations(store, some)).toBe(0);
      const later = some.map((one) => ({ ...one, observed_at: '2026-07-30T00:00:00.000Z', capture_id: 'later' }));
      expect(await insertObservations(store, [...later, observation({ native_id: 'again 4' })])).toBe(1);
      expect(await rows('observations', "native_id LIKE 'again %'")).toBe(4);
      expect((await observationsById(store, [some[0]!.observation_id])).get(some[0]!.observation_id)).toEqual(some[0]);
    });

    it('an earlier reading that comes later replaces the later one', async () => {
      const early = observation({
        native_id: 'out of order',
        observed_at: '2026-07-28T11:00:02.000Z',
        capture_id: 'early',
      });
      const late = { ...early, observed_at: '2026-07-29T11:00:02.000Z', capture_id: 'late' };
      expect(await insertObservations(store, [late])).toBe(1);
      expect(await insertObservations(store, [early])).toBe(0);
      expect((await observationsById(store, [early.observation_id])).get(early.observation_id)).toEqual(early);
      await store.command('OPTIMIZE TABLE csi.observations FINAL');
      expect(await rows('observations', "native_id = 'out of order'")).toBe(1);
      expect((await observationsById(store, [early.observation_id])).get(early.observation_id)).toEqual(early);
    });

    it('two writers at once keep the earlier reading, whoever is last', async () => {
      const early = observation({ native_id: 'raced', capture_id: 'early' });
      const late = { ...early, observed_at: '2026-07-29T11:00:02.000Z', capture_id: 'late' };
      // Both looked before either wrote.
      const row = (one: typeof early) => ({ ...one, attributes: JSON.stringify(one.attributes) });
      await store.insert('csi.observations', [row(early)]);
      await store.insert('csi.observations', [row(late)]);
      expect((await observationsById(store, [early.observation_id])).get(early.observation_id)?.capture_id).toBe(
        'early',
      );
      await store.command('OPTIMIZE TABLE csi.observations FINAL');
      expect(await store.rows("SELECT capture_id FROM csi.observations WHERE native_id = 'raced'")).toEqual([
        { capture_id: 'early' },
      ]);
    });

    it('thousands at once are looked up and added once', async () => {
      const many = Array.from({ length: 8000 }, (_, index) => observation({ native_id: `many ${index}` }));
      expect(await insertObservations(store, many)).toBe(8000);
      expect(await insertObservations(store, many)).toBe(0);
      expect(
        (
          await observationsById(
            store,
            many.map((one) => one.observation_id),
          )
        ).size,
      ).toBe(8000);
    });
  });

  describe('readInputs', () => readInputsContract(shared.store));

  it('quarantined rows stored twice stand once', async () => {
    const one: Quarantined = {
      quarantine_id: 'q1',
      source: 'vast',
      capture_id: 'capture-1',
      observed_at: '2026-07-28T11:00:01.456Z',
      reason: 'price.zero',
      detail: 'a price of 0',
      native_id: 'offer-9',
      excerpt: '{"price":0,"name":"it\'s \\"😀\\""}',
    };
    await insertQuarantined(store, [one]);
    await insertQuarantined(store, [one, { ...one, quarantine_id: 'q2' }]);
    await store.command('OPTIMIZE TABLE csi.quarantine FINAL');
    const stored = await store.rows<Quarantined>('SELECT * FROM csi.quarantine ORDER BY quarantine_id');
    expect(stored).toEqual([one, { ...one, quarantine_id: 'q2' }]);
  });

  it('rates read again add nothing; another value or an earlier reading is kept', async () => {
    const rate: ExchangeRate = {
      date: '2024-03-05',
      currency: 'JPY',
      usd_per_unit: '0.006806447844877935',
      source: 'ecb',
      observed_at: '2024-03-05T16:00:00.000Z',
      capture_id: 'rates-1',
    };
    const at = (observed_at: string, changes: Partial<ExchangeRate> = {}) => ({ ...rate, observed_at, ...changes });
    await insertRates(store, [rate]);
    await insertRates(store, [rate, at('2024-03-06T16:00:00.000Z')]);
    expect(await rows('exchange_rates', "date = '2024-03-05'")).toBe(1);
    await insertRates(store, [
      at('2024-03-07T16:00:00.000Z', { usd_per_unit: '0.0069' }),
      at('2024-03-05T15:59:00.000Z'),
    ]);
    expect(await rows('exchange_rates', "date = '2024-03-05'")).toBe(3);
    const strike = new Date('2024-03-08T00:00:00Z');
    const { rates } = await readInputs(store, { strike, from: strike, since: strike, history: 1 });
    expect(rates).toEqual([at('2024-03-05T15:59:00.000Z')]);
  });

  it('a bad query says what is wrong, and the next one goes on', async () => {
    await expect(store.rows('SELECT nothing FROM csi.nowhere')).rejects.toThrow(/nowhere/);
    await expect(store.rows('SELECT {missing:String} AS x')).rejects.toThrow(/missing/);
    await expect(store.insert('csi.sweeps', [{ source: 'vast', observed_at: 'never' }])).rejects.toThrow(/\w{4}/);
    expect(await store.rows('SELECT {text:String} AS text, {n:UInt32} AS n', { text: "it's \\ \t 😀", n: 7 })).toEqual([
      { text: "it's \\ \t 😀", n: 7 },
    ]);
  });

  it('an insert is all or nothing', async () => {
    const good = {
      source: 'atomic',
      sweep_id: 's',
      observed_at: '2026-07-28T11:00:00.000Z',
      complete: true,
      covers: ['a', "b'c"],
    };
    await expect(store.insert('csi.sweeps', [good, { ...good, observed_at: 'never' }])).rejects.toThrow(/\w{4}/);
    expect(await rows('sweeps', "source = 'atomic'")).toBe(0);
    await store.insert('csi.sweeps', [good]);
    expect(await store.rows("SELECT * FROM csi.sweeps WHERE source = 'atomic'")).toEqual([good]);
  });
}

/** Whether two captures hold the same bytes: megabytes are too long to compare by the test runner. */
function isSame(a: Capture | null, b: Capture): boolean {
  return a?.body != null && b.body != null && Buffer.compare(a.body, b.body) === 0;
}

/** The columns of an outcome. */
function pick(one: {
  capture_id: string;
  source: string;
  fetched_at: string;
  observations: number;
  quarantined: number;
}) {
  const { capture_id, source, fetched_at, observations, quarantined } = one;
  return { capture_id, source, fetched_at, observations, quarantined };
}
