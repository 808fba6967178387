import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, writeOutput } from '#cli/output';
import { makePack, packDocument } from '#index-engine/governance/pack';
import { packFacts } from '#index-engine/governance/pack-facts';

const month = z.string().regex(/^(19[7-9]\d|2\d\d\d)-(0[1-9]|1[0-2])$/);

/** Options of `csi evidence --period`. */
export interface EvidencePackOptions extends CommonOptions {
  period: string;
  out?: string;
}

/** `csi evidence --period 2026-07`: writes what the stored facts of a month answer to IOSCO's principles, as Markdown and as JSON. */
export async function evidencePackCommand(options: EvidencePackOptions): Promise<Answer> {
  const { period, out = '.' } = options;
  if (!month.safeParse(period).success) throw new CannotRun(`--period must be a month such as 2026-07, got ${period}`);
  return withStore(options, async (store, _key, { sources }) => {
    const terms = sources.map((one) => ({ id: one.id, status: one.terms.status, url: one.terms.url }));
    const pack = makePack(await packFacts(store, period, terms), new Date());
    const files = [join(out, `evidence-${period}.md`), join(out, `evidence-${period}.json`)] as const;
    await mkdir(out, { recursive: true }).catch((error: Error) => {
      throw new CannotRun(`${out} could not be written: ${error.message}`);
    });
    await writeOutput(files[0], packDocument(pack));
    await writeOutput(files[1], `${JSON.stringify(pack, null, 2)}\n`);
    const { fixes, broken } = pack.facts;
    return {
      text: `${files.join(' and ')}: ${fixes} fixes of ${period}, ${pack.principles.length} principles answered`,
      json: { files, fixes, principles: pack.principles.map(({ principle }) => principle), broken: broken.length },
      code: fixes > 0 && broken.length === 0 ? 0 : 1,
    };
  });
}
