import { z } from 'zod';
import { certificateSubject } from '#index-engine/settlement/certificate';
import { finalAt } from '#index-engine/settlement/placed';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { fixId } from '#index-engine/settlement/settle';
import { contractSchema, contracts } from '#methodology/contracts';

const listedFix = z.looseObject({ id: z.string(), hash: z.string() });

/** What of a certificate says which fixes it rests on. */
const certificateSchema = z.looseObject({
  contract: contractSchema,
  month: z.string(),
  series: z.string(),
  stamps: z.array(
    z.looseObject({
      strike: z.string(),
      state: z.string(),
      fix: listedFix.nullable(),
      fill: z.looseObject({ from: z.array(listedFix.extend({ strike: z.string() })) }).nullable(),
    }),
  ),
});

type Certificate = z.infer<typeof certificateSchema>;
type Listed = z.infer<typeof listedFix>;

/** A revision of a fix, as far as it bears on what a certificate may say of it. */
interface Revision {
  hash: string;
  /** Null where it has no value. */
  level: number | null;
  /** When the first head over it was signed: it was published by then. Null until there is one. */
  signedBy: number | null;
}

/** The fixes of a log so far that certificates can be about: memory by the fixes of the series that contracts average. */
export interface CertifiedFixes {
  /** Takes the next fix of the log. */
  take(series: string, strike: string, facts: { hash: string; level: number | null }): void;
  /** A head of this instant covers every fix so far. */
  cover(at: string): void;
  /**
   * Compares a certificate of the log with the fixes before it: those it lists must be there, and those that are there it must list.
   * @throws Error naming the certificate, the strike and the fix
   */
  expectListed(record: unknown): void;
}

/** No fixes yet. */
export function certifiedFixes(): CertifiedFixes {
  const bySeries = new Map(contracts().map(({ series }) => [series, new Map<string, Revision[]>()]));
  let uncovered: Revision[] = [];

  function expectThere({ series }: Certificate, strike: string, { id, hash }: Listed): { revision: number } & Revision {
    const revisions = bySeries.get(series)?.get(strike) ?? [];
    const revision = revisions.findIndex((one) => one.hash === hash);
    const found = revisions[revision];
    if (!found) {
      throw new Error(
        `of the strike ${strike} it lists the fix ${id} with the hash ${hash}, which no leaf before it has`,
      );
    }
    const right = fixId(series, { strike: new Date(strike), revision });
    if (id !== right)
      throw new Error(`of the strike ${strike} it lists ${hash} as the fix ${id}, in the log it is ${right}`);
    return { ...found, revision };
  }

  function expectStamp(certificate: Certificate, { strike, state, fix, fill }: Certificate['stamps'][number]): void {
    const { series, contract: terms } = certificate;
    const revisions = bySeries.get(series)?.get(strike) ?? [];
    for (const one of fill?.from ?? []) expectThere(certificate, one.strike, one);
    if (fix === null) {
      const left = revisions.at(-1);
      if (!left) return;
      const id = fixId(series, { strike: new Date(strike), revision: revisions.length - 1 });
      throw new Error(
        `of the strike ${strike} it says ${state} without a fix, and ${id} (${left.hash}) is in the log before it`,
      );
    }
    const { level, revision } = expectThere(certificate, strike, fix);
    const isAccepted = level !== null && level <= terms.highest_accepted_level;
    if (isAccepted !== (state === 'locked')) {
      const is = level === null ? 'has no value' : `is of level ${level}`;
      throw new Error(
        `of the strike ${strike} it says ${state}, and ${fix.id} ${is}: the contract accepts up to level ${terms.highest_accepted_level}`,
      );
    }
    const final = finalAt(new Date(strike), terms);
    // When a revision was published is signed nowhere but in the head over it, which is never older: one under a head in time was in time.
    const counted = revisions.findLastIndex(({ signedBy }) => signedBy !== null && signedBy <= final);
    if (counted <= revision) return;
    const id = fixId(series, { strike: new Date(strike), revision: counted });
    throw new Error(
      `of the strike ${strike} it lists ${fix.id}, and ${id} (${revisions[counted]?.hash}) took its place before it was final`,
    );
  }

  function expectSchedule({ contract: terms, month, stamps }: Certificate): void {
    const { stamps: scheduled } = monthSchedule(terms, month);
    for (let place = 0; place < Math.max(stamps.length, scheduled.length); place += 1) {
      const [has, right] = [stamps[place]?.strike, scheduled[place]?.strike];
      if (has !== right)
        throw new Error(`stamps[${place}] is of ${has ?? 'no strike'}, the schedule has ${right ?? 'none'}`);
    }
  }

  return {
    take(series, strike, facts) {
      const strikes = bySeries.get(series);
      if (!strikes) return;
      const revision: Revision = { ...facts, signedBy: null };
      const at = new Date(strike).toISOString();
      const known = strikes.get(at);
      if (known) known.push(revision);
      else strikes.set(at, [revision]);
      uncovered.push(revision);
    },
    cover(at) {
      for (const revision of uncovered) revision.signedBy = Date.parse(at);
      uncovered = [];
    },
    expectListed(record) {
      const parsed = certificateSchema.safeParse(record);
      if (!parsed.success) {
        throw new Error(`no certificate: ${parsed.error.issues[0]?.path.join('.')} is missing or malformed`);
      }
      const certificate = parsed.data;
      const { contract: terms, month, series } = certificate;
      try {
        if (series !== terms.series) throw new Error(`its series is ${series}, its contract averages ${terms.series}`);
        // Terms are locked and never go, so that these are of a version newer than this one.
        if (!bySeries.has(series)) throw new Error(`no contract known here averages ${series}: use a newer version`);
        expectSchedule(certificate);
        for (const stamp of certificate.stamps) expectStamp(certificate, stamp);
      } catch (error) {
        const why = error instanceof Error ? error.message : error;
        throw new Error(`the certificate ${certificateSubject(terms.id, month)}: ${why}`);
      }
    },
  };
}
