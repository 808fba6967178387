import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillLedger, type Installation, install } from '#api/testing/store';
import type { FixAnswer, FixHistory, GovernanceAnswer, NoticesAnswer, Problem } from '#api/types';
import { ANNOTATION, CORRECTION, fixSubject } from '#index-engine/finality/findings';
import { beginService } from '#index-engine/finality/service';
import { closeEntry, openEntry } from '#index-engine/governance/registers';
import { canonicalJson } from '#methodology/canonical';
import { appendSignedRecord } from '#store/ledger/log';
import { addNotice } from '#store/ledger/notices';

const H100 = 'CSI-H100-SXM-80';
const now = new Date('2026-07-29T10:00:00.000Z');
let api: Installation;
let hash: string;

beforeAll(async () => {
  api = await install(now.toISOString());
  const { h100 } = await fillLedger(api);
  hash = h100[0]!.hash;
  const { database } = api.store.ledger;
  const give = (kind: Parameters<typeof addNotice>[1]['kind'], subject: string, text: string) =>
    addNotice(database, { at: now, kind, subject, text });
  await give('source_silent', 'runpod', 'no answer in 3 hours');
  await give('restatement', H100, `${H100} of 2026-07-27T15:00Z is restated`);
  await give('disruption', 'publication', 'a <b>full</b> disk & a "quote"\u0007');
  await give('late', '2026-07-26T15:00:00.000Z', '4 fixes came 3 h 05 min late');
});
afterAll(async () => {
  await api.close();
});

async function read<Answer>(path: string, status = 200): Promise<Answer> {
  const response = await api.get(path);
  expect([path, response.status]).toEqual([path, status]);
  return (await response.json()) as Answer;
}

describe('notices', () => {
  const ids = async (query: string) => (await read<NoticesAnswer>(`/v1/notices?${query}`)).notices.map(({ id }) => id);

  it('come newest first, of the kinds and the subject that are asked for', async () => {
    expect(await ids('')).toEqual([4, 3, 2, 1]);
    expect(await ids('kind=restatement,late')).toEqual([4, 2]);
    expect(await ids(`subject=${H100}`)).toEqual([2]);
    expect(await ids(`kind=late&subject=${H100}`)).toEqual([]);
  });

  it('are paged by the last one seen', async () => {
    const first = await read<NoticesAnswer>('/v1/notices?limit=3');
    expect([first.notices.map(({ id }) => id), first.next]).toEqual([[4, 3, 2], 2]);
    const second = await read<NoticesAnswer>('/v1/notices?limit=3&before=2');
    expect([second.notices.map(({ id }) => id), second.next]).toEqual([[1], null]);
  });

  it.each([
    ['kind=gossip', 'kind'],
    ['kind=', 'kind'],
    ['before=0', 'before'],
    ['subject=', 'subject'],
    ['limit=0', 'limit'],
  ])('refuse %s, and say what would be right', async (query, parameter) => {
    expect(await read<Problem>(`/v1/notices?${query}`, 400)).toMatchObject({ parameter, expected: expect.any(String) });
  });
});

describe('the Atom feed', () => {
  it('is well-formed, says what the notices say, and names each for ever', async () => {
    const response = await api.get('/v1/notices.atom');
    expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const xml = await response.text();
    expect(XMLValidator.validate(xml)).toBe(true);
    const { feed } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' }).parse(xml);
    expect(feed['@xmlns']).toBe('http://www.w3.org/2005/Atom');
    expect(feed.updated).toBe(now.toISOString());
    expect(feed.entry).toHaveLength(4);
    const ids = feed.entry.map((one: { id: string }) => one.id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids)
      expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // Read at another address, each is still the same notice.
    const elsewhere = await api.get('https://mirror.example/v1/notices.atom');
    const there = new XMLParser().parse(await elsewhere.text()).feed.entry;
    expect(there.map((one: { id: string }) => one.id)).toEqual(ids);
    expect(feed.entry[1].content['#text']).toBe('a <b>full</b> disk & a "quote"');
    expect(feed.link.map((one: Record<string, string>) => one['@rel'])).toEqual(['self', 'alternate']);
  });

  it('is filtered as the list is, and holds where nothing changed', async () => {
    const response = await api.get('/v1/notices.atom?kind=late');
    expect(((await response.text()).match(/<entry>/g) ?? []).length).toBe(1);
    const etag = response.headers.get('etag') ?? '';
    expect((await api.get('/v1/notices.atom?kind=late', { 'If-None-Match': etag })).status).toBe(304);
    expect((await api.get('/v1/notices.atom', { 'If-None-Match': etag })).status).toBe(200);
    const empty = await (await api.get('/v1/notices.atom?kind=annotation')).text();
    expect(XMLValidator.validate(empty)).toBe(true);
  });
});

describe('beside its record a fix says', () => {
  it('when it was due and final, whether it was late, and which calendars call its date a business day', async () => {
    const before = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-27`);
    expect(before).toMatchObject({
      due_at: '2026-07-27T15:15:00.000Z',
      final_at: '2026-07-28T15:00:00.000Z',
      timeliness: 'backcast',
      annotations: [],
      correction: null,
    });
    expect(before.business_days).toMatchObject({ london: true, 'new-york': true, singapore: true, target: true });
    expect((await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-26`)).business_days).toMatchObject({ london: false });
    const since = new Date('2026-07-26T00:00:00.000Z');
    await beginService(api.store.ledger.database, api.key, since, now);
    // The testing ledger publishes a quarter of an hour after the strike.
    expect((await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-27`)).timeliness).toBe('on_time');
    expect((await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-24`)).timeliness).toBe('backcast');
  });

  it('what was found after it was final; the corrected history has it, the others do not', async () => {
    const strike = new Date('2026-07-24T15:00:00.000Z');
    const subject = fixSubject(H100, strike);
    const { database } = api.store.ledger;
    const correction = {
      format: 'csi-correction/1',
      ...{ series: H100, strike: strike.toISOString(), date: '2026-07-24', fix_hash: hash },
      ...{ value: '2.9000', level: 3, status: 'normal', change: '0.035714', reason: 'a print told late' },
      known_at: now.toISOString(),
    };
    const tag = async () => (await api.get(`/v1/fixes/${H100}/2026-07-24`)).headers.get('etag');
    const before = await tag();
    await appendSignedRecord(
      database,
      api.key,
      { kind: CORRECTION, subject, canonical: canonicalJson(correction) },
      now,
    );
    const annotation = canonicalJson({ format: 'csi-annotation/1', text: 'a print told late', fix_hash: hash });
    await appendSignedRecord(database, api.key, { kind: ANNOTATION, subject, canonical: annotation }, now);
    expect(await tag()).not.toBe(before);
    const answer = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-24`);
    expect(answer.revisions.map(({ fix }) => fix.value)).toEqual(['2.8000']);
    expect(answer.correction).toMatchObject({ value: '2.9000', fix_hash: hash });
    expect(answer.annotations.map(({ text }) => text)).toEqual(['a print told late']);
    const history = (vintage: string) => read<FixHistory>(`/v1/fixes/${H100}?vintage=${vintage}`);
    const [latest, initial, corrected] = [
      await history('latest'),
      await history('initial'),
      await history('corrected'),
    ];
    expect([latest.value[0], initial.value[0], corrected.value[0]]).toEqual(['2.8000', '2.8000', '2.9000']);
    // Restated from 2.7000 to 2.7100 while it was provisional.
    expect([latest.value[3], initial.value[3], corrected.value[3]]).toEqual(['2.7100', '2.7000', '2.7100']);
    expect(corrected.reason[0]).toBe('corrected: a print told late');
    expect((await read<Problem>(`/v1/fixes/${H100}?vintage=best`, 400)).parameter).toBe('vintage');
  });
});

describe('governance', () => {
  it('shows the registers as the log holds them', async () => {
    const { database } = api.store.ledger;
    expect(await read<GovernanceAnswer>('/v1/governance')).toEqual({
      rulebooks: [],
      parallel_runs: [],
      conflicts: [],
      complaints: [],
    });
    const id = await openEntry(database, api.key, 'complaint', { party: 'a reader', text: 'the fix looks high' }, now);
    await closeEntry(database, api.key, 'complaint', { id, text: 'explained' }, new Date(now.getTime() + 1000));
    const { complaints } = await read<GovernanceAnswer>('/v1/governance');
    expect(complaints).toEqual([
      {
        id,
        party: 'a reader',
        opened: { at: now.toISOString(), text: 'the fix looks high', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
        closed: { at: '2026-07-29T10:00:01.000Z', text: 'explained', hash: expect.any(String) },
      },
    ]);
  });
});
