import { z } from 'zod';
import { expectShape, parseJson } from '#ingest/shape';
import type { CaptureText, RawRow } from '#ingest/source';
import { rowOf } from '#ingest/sources/kit/rows';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';

/** What Akash's chain says of blocks, bids and leases, and what follows from it. */

export const NODE = 'https://api.akashnet.net';
export const BLOCKS = `${NODE}/cosmos/base/tendermint/v1beta1/blocks/`;
export const LATEST = `${BLOCKS}latest`;
/** Blocks between the two that are measured: about 17 hours. */
export const MEASURED_BLOCKS = 10_000n;
/** Blocks before the earlier one up to which instants are reckoned: about a week. */
const REACH_BLOCKS = 100_000n;
const SCALE = 18;
const MS_SCALE = 6;
const HOUR_MS = 3_600_000n;
const PLAIN = /^\d{1,24}(\.\d{1,18})?$/;
const MODEL = /^vendor\/([a-z]+)\/model\/([a-z0-9-]+)(?:\/ram\/(\d+)Gi)?(?:\/interface\/([a-z0-9]+))?$/;
/** The one denomination whose worth is said: a millionth of a credit. Of the others, tokens, we have no price. */
const CREDIT_DENOM = 'uact';

const height = z.string().regex(/^\d{1,18}$/);
const blockSchema = z.object({
  block: z.object({ header: z.object({ height, time: z.iso.datetime({ offset: true }) }) }),
});
const idSchema = z.object({
  owner: z.string().min(1),
  dseq: z.string().min(1),
  gseq: z.int(),
  oseq: z.int(),
  provider: z.string().min(1),
  // A zero is left out by some nodes.
  bseq: z.int().default(0),
});
const priceSchema = z.object({ denom: z.string(), amount: z.union([z.string(), z.number()]) });
export const bidSchema = z.object({
  bid: z.object({
    id: idSchema,
    price: priceSchema,
    resources_offer: z.array(
      z.object({
        count: z.int().positive(),
        resources: z.object({
          gpu: z
            .object({
              units: z.object({ val: z.string().regex(/^\d{1,6}$/) }),
              attributes: z.array(z.object({ key: z.string(), value: z.string() })).nullish(),
            })
            .nullish(),
        }),
      }),
    ),
  }),
});
export const leaseSchema = z.object({
  lease: z.object({ id: idSchema, state: z.string(), price: priceSchema, created_at: height, closed_on: height }),
});
export type Bid = z.output<typeof bidSchema>['bid'];
export type Lease = z.output<typeof leaseSchema>['lease'];

/** The name that a lease shares with the bid it was made of. */
export const nameOf = ({ owner, dseq, gseq, oseq, provider, bseq }: z.output<typeof idSchema>): string =>
  [owner, dseq, gseq, oseq, provider, bseq].join('/');

export interface Block {
  height: bigint;
  time: number;
}

/** @throws Error where the answer is no block */
export function blockOf({ text }: CaptureText): Block {
  const { header } = expectShape(blockSchema, parseJson(text)).block;
  return { height: BigInt(header.height), time: Date.parse(header.time) };
}

/** Time on the chain, as measured between two blocks. */
export interface Clock {
  earlier: Block;
  later: Block;
  newest: Block;
  /** Milliseconds a block took on average, as text and as an integer at `MS_SCALE`. */
  blockMs: string;
  exactMs: bigint;
}

/**
 * The clock that the blocks of a sweep make; null where they are not there.
 * @throws Error where they measure no time
 */
export function clockOf(blocks: readonly CaptureText[]): Clock | null {
  const newest = blocks.find(({ url }) => url === LATEST);
  const [earlier, later] = blocks
    .filter(({ url }) => url !== LATEST)
    .map(blockOf)
    .sort((a, b) => (a.height < b.height ? -1 : 1));
  if (!newest || !earlier || !later) return null;
  const elapsed = later.time - earlier.time;
  if (later.height - earlier.height !== MEASURED_BLOCKS || elapsed <= 0) {
    throw new Error(`blocks ${earlier.height} and ${later.height} measure no time`);
  }
  const exactMs = divideHalfEven(BigInt(elapsed) * 10n ** BigInt(MS_SCALE), MEASURED_BLOCKS);
  return { earlier, later, newest: blockOf(newest), blockMs: formatDecimal(exactMs, MS_SCALE), exactMs };
}

/** When a block was made, reckoned from the measured ones; never after the newest. */
function instantOf(clock: Clock, at: bigint): string {
  const ago = Number(divideHalfEven((clock.later.height - at) * clock.exactMs, 10n ** BigInt(MS_SCALE)));
  return new Date(Math.min(clock.later.time - ago, clock.newest.time)).toISOString();
}

/** Price of an hour: millionths per block, times the blocks of an hour. The millionth here and that of the milliseconds cancel. */
function perHour(amount: string, { exactMs }: Clock): string {
  return formatDecimal(divideHalfEven(parseDecimal(amount, SCALE) * HOUR_MS, exactMs), SCALE);
}

/** What a bid holds of accelerators: nothing, one model, or several, which have no price per GPU. */
function acceleratorsOf(bid: Bid): { gpus: number; models: string[] } {
  const held = bid.resources_offer.filter(({ resources }) => Number(resources.gpu?.units.val ?? 0) > 0);
  const models = held.flatMap(({ resources }) =>
    (resources.gpu?.attributes ?? []).filter(({ value }) => value === 'true').map(({ key }) => key),
  );
  const gpus = held.reduce((sum, { count, resources }) => sum + count * Number(resources.gpu?.units.val), 0);
  return { gpus, models: [...new Set(models)] };
}

/** Why a lease is no trade here. What is true of many leases of a page, and wrong with none, is told once (`common`). */
export interface NoTrade {
  reason: string;
  detail: string;
  common: boolean;
}
const wrong = (reason: string, detail: string): NoTrade => ({ reason, detail, common: false });
const common = (reason: string, detail: string): NoTrade => ({ reason, detail, common: true });

/** The trade that a lease is, why it is none here, or null where it holds no accelerator. */
export function tradeOf(lease: Lease, bid: Bid | undefined, clock: Clock): RawRow | NoTrade | null {
  if (!bid) return common('join.incomplete', 'the bid is on no page of this sweep');
  const { gpus, models } = acceleratorsOf(bid);
  if (gpus === 0) return null;
  const created = BigInt(lease.created_at);
  if (created < clock.earlier.height - REACH_BLOCKS) {
    return common('event.out_of_reach', `opened over ${REACH_BLOCKS} blocks before the measured ones`);
  }
  const model = models.length === 1 ? MODEL.exec(models[0] ?? '') : null;
  if (!model) return wrong('hardware.mixed', `${models.length} models of accelerator in one lease`);
  const { denom } = lease.price;
  const amount = String(lease.price.amount);
  const bidden = String(bid.price.amount);
  if (!PLAIN.test(amount)) return wrong('price.not_a_number', `${amount} is no price`);
  const agree = PLAIN.test(bidden) && parseDecimal(bidden, SCALE) === parseDecimal(amount, SCALE);
  if (!agree || bid.price.denom !== denom) {
    return wrong('join.conflict', `leased at ${amount} ${denom}, bid at ${bidden} ${bid.price.denom}`);
  }
  if (denom !== CREDIT_DENOM) return common('currency.no_price', `paid in ${denom}, whose price is not known here`);
  const closed = lease.state === 'closed' ? BigInt(lease.closed_on) : null;
  if (closed !== null && closed < created) {
    return wrong('event.reversed', `opened in block ${created}, closed in block ${closed}`);
  }
  const gpuMs = closed === null ? null : (closed - created) * clock.exactMs * BigInt(gpus);
  const name = nameOf(lease.id);
  return rowOf({
    native_id: name,
    event_at: instantOf(clock, created),
    provider: `akash/${lease.id.provider}`,
    label: `${model[2]}${model[4] ? ` ${model[4]}` : ''}`,
    memory_gb: model[3] === undefined ? null : Number(model[3]),
    gpus,
    tenor: 'OD',
    evidence: 'transaction',
    price: perHour(amount, clock),
    currency: 'ACT',
    price_basis: 'lot_hour',
    attributes: {
      product: 'container',
      includes: 'cpu ram storage',
      price_per_block: amount,
      block_ms: clock.blockMs,
      block: lease.created_at,
      event_reckoned: true,
      lease_state: lease.state,
      ...(closed === null ? {} : { closed_block: lease.closed_on }),
    },
    trade: {
      id: name,
      gpu_hours: gpuMs === null ? null : formatDecimal(divideHalfEven(gpuMs, HOUR_MS), MS_SCALE),
      buyer: null,
      seller: null,
    },
  });
}
