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

/** A record of the body as it came: its text, JSON unless the format gave it a value already, or why it could not be read. */
export type RawRecord = { text: string } | { text: string; value: unknown } | { text: string; refusal: Refusal };

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

function lineOf(record: RawRecord): Line | Refusal {
  if ('refusal' in record) return record.refusal;
  if ('value' in record) return checkLine(record.value);
  let value: unknown;
  try {
    value = JSON.parse(record.text);
  } catch {
    return { reason: 'line.not_json', detail: 'a line must be one JSON value' };
  }
  return checkLine(value);
}

/** Checks records, blinds their identities, and grades their attestations. The order stays. */
export async function sealRecords(
  records: readonly RawRecord[],
  blind: Blind,
  gradeAttestation: GradeAttestation,
): Promise<SealedRecord[]> {
  const done: SealedRecord[] = [];
  for (const record of records) {
    const line = lineOf(record);
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
