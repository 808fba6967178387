import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openSpool, type Spool } from '#ingest/spool';
import { insertCaptures } from '#store/clickhouse/captures';
import type { Capture } from '#store/observation';
import type { Store } from '#store/store';

/** What captures may take on disk while the store does not answer. */
const SPOOL_BYTES = 1024 ** 3;

/** The spool for captures of a data folder. One process at a time. */
export function openCaptureSpool(folder: string): Promise<Spool> {
  return openSpool(join(folder, 'spool', 'captures'), { bytes: SPOOL_BYTES });
}

function toSegment(capture: Capture): Uint8Array {
  const body = capture.body === null ? null : Buffer.from(capture.body).toString('base64');
  return gzipSync(JSON.stringify({ ...capture, body }));
}

function fromSegment(segment: Uint8Array): Capture {
  const { body, ...facts } = JSON.parse(gunzipSync(segment).toString('utf8')) as Omit<Capture, 'body'> & {
    body: string | null;
  };
  return { ...facts, body: body === null ? null : Buffer.from(body, 'base64') };
}

/**
 * Keeps a capture: in the store, or on disk while the store does not answer or older captures still wait there, so that order holds.
 * @returns whether it went to disk
 * @throws SpoolFull where the disk's share is used up
 */
export async function keepCapture(store: Store, spool: Spool, capture: Capture): Promise<boolean> {
  if (spool.waiting === 0) {
    try {
      await insertCaptures(store.clickhouse, [capture]);
      return false;
    } catch {
      // Whatever kept it from being stored, the bytes are not lost: `drainCaptures` meets the same error and says it.
    }
  }
  await spool.append(toSegment(capture));
  return true;
}

/**
 * Hands captures that wait on disk to the store, oldest first. They are read by `finishInterrupted` then.
 * @throws Error where the store still does not answer; what waits keeps waiting
 */
export function drainCaptures(store: Store, spool: Spool): Promise<number> {
  return spool.drain((segment) => insertCaptures(store.clickhouse, [fromSegment(segment)]));
}
