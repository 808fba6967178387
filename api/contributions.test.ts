import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contributing, openContributing, print, quote } from '#api/testing/contributing';
import { admit } from '#ingest/admit';
import { contributionSource } from '#ingest/contribute/judge';
import { captureText } from '#ingest/read';
import { canonicalJson } from '#methodology/canonical';
import { verifyInclusion } from '#methodology/merkle';
import { captureById } from '#store/clickhouse/captures';
import { observationsById } from '#store/clickhouse/observations';
import { revokeApiKey } from '#store/ledger/api-keys';
import { allKeys, signatureHolds } from '#store/ledger/keys';
import type { Observation } from '#store/observation';

let here: Contributing;
let buyer: string;
let venue: string;

beforeAll(async () => {
  here = await openContributing();
  buyer = await here.keyOf('blue-whale');
  venue = await here.keyOf('example-exchange', 'example-exchange');
});
afterAll(() => here.close());

const observed = async (ids: readonly string[]): Promise<Observation[]> => {
  const found = await observationsById(here.store.clickhouse, ids);
  return ids.map((id) => found.get(id) as Observation);
};
const accepted = (verdicts: readonly { verdict: string }[]) =>
  verdicts.flatMap((one) =>
    one.verdict === 'accepted' ? [(one as unknown as { observation_id: string }).observation_id] : [],
  );
const count = async (table: string, where = '1') =>
  (await here.store.clickhouse.rows<{ n: number }>(`SELECT count() AS n FROM csi.${table} WHERE ${where}`))[0]?.n;

describe('who may contribute', () => {
  it('is told by the key: none, wrong, revoked, or of another scope', async () => {
    const problem = async (token: string, headers = {}) => {
      const { status, text, headers: got } = await here.send(token, '{}', headers);
      return [status, (JSON.parse(text) as { type: string }).type, got.get('www-authenticate')];
    };
    const revoked = await here.keyOf('gone');
    await revokeApiKey(here.store.ledger.database, revoked.slice(4, 16), here.time.now);
    const unauthorised = [401, '/problems/unauthorised', 'Bearer'];
    expect(await problem('', { Authorization: '' })).toEqual(unauthorised);
    expect(await problem('csi_nonsense')).toEqual(unauthorised);
    expect(await problem(`${buyer.slice(0, -3)}abc`)).toEqual(unauthorised);
    expect(await problem(revoked)).toEqual(unauthorised);
    const other = await here.keyOf('reader', null, []);
    expect((await problem(other)).slice(0, 2)).toEqual([403, '/problems/not-allowed']);
  });

  it('is limited in how often', async () => {
    const strict = here.withParts({ rate: { burst: 2, perSecond: 0.5 } });
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push(await strict.sendLines(buyer, []));
    expect(statuses.map((one) => one.status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers.get('retry-after')).toBe('2');
    expect(statuses[1]?.headers.get('ratelimit-remaining')).toBe('0');
  });
});

describe('a request', () => {
  it('is refused whole where its headers or its size are wrong', async () => {
    const type = async (promise: ReturnType<Contributing['send']>) => {
      const { status, text } = await promise;
      return `${status} ${(JSON.parse(text) as { type: string }).type}`;
    };
    expect(await type(here.send(buyer, '', { 'Idempotency-Key': '' }))).toBe('400 /problems/invalid-header');
    expect(await type(here.send(buyer, '', { 'Content-Type': 'text/html' }))).toBe(
      '415 /problems/unsupported-media-type',
    );
    expect(await type(here.send(buyer, '', { 'Content-Encoding': 'gzip' }))).toBe(
      '415 /problems/unsupported-media-type',
    );
    const small = here.withParts({ limits: { bodyBytes: 100, pauseMs: 100 } });
    expect(await type(small.sendLines(buyer, [print()]))).toBe('413 /problems/too-large');
    const silent = new ReadableStream<Uint8Array>({ start: (one) => one.enqueue(Buffer.from('{"form"')) });
    expect(await type(small.send(buyer, silent))).toBe('408 /problems/too-slow');
    expect((await here.api.app.request('/v1/contributions', { method: 'PUT' })).headers.get('allow')).toBe(
      'GET, HEAD, POST',
    );
  });

  it('sent again gets the same answer, and another body none', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const first = await here.sendLines(
      venue,
      [print({ trade_id: 'once', side: 'venue' }), quote({ quote_id: 'once' }), {}],
      headers,
    );
    const again = await here.sendLines(
      venue,
      [print({ trade_id: 'once', side: 'venue' }), quote({ quote_id: 'once' }), {}],
      headers,
    );
    expect(first.receipt).toMatchObject({ lines: 3, accepted: 2, quarantined: 1 });
    expect(again.text).toBe(first.text);
    const other = await here.sendLines(venue, [print({ trade_id: 'twice', side: 'venue' })], headers);
    expect([other.status, (JSON.parse(other.text) as { type: string }).type]).toEqual([422, '/problems/key-reused']);
    // A key is a contributor's own: another's is another.
    expect((await here.sendLines(buyer, [quote()], headers)).status).toBe(200);
  });

  it('cut off midway may be sent again, and nothing counts twice', async () => {
    const lines = Array.from({ length: 95 }, (_, index) => JSON.stringify(print({ trade_id: `cut-${index}` })));
    const small = here.withParts({ limits: { segmentLines: 10 } });
    const headers = { 'Idempotency-Key': 'cut' };
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        for (const part of [lines.slice(0, 31), lines.slice(31, 55)]) {
          controller.enqueue(Buffer.from(`${part.join('\n')}\n`));
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        controller.error(new Error('the line went dead'));
      },
    });
    expect((await small.send(buyer, body, headers)).status).toBe(408);
    expect(await count('observations', "startsWith(native_id, 'trade/example-exchange/buyer/cut-')")).toBe(50);
    const other = await small.send(buyer, lines.slice(1).join('\n'), headers);
    expect(other.status).toBe(422);
    expect((await small.send(buyer, lines.slice(0, 20).join('\n'), headers)).status).toBe(422);
    const whole = await small.send(buyer, lines.join('\n'), headers);
    expect(whole.receipt).toMatchObject({ lines: 95, accepted: 95, duplicate: 0 });
    expect(await count('observations', "startsWith(native_id, 'trade/example-exchange/buyer/cut-')")).toBe(95);
  });

  it('twice at once under one key is taken once', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => print({ trade_id: `race-${index}` }));
    const both = await Promise.all([1, 2].map(() => here.sendLines(buyer, lines, { 'Idempotency-Key': 'race' })));
    expect(both.map((one) => one.status).sort()).toEqual([200, 409]);
    expect(await count('observations', "startsWith(native_id, 'trade/example-exchange/buyer/race-')")).toBe(400);
    const late = await here.sendLines(buyer, lines, { 'Idempotency-Key': 'race' });
    expect(late.text).toBe(both.find((one) => one.status === 200)?.text);
    // Under two keys at once every fact still stands once.
    const more = lines.map((line) => ({ ...line, price: '2.42', trade_id: `${line.trade_id}-b` }));
    const apart = await Promise.all([1, 2].map(() => here.sendLines(buyer, more)));
    expect(apart.reduce((sum, one) => sum + one.receipt.accepted, 0)).toBe(400);
    expect(apart.reduce((sum, one) => sum + one.receipt.duplicate, 0)).toBe(400);
  });
});

describe('a line', () => {
  const cases: [string, Record<string, unknown> | unknown, string][] = [
    ['a print', print({ trade_id: 'v1' }), 'accepted'],
    ['the same print', print({ trade_id: 'v1' }), 'duplicate'],
    [
      'the same print in other words',
      print({ trade_id: 'v1', price: 2.41, buyer: ' blue whale  capital llc' }),
      'duplicate',
    ],
    ['another print under its name', print({ trade_id: 'v1', price: '2.5' }), 'trade.conflict'],
    ['its correction', print({ form: 'correction', trade_id: 'v1', price: '2.5' }), 'accepted'],
    [
      'a cancel',
      { form: 'cancel', trade_id: 'v1', venue: 'example-exchange', event_at: '2026-11-20T11:00:00Z' },
      'accepted',
    ],
    [
      'the same cancel',
      { form: 'cancel', trade_id: 'v1', venue: 'example-exchange', event_at: '2026-11-20T11:00:00Z' },
      'duplicate',
    ],
    ['a quote', quote({ quote_id: 'v1' }), 'accepted'],
    ['a listed quote', quote({ quote_id: 'v2', evidence: 'listed' }), 'accepted'],
    ['no object', 7, 'line.not_an_object'],
    ['no form', { price: 1 }, 'form.unknown'],
    ['a form of the prototype', { form: 'constructor' }, 'form.unknown'],
    ['a field too many', print({ trade_id: 'v3', phone: '0123' }), 'line.unknown_field'],
    ['a field of another form', quote({ quote_id: 'v3', side: 'buyer' }), 'line.unknown_field'],
    ['no price', { ...print({ trade_id: 'v4' }), price: null }, 'price.missing'],
    ['a price of 0', print({ trade_id: 'v5', price: 0 }), 'price.zero'],
    ['a price below 0', print({ trade_id: 'v6', price: -1 }), 'price.negative'],
    ['an absurd price', print({ trade_id: 'v7', price: '1000001' }), 'price.absurd'],
    ['a price in words', print({ trade_id: 'v8', price: 'two' }), 'price.invalid'],
    ['no volume', { ...print({ trade_id: 'v9' }), duration_hours: null }, 'volume.missing'],
    ['two volumes', print({ trade_id: 'v10', gpu_hours: 100 }), 'volume.mismatch'],
    ['an unknown currency', print({ trade_id: 'v11', currency: 'XXX' }), 'currency.unknown'],
    ['an unknown country', print({ trade_id: 'v12', country: 'ZZ' }), 'country.unknown'],
    ['another region', print({ trade_id: 'v13', region: 'EU' }), 'region.mismatch'],
    ['the future', print({ trade_id: 'v14', event_at: '2026-11-20T13:00:00Z' }), 'event.future'],
    ['no zone', print({ trade_id: 'v15', event_at: '2026-11-20T10:00:00' }), 'event_at.invalid'],
    ['the 30th of February', print({ trade_id: 'v16', event_at: '2026-02-30T10:00:00Z' }), 'event.not_an_instant'],
    ['an unknown chip', print({ trade_id: 'v17', label: 'H100 Mystery' }), 'hardware.unknown_label'],
    [
      'an unknown class',
      { ...print({ trade_id: 'v18', hardware_class: 'H100-X' }), label: null },
      'hardware.unknown_class',
    ],
    ['two chips', print({ trade_id: 'v19', hardware_class: 'H200-SXM-141' }), 'hardware.mismatch'],
    ['no chip', { ...print({ trade_id: 'v20' }), label: null }, 'label.missing'],
    ['a venue that is another', print({ trade_id: 'v21', side: 'venue' }), 'side.not_the_venue'],
    [
      'an auction that is no venue’s',
      {
        form: 'auction',
        auction_id: 'a',
        clearing_price: 2,
        currency: 'USD',
        price_basis: 'gpu_hour',
        event_at: '2026-11-20T10:00:00Z',
        gpu_hours: 5,
        label: 'H100 SXM5',
      },
      'side.not_the_venue',
    ],
    ['a reserved attribute', print({ trade_id: 'v22', attributes: { attestation: 'A' } }), 'attributes.invalid'],
    [
      'a lot without a size',
      { ...print({ trade_id: 'v23', price_basis: 'lot_hour', gpu_hours: 5 }), gpus: null, duration_hours: null },
      'gpus.missing',
    ],
  ];

  it('gets its verdict, and what is not taken is kept with the reason', async () => {
    const { status, verdicts, receipt } = await here.sendLines(
      buyer,
      cases.map(([, line]) => line as object),
    );
    expect(status).toBe(200);
    expect(verdicts.map((one) => ('reason' in one ? one.reason : one.verdict))).toEqual(
      cases.map(([, , verdict]) => verdict),
    );
    expect(verdicts.map((one) => one.line)).toEqual(cases.map((_, index) => index + 1));
    const quarantined = cases.filter(([, , verdict]) => verdict.includes('.')).length;
    expect(receipt).toMatchObject({ lines: cases.length, accepted: 5, duplicate: 3, quarantined });
    expect(await count('quarantine', `source = 'contribution:blue-whale' AND reason = 'price.zero'`)).toBe(1);
  });

  it('of a venue may be its print or its auction', async () => {
    const auction = {
      form: 'auction',
      auction_id: 'A-1',
      clearing_price: '2.31',
      currency: 'USD',
      price_basis: 'gpu_hour',
      event_at: '2026-11-20T10:00:00Z',
      gpu_hours: 6400,
      bids_withheld: 3,
      label: 'H100 SXM5',
      tenor: 'OD',
    };
    const { verdicts } = await here.sendLines(venue, [auction, print({ trade_id: 'A-2', side: 'venue' })]);
    const [one, two] = await observed(accepted(verdicts));
    expect(one).toMatchObject({
      evidence: 'transaction',
      venue: 'example-exchange',
      price: '2.31',
      hardware_class: 'H100-SXM-80',
      attributes: { form: 'auction', bids_withheld: 3 },
      trade: { id: 'A-1', gpu_hours: '6400', buyer: null, seller: null },
    });
    expect(two).toMatchObject({
      trade: { gpu_hours: '192' },
      attributes: { side: 'venue', attestation: 'C', duration_hours: '24' },
    });
  });

  it('whose clock runs ahead keeps its time, so that it is the same fact whenever it comes', async () => {
    const line = print({ trade_id: 'ahead', event_at: '2026-11-20T12:00:02Z' });
    const first = await here.sendLines(buyer, [line]);
    here.time.now = new Date('2026-11-20T12:00:05.000Z');
    const later = await here.sendLines(buyer, [line]);
    here.time.now = new Date('2026-11-20T12:00:00.000Z');
    expect([first, later].map((one) => one.verdicts[0]?.verdict)).toEqual(['accepted', 'duplicate']);
  });

  it('too long, in a broken encoding or no JSON is one bad line', async () => {
    const small = here.withParts({ limits: { lineBytes: 1000 } });
    const bytes = Buffer.concat([
      Buffer.from(`${JSON.stringify(quote({ quote_id: 'ok-1' }))}\n\n{"form":\n`),
      Buffer.from('{"label":"\xff"}\n', 'latin1'),
      Buffer.from(`"${'x'.repeat(200_000)}"\n${JSON.stringify(quote({ quote_id: 'ok-2' }))}`),
    ]);
    const { verdicts } = await small.send(buyer, bytes);
    expect(verdicts.map((one) => ('reason' in one ? one.reason : one.verdict))).toEqual([
      'accepted',
      'line.not_json',
      'line.not_utf8',
      'line.too_long',
      'accepted',
    ]);
  });
});

describe('the three formats', () => {
  it('give the same observations', async () => {
    const token = async (name: string) => here.keyOf(name);
    const lines = [
      print({ trade_id: 'f1', attributes: { interconnect: 'infiniband, "fast"', nodes: 4, verified: true } }),
      quote({ quote_id: 'f2', venue: 'example-exchange' }),
    ];
    const names = [...new Set(lines.flatMap((line) => Object.keys(line)).filter((name) => name !== 'attributes'))];
    const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
    const header = [...names, 'attributes.interconnect', 'attributes.nodes', 'attributes.verified'];
    const csv = [
      header.join(','),
      ...lines.map((line) => {
        const attributes = (line.attributes ?? {}) as Record<string, unknown>;
        return header
          .map((name) => cell(name.startsWith('attributes.') ? attributes[name.slice(11)] : line[name]))
          .join(',');
      }),
    ].join('\r\n');
    const bodies = {
      'application/x-ndjson': `\ufeff${lines.map((line) => JSON.stringify(line)).join('\n')}`,
      'application/json; charset=utf-8': JSON.stringify(lines, null, 2),
      'text/csv': csv,
    };
    const facts = [];
    for (const [type, body] of Object.entries(bodies)) {
      const answer = await here.send(await token(`f-${facts.length}`), body, { 'Content-Type': type });
      expect(answer.receipt, type).toMatchObject({ lines: 2, accepted: 2 });
      const both = await observed(accepted(answer.verdicts));
      facts.push(
        both.map(
          ({
            observation_id: _,
            source: __,
            sweep_id: ___,
            capture_id: ____,
            capture_sha256: _____,
            venue,
            provider,
            ...fact
          }) => fact,
        ),
      );
    }
    expect(facts[1]).toEqual(facts[0]);
    expect(facts[2]).toEqual(facts[0]);
  });

  it('each end in a receipt, however broken', async () => {
    const reasons = async (type: string, body: string) => {
      const { status, verdicts } = await here.send(buyer, body, { 'Content-Type': type });
      expect(status, body).toBe(200);
      return verdicts.map((one) => ('reason' in one ? one.reason : one.verdict));
    };
    const one = JSON.stringify(quote({ quote_id: 'broken' }));
    expect(await reasons('application/json', '')).toEqual(['body.unreadable']);
    expect(await reasons('application/json', '[]')).toEqual([]);
    expect(await reasons('application/json', '{"a":1}')).toEqual(['body.unreadable']);
    expect(await reasons('application/json', `[${one},,"]",[1]]`)).toEqual([
      'accepted',
      'line.not_json',
      'line.not_an_object',
      'line.not_an_object',
    ]);
    expect(await reasons('application/json', `[${one}`)).toEqual(['body.unreadable']);
    expect(await reasons('application/json', `[${one}] ${one}`)).toEqual(['duplicate', 'body.unreadable']);
    expect(await reasons('application/json', `[{"__proto__":{"form":"quote"}}]`)).toEqual(['form.unknown']);
    expect(await reasons('text/csv', '')).toEqual(['body.unreadable']);
    expect(await reasons('text/csv', 'form,form\nquote,quote')).toEqual(['body.unreadable']);
    expect(await reasons('text/csv', 'form,price\nquote\nquote,"2')).toEqual(['line.cells', 'body.unreadable']);
    expect(await reasons('application/x-ndjson', '')).toEqual([]);
  });
});

describe('identities', () => {
  it('are blinded at once, and kept nowhere', async () => {
    const secrets = ['Zanzibar Holdings', 'Quixotic Partners', 'Ulysses Trust'];
    const { verdicts } = await here.sendLines(buyer, [
      print({ trade_id: 'blind-1', buyer: 'Zanzibar Holdings', seller: 'Quixotic Partners' }),
      print({ trade_id: 'blind-2', buyer: 'ZANZIBAR  holdings', seller: 'Ulysses Trust', price: 0 }),
      print({ trade_id: 'blind-3', buyer: { name: 'Ulysses Trust' } }),
      print({ trade_id: 'blind-4', price: 'Ulysses Trust', currency: 'Ulysses Trust', customer: 'Ulysses Trust' }),
    ]);
    await here.send(buyer, '{"buyer":"Ulysses Trust"');
    const [one] = await observed(accepted(verdicts));
    expect(one?.trade?.buyer).toMatch(/^[0-9a-f]{32}$/);
    expect(one?.provider).toBe(`example-exchange/${one?.trade?.seller?.slice(0, 16)}`);
    for (const table of ['captures', 'observations', 'quarantine', 'cancellations']) {
      const text = JSON.stringify(await here.store.clickhouse.rows(`SELECT * FROM csi.${table}`)).toLowerCase();
      for (const secret of secrets) expect(text.includes(secret.toLowerCase()), `${secret} in ${table}`).toBe(false);
    }
    expect(await count('captures', "position(body, 'blind-2') > 0")).toBe(1);
    const key = join(here.folder, 'data', 'blinding-key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const token = readFileSync(key, 'utf8').trim();
    for (const name of readdirSync(join(here.folder, 'data'))) {
      if (name !== 'blinding-key' && statSync(join(here.folder, 'data', name)).isFile()) {
        expect(readFileSync(join(here.folder, 'data', name), 'utf8')).not.toContain(token);
      }
    }
  });
});

describe('a receipt', () => {
  it('is signed, is its contributor’s alone, and proves every accepted line', async () => {
    const small = here.withParts({ limits: { segmentLines: 3 } });
    const lines = Array.from({ length: 11 }, (_, index) =>
      print({ trade_id: `proof-${index}`, price: index === 4 ? 0 : '2.2' }),
    );
    const cancel = { form: 'cancel', trade_id: 'proof-1', venue: 'example-exchange', event_at: '2026-11-20T11:30:00Z' };
    const { receipt, verdicts } = await small.sendLines(buyer, [...lines, cancel]);
    const { signature, ...unsigned } = receipt;
    const key = (await allKeys(here.store.ledger.database)).find((one) => one.keyId === receipt.key_id);
    expect(signatureHolds(canonicalJson(unsigned), signature, key?.publicKey ?? '')).toBe(true);
    expect(signatureHolds(canonicalJson({ ...unsigned, accepted: 12 }), signature, key?.publicKey ?? '')).toBe(false);

    const path = `/v1/contributions/${receipt.receipt_id}`;
    expect(await (await small.get(buyer, path)).json()).toEqual(receipt);
    expect((await small.get(venue, path)).status).toBe(404);
    const list = (await (await small.get(buyer, '/v1/contributions?limit=1000')).json()) as { receipts: unknown[] };
    expect(list.receipts).toContainEqual(receipt);

    const ids = accepted(verdicts);
    expect(ids).toHaveLength(11);
    for (const id of ids) {
      const proof = (await (await small.get(buyer, `${path}/proof/${id}`)).json()) as Parameters<
        typeof verifyInclusion
      >[1] & { leaf: string };
      expect(verifyInclusion(proof.leaf, proof, receipt.merkle_root)).toBe(true);
      expect(verifyInclusion(proof.leaf.replace('2026', '2025'), proof, receipt.merkle_root)).toBe(false);
      expect(proof.leaf).toContain(id);
    }
    expect((await small.get(buyer, `${path}/proof/${'0'.repeat(32)}`)).status).toBe(404);
    expect((await small.get(venue, `${path}/proof/${ids[0]}`)).status).toBe(404);
  });
});

describe('a capture', () => {
  it('read again gives the very observations that were stored', async () => {
    const { verdicts } = await here.sendLines(buyer, [
      print({ trade_id: 'walk-1' }),
      {},
      quote({ quote_id: 'walk-2', provider: null }),
    ]);
    const stored = await observed(accepted(verdicts));
    const capture = await captureById(here.store.clickhouse, stored[0]?.capture_id ?? '');
    if (!capture) throw new Error('the capture is not there');
    const source = contributionSource({ contributor: 'blue-whale', venue: null });
    const again = source.parse(captureText(capture)).rows.map((row) => admit(row, source, capture).observation);
    expect(again).toEqual(stored);
  });
});
