import { createHash } from 'node:crypto';

/** Why a contribution is not taken as a whole. */
export type ContributionFailure = 'busy' | 'key_reused' | 'too_large' | 'too_slow' | 'cut_off';

/** A contribution that is not taken as a whole. Lines of it that were kept before stay kept. */
export class ContributionFailed extends Error {
  override readonly name = 'ContributionFailed';

  constructor(
    readonly kind: ContributionFailure,
    message: string,
  ) {
    super(message);
  }
}

/** The bytes of a body, measured on their way. */
export interface MeteredBody extends AsyncIterable<Uint8Array> {
  /** SHA-256 of what has passed; to be asked once, at the end. */
  digest(): string;
}

/** Measures a body: its bytes, its time, the time between two pieces of it. */
export function meter(
  stream: ReadableStream<Uint8Array> | null,
  limits: { bodyBytes: number; bodyMs: number; pauseMs: number },
): MeteredBody {
  const hash = createHash('sha256');
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const reader = stream?.getReader();
    if (!reader) return;
    const deadline = Date.now() + limits.bodyMs;
    let bytes = 0;
    let isLate = false;
    let whole = false;
    try {
      for (;;) {
        const wait = Math.max(0, Math.min(limits.pauseMs, deadline - Date.now()));
        // Cancelling ends the read under way; a race of promises would hold on to every loser.
        const timer = setTimeout(() => {
          isLate = true;
          void reader.cancel().catch(() => {});
        }, wait);
        const next = await reader.read().catch((error: Error) => {
          throw new ContributionFailed('cut_off', `the body was cut off after ${bytes} bytes: ${error.message}`);
        });
        clearTimeout(timer);
        if (isLate)
          throw new ContributionFailed('too_slow', `the body was not there in time: ${bytes} bytes of it were`);
        if (next.done) break;
        bytes += next.value.byteLength;
        if (bytes > limits.bodyBytes) {
          throw new ContributionFailed('too_large', `the body has more than ${limits.bodyBytes} bytes`);
        }
        hash.update(next.value);
        yield next.value;
      }
      whole = true;
    } finally {
      if (!whole) void reader.cancel().catch(() => {});
    }
  }
  return { [Symbol.asyncIterator]: pieces, digest: () => hash.digest('hex') };
}
