import { setImmediate as turn } from 'node:timers/promises';
import { type Grade, type GradeAttestation, ungraded } from '#ingest/contribute/attest';
import { checkLine, type Line, type Refusal } from '#ingest/contribute/line';
import type { Blind } from '#store/blinding';

/**
 * A line as it is kept: identities blinded, the attestation's grade beside it. It is what a capture holds, and all that is ever
 * judged, so that reading a capture again gives the same facts.
 */
export interface SealedLine extends Line {
  /** Whether what was delivered was attested; on prints only. */
  grade?: Grade;
}

/** A record of the body as it came: its text and its value, or why it could not be read. */
export type RawRecord = { text: string; value: unknown } | { text: string; refusal: Refusal };

/** A record sealed: its line or why it was refused, and the text that is kept of it. */
export interface SealedRecord {
  line: SealedLine | Refusal;
  text: string;
}

export const isRefusal = (one: Line | Refusal): one is Refusal => !('form' in one);

/** Nothing of a refused record is kept but why: it may carry a party's name in any place. */
const sealRefusal = (refusal: Refusal): SealedRecord => ({
  line: refusal,
  text: JSON.stringify({ refused: refusal.reason, detail: refusal.detail }),
});

const sealed = (line: SealedLine): SealedRecord => ({ line, text: JSON.stringify(line) });

/** After so many lines others get a turn: a segment that is being stored goes on while the next is judged. */
export const LINES_A_TURN = 250;

/** Checks records, blinds their identities, and grades their attestations. The order stays. */
export async function sealRecords(
  records: readonly RawRecord[],
  blind: Blind,
  gradeAttestation: GradeAttestation,
): Promise<SealedRecord[]> {
  const done: SealedRecord[] = [];
  for (const record of records) {
    if (done.length % LINES_A_TURN === 0) await turn();
    const line = 'refusal' in record ? record.refusal : checkLine(record.value);
    if (isRefusal(line)) {
      done.push(sealRefusal(line));
      continue;
    }
    const kept: SealedLine = line;
    if (kept.buyer !== undefined) kept.buyer = blind(kept.buyer);
    if (kept.seller !== undefined) kept.seller = blind(kept.seller);
    if (kept.form === 'trade' || kept.form === 'correction') {
      kept.grade = kept.attestation ? await gradeAttestation(kept) : ungraded;
    }
    done.push(sealed(kept));
  }
  return done;
}
