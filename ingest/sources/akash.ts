/**
 * Akash Network: leases, each at the price of the bid it was made of. Trades.
 * Page: any public node, https://api.akashnet.net/akash/market/v1beta5/leases/list and bids/list. Terms: a public ledger.
 * Traps: the price is per BLOCK and of the whole lease, processors, memory and storage with it; a lease names no GPU, its bid does, so both
 * are read and must agree on the price; `uact` is a millionth of a credit said to be worth a dollar, `uakt` and others are millionths of
 * tokens whose price we do not have; the length of a block is measured in the same sweep between two blocks, never assumed, and instants
 * are reckoned from it (`event_reckoned`). Those two stand at round heights, so that sweeps hours apart measure the same and a lease read
 * again is the same fact; too far from them nothing is reckoned. A lease with several models has no price per GPU. Leases are listed in
 * the order of their owners, not of time: of the closed ones, which are millions, a few pages are a sample. Losing bids are pruned.
 */
import { z } from 'zod';
import { eachRow, expectShape, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import {
  type Bid,
  BLOCKS,
  bidSchema,
  blockOf,
  type Clock,
  clockOf,
  LATEST,
  leaseSchema,
  MEASURED_BLOCKS,
  NODE,
  nameOf,
  tradeOf,
} from '#ingest/sources/kit/akash';
import { refuse } from '#ingest/sources/kit/rows';

const PAGE_ROWS = 500;
/** Pages asked of a list of what was closed. */
const CLOSED_PAGES = 2;

/** Lists in the order in which they are asked: bids first, so that a sweep ends with the prices that count. */
const LISTS = [
  { list: 'bids', state: 'active' },
  { list: 'bids', state: 'closed' },
  { list: 'leases', state: 'closed' },
  { list: 'leases', state: 'active' },
] as const;

const pagination = z.object({ next_key: z.string().nullable() });
const bidsSchema = z.object({ bids: z.array(z.unknown()), pagination });
const leasesSchema = z.object({ leases: z.array(z.unknown()), pagination });

const isBlock = (url: string) => url.startsWith(BLOCKS);

/** Which list a page is of (its place in `LISTS`), and which page of it. */
function placeOf(url: string) {
  const { pathname, searchParams, hash } = new URL(url);
  const at = LISTS.findIndex(
    ({ list, state }) => pathname.endsWith(`/${list}/list`) && searchParams.get('filters.state') === state,
  );
  return { at, page: Number(new URLSearchParams(hash.slice(1)).get('page')), asked: LISTS[at] };
}

/** Asks a page of a list; null past the last list. */
function ask(at: number, page: number, key: string | null): SourceRequest | null {
  const asked = LISTS[at];
  if (!asked) return null;
  const query = new URLSearchParams({
    'filters.state': asked.state,
    'pagination.limit': String(PAGE_ROWS),
    'pagination.reverse': 'true',
    ...(key === null ? {} : { 'pagination.key': key }),
  });
  return { method: 'GET', url: `${NODE}/akash/market/v1beta5/${asked.list}/list?${query}#page=${page}` };
}

/** Rows of a list, and the key of its next page, empty where it was the last. @throws Error where the answer is no such list */
function readList({ url, text }: CaptureText): { rows: unknown[]; next: string } {
  const answer = parseJson(text);
  if (placeOf(url).asked?.list === 'bids') {
    const { bids, pagination: after } = expectShape(bidsSchema, answer);
    return { rows: bids, next: after.next_key ?? '' };
  }
  const { leases, pagination: after } = expectShape(leasesSchema, answer);
  return { rows: leases, next: after.next_key ?? '' };
}

/** Whether a page is the last that is asked of its list, though more follow. */
function isCutShort(url: string, next: string): boolean {
  const { asked, page } = placeOf(url);
  return next !== '' && asked?.state === 'closed' && page >= CLOSED_PAGES;
}

const namedIn = (field: 'bid' | 'lease') => (value: unknown) =>
  JSON.stringify((value as Record<string, { id?: unknown } | null> | null)?.[field]?.id ?? '');

/** The trades on a page of leases. */
function tradesOn(page: CaptureText, bids: ReadonlyMap<string, Bid>, clock: Clock): Parsed {
  const parsed = emptyParsed();
  const left = new Map<string, { reason: string; detail: string; count: number; first: string }>();
  // What could not be read was refused by `parse` already.
  eachRow(readList(page).rows, leaseSchema, namedIn('lease'), emptyParsed(), ({ lease }) => {
    const name = nameOf(lease.id);
    const trade = tradeOf(lease, bids.get(name), clock);
    if (trade === null) return;
    if (!('reason' in trade)) parsed.rows.push(trade);
    else if (trade.common) {
      const known = left.get(`${trade.reason}\n${trade.detail}`);
      if (known) known.count += 1;
      else left.set(`${trade.reason}\n${trade.detail}`, { ...trade, count: 1, first: name });
    } else refuse(parsed, trade.reason, trade.detail, name, lease);
  });
  for (const { reason, detail, count, first } of left.values()) {
    refuse(parsed, reason, `${count} leases of this page: ${detail}`, first, page.url);
  }
  return parsed;
}

export const akash: Source = {
  id: 'akash',
  title: 'Akash leases',
  homepage: 'https://akash.network',
  provider: null,
  venue_type: 'depin',
  evidence: ['transaction'],
  aggregator: false,
  schedule: '8-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 60, body_bytes: 8_000_000, sweep_seconds: 300, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'A public ledger; terms of the node not read.', url: 'https://akash.network' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: LATEST }],
  follow(capture) {
    const { url } = capture;
    if (isBlock(url)) {
      const { height } = blockOf(capture);
      if (url === LATEST) return { method: 'GET', url: `${BLOCKS}${height - (height % MEASURED_BLOCKS)}` };
      return url.endsWith('#earlier')
        ? ask(0, 1, null)
        : { method: 'GET', url: `${BLOCKS}${height - MEASURED_BLOCKS}#earlier` };
    }
    const { at, page } = placeOf(url);
    const { next } = readList(capture);
    return next === '' || isCutShort(url, next) ? ask(at + 1, 1, null) : ask(at, page + 1, next);
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (isBlock(capture.url)) {
      blockOf(capture);
      return parsed;
    }
    const { rows, next } = readList(capture);
    parsed.complete = !isCutShort(capture.url, next);
    if (placeOf(capture.url).asked?.list === 'bids') eachRow(rows, bidSchema, namedIn('bid'), parsed, () => {});
    else eachRow(rows, leaseSchema, namedIn('lease'), parsed, () => {});
    return parsed;
  },
  join(pages) {
    const pagesOf = (list: 'bids' | 'leases') => pages.filter(({ url }) => placeOf(url).asked?.list === list);
    const clock = clockOf(pages.filter(({ url }) => isBlock(url)));
    const bids = new Map<string, Bid>();
    for (const page of pagesOf('bids')) {
      eachRow(readList(page).rows, bidSchema, namedIn('bid'), emptyParsed(), ({ bid }) => {
        bids.set(nameOf(bid.id), bid);
      });
    }
    const leases = new Set(pagesOf('leases'));
    return pages.map((page) => {
      if (!leases.has(page)) return emptyParsed();
      if (clock) return tradesOn(page, bids, clock);
      const parsed = emptyParsed();
      refuse(parsed, 'join.incomplete', 'the length of a block was not measured in this sweep', '', page.url);
      return parsed;
    });
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /^(h100|a100|rtx)/.test(row.label)) ? null : 'not one h100, a100 or rtx',
};
