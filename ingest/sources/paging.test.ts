import { describe, expect, it } from 'vitest';
import type { Source } from '#ingest/source';
import { aws } from '#ingest/sources/aws';
import { azure } from '#ingest/sources/azure';
import { digitalocean } from '#ingest/sources/digitalocean';
import { gcp } from '#ingest/sources/gcp';
import { gpuai } from '#ingest/sources/gpuai';
import { primeintellect } from '#ingest/sources/primeintellect';
import { scaleway } from '#ingest/sources/scaleway';
import { sfcompute } from '#ingest/sources/sfcompute';
import { FETCHED_AT } from '#ingest/testing/captures';
import { SFC_FILLS } from '#ingest/testing/trades';

const firstOf = (source: Source) => source.requests(new Date(FETCHED_AT))[0];
const nextPage = (source: Source, answer: unknown, url = firstOf(source)?.url ?? '') =>
  source.follow?.({
    text: JSON.stringify(answer),
    content_type: '',
    fetched_at: FETCHED_AT,
    url,
    sent: firstOf(source)?.body ?? null,
  });

describe('the page after this one', () => {
  it('is where the source says, or nowhere', () => {
    expect(nextPage(gpuai, { data: [], next_cursor: 'a b' })?.url).toBe(
      'https://api.gpu.ai/v1/pricing?limit=200&cursor=a%20b',
    );
    expect(nextPage(gpuai, { data: [], next_cursor: null })).toBeNull();
    const next = 'https://prices.azure.com/api/retail/prices?$skip=1000';
    expect(nextPage(azure, { Items: [], NextPageLink: next })?.url).toBe(next);
    expect(nextPage(azure, { Items: [], NextPageLink: null })).toBeNull();
    expect(nextPage(gcp, { skus: [], nextPageToken: 'x/y' })?.url).toMatch(/pageSize=5000&pageToken=x%2Fy$/);
    expect(nextPage(gcp, { skus: [], nextPageToken: '' })).toBeNull();
    expect(nextPage(aws, { PriceList: [], NextToken: 't' })?.body).toMatchObject({ NextToken: 't', MaxResults: 100 });
    expect(nextPage(aws, { PriceList: [] })).toBeNull();
  });

  it('is never on another host', () => {
    expect(() => nextPage(azure, { Items: [], NextPageLink: 'https://example.org/' })).toThrow(/elsewhere/);
    const links = { pages: { next: 'https://example.org/v2/sizes?page=2' } };
    expect(() => nextPage(digitalocean, { sizes: [], links })).toThrow(/elsewhere/);
  });

  it('is counted where the source counts', () => {
    expect(nextPage(primeintellect, { items: [{}], totalCount: 101 })?.url).toMatch(/page=2&/);
    expect(nextPage(primeintellect, { items: [{}], totalCount: 100 })).toBeNull();
    // A count that never comes true must not ask for ever.
    expect(nextPage(primeintellect, { items: [], totalCount: 1_000_000 })).toBeNull();
    const servers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`T-${index}`, {}]));
    expect(nextPage(scaleway, { servers })?.url).toMatch(/fr-par-2\/products\/servers\?per_page=100&page=2$/);
    expect(nextPage(scaleway, { servers: {} })).toBeNull();
  });

  it('of fills stays in their window, then comes the next accelerator, then none', () => {
    const page = { start_at: 1785762000, end_at: 1785848400, data: [] };
    expect(nextPage(sfcompute, { ...page, has_more: true, cursor: 'mfilc_x' }, SFC_FILLS)?.url).toMatch(
      /accelerator%3AH100&start_at=1785762000&end_at=1785848400&limit=200&starting_after=mfilc_x$/,
    );
    const last = SFC_FILLS.replace('H100', 'B200');
    expect(nextPage(sfcompute, { ...page, has_more: false }, last)).toBeNull();
  });
});
