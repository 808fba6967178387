import { canonicalHash, sha256 } from '#methodology/canonical';
import type { Capture } from '#store/observation';

/** Completes a capture with its identity: source, address, time and bytes. The same response recorded twice has one id. */
export function makeCapture(
  facts: Omit<Capture, 'capture_id' | 'sweep_id' | 'sha256' | 'bytes'> & {
    sweep_id?: string;
    bytes?: number;
    sha256?: string;
  },
): Capture {
  const digest = facts.sha256 ?? sha256(facts.body ?? '');
  const { source, url, request, fetched_at } = facts;
  const capture_id = canonicalHash({ source, url, request, fetched_at, sha256: digest }).slice(0, 32);
  return {
    ...facts,
    capture_id,
    sweep_id: facts.sweep_id ?? capture_id,
    sha256: digest,
    bytes: facts.bytes ?? facts.body?.byteLength ?? 0,
  };
}
