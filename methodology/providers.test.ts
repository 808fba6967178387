import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { provider, providers, providersSchema } from '#methodology/providers';
import { parseReference } from '#methodology/reference';

const shared = new URL('../../shared/data/', import.meta.url);
const unzip = (url: URL) => gunzipSync(readFileSync(url)).toString('utf8');

describe('providers', () => {
  it('are found by id and by alias', () => {
    expect(provider('coreweave')?.venue_type).toBe('neocloud');
    expect(provider('verda')).toBe(provider('datacrunch'));
    expect(provider('vast.ai')).toBe(provider('vast'));
    expect(provider('oracle')?.id).toBe('oci');
    expect(provider('AWS')).toBeUndefined();
    expect(provider('constructor')).toBeUndefined();
  });

  it('say whose prices may be used, and never assume it', () => {
    expect(provider('vast')?.terms.status).toBe('needs licence');
    for (const { id, terms } of providers())
      if (terms.status === 'permitted') expect(terms.url, `${id}: a permission needs its source`).not.toBeNull();
  });

  it('mark those who sell the capacity of others', () => {
    for (const id of ['spheron', 'primeintellect', 'shadeform', 'sesterce'])
      expect(provider(id)?.reseller, id).toBe(true);
    expect(provider('lambda')?.reseller).toBe(false);
  });

  it('note serverless platforms as such', () => {
    for (const id of ['fal', 'modal', 'replicate', 'fireworks', 'baseten', 'cerebrium', 'koyeb'])
      expect(provider(id), id).toMatchObject({ venue_type: 'neocloud', note: expect.stringContaining('Serverless') });
  });

  it('refuse one id for two providers', () => {
    const rows = [...providers(), { ...provider('lambda')!, id: 'verda' }];
    expect(() => parseReference('providers.json', rows, providersSchema)).toThrow(/"verda" is there twice/);
  });

  it.skipIf(!existsSync(shared))('cover every recorded provider (skipped without the recorded data)', () => {
    const folder = new URL('recorded/gpurentalprices/', shared);
    const named = new Set<string>();
    for (const name of readdirSync(folder)) {
      const day = JSON.parse(unzip(new URL(name, folder))) as { providers: object; offers: { provider: string }[] };
      for (const id of Object.keys(day.providers)) named.add(id);
      for (const offer of day.offers) named.add(offer.provider);
    }
    expect(named.size).toBeGreaterThanOrEqual(34);
    for (const line of unzip(new URL('history/observations.csv.gz', shared)).trim().split('\n').slice(1))
      named.add(line.split(',')[1]!);
    for (const id of named) expect(provider(id), id).toBeDefined();
  });
});
