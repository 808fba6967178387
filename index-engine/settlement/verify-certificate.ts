import { z } from 'zod';
import { checkLogProof, logProofSchema } from '#index-engine/log/verify-proof';
import type { FixRecord } from '#index-engine/record';
import { certificateOf } from '#index-engine/settlement/certificate';
import type { CertificateBundle } from '#index-engine/settlement/certificate-bundle';
import { finalAt, type SettlementFix } from '#index-engine/settlement/placed';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { fixId, settle } from '#index-engine/settlement/settle';
import { type Check, differingPaths, firstDifference, signedBy } from '#index-engine/verify';
import { canonicalHash, canonicalJson, sha256 } from '#methodology/canonical';
import { contract, contractHash, contractSchema } from '#methodology/contracts';

/** What verifying a certificate came to. */
export interface CertificateVerification {
  passed: boolean;
  certificate: CertificateBundle['certificate'] | null;
  keyId: string | null;
  checks: Check[];
}

const NAMED = 5;
const text = z.string();
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();
const key = z.strictObject({ key_id: text, public_key: text });

/** What the checks below read before they have compared it; everything else is compared whole. */
const bundleSchema = z.strictObject({
  format: z.literal('csi-certificate-bundle/1'),
  certificate: z.looseObject({
    format: z.literal('csi-settlement-certificate/1'),
    contract: contractSchema,
    contract_sha256: hex64,
    month: text,
    final_at: instant,
    previous: hex64.nullable(),
    stamps: z
      .array(
        z.looseObject({
          fix: z.looseObject({ id: text, hash: hex64 }).nullable(),
          fill: z.looseObject({ from: z.array(z.looseObject({ id: text, hash: hex64 })) }).nullable(),
        }),
      )
      .max(10_000),
  }),
  proof: z.strictObject({ algorithm: z.literal('Ed25519'), hash: hex64, ...key.shape, signature: text }),
  fixes: z
    .array(
      z.strictObject({
        fix: z.looseObject({
          format: z.literal('csi-fix/1'),
          series: text,
          strike: instant,
          revision: z.int().nonnegative(),
          value: z
            .string()
            .regex(/^\d{1,12}(\.\d{1,6})?$/)
            .nullable(),
          level: z.int().nullable(),
          reason: text.nullable(),
          simulated: z.boolean(),
          methodology: z.strictObject({ version: text, sha256: hex64 }),
        }),
        key_id: text,
        signature: text,
      }),
    )
    .max(20_000),
  keys: z.array(key).max(1_000),
  log: logProofSchema,
});

type Problems = string[];
const some = (problems: Problems) =>
  problems.slice(0, NAMED).join('; ') + (problems.length > NAMED ? `; and ${problems.length - NAMED} more` : '');

/** Reads a bundle; a string says why it is none. */
function readBundle(file: Uint8Array): { bundle: CertificateBundle; content: string } | string {
  const content = Buffer.from(file).toString('utf8');
  if (!Buffer.from(content, 'utf8').equals(Buffer.from(file))) return 'the file is not UTF-8 text';
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    return `the file is not JSON: ${error instanceof Error ? error.message : error}`;
  }
  const parsed = bundleSchema.safeParse(data);
  if (!parsed.success) return `not a certificate bundle: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`;
  // The schema keeps records loose: they are compared whole below.
  return { bundle: data as CertificateBundle, content };
}

/**
 * Checks a certificate by its bundle: text, hash, signature, terms, schedule, every fix, the arithmetic from the fixes again, and its place
 * in the log. No database and no network; a failed check says what differs.
 */
export function verifyCertificate(file: Uint8Array): CertificateVerification {
  const checks: Check[] = [];
  const read = readBundle(file);
  if (typeof read === 'string') {
    return {
      passed: false,
      certificate: null,
      keyId: null,
      checks: [{ name: 'file', passed: false, detail: read }],
    };
  }
  const { bundle, content } = read;
  const { certificate, proof } = bundle;
  const check = (name: string, problems: Problems, held: string) =>
    checks.push({
      name,
      passed: problems.length === 0,
      detail: problems.length === 0 ? held : some(problems),
    });

  const right = `${canonicalJson(bundle)}\n`;
  check(
    'file',
    content === right ? [] : [`not canonical at ${firstDifference(content, right)}`],
    'canonical JSON (RFC 8785)',
  );
  const canonical = canonicalJson(certificate);
  const hash = sha256(canonical);
  check('hash', hash === proof.hash ? [] : [`proof.hash says ${proof.hash}, the certificate hashes to ${hash}`], hash);
  check('keys', keyProblems(bundle), `Ed25519 ${proof.key_id}`);
  const signed = signedBy(canonical, proof);
  check(
    'signature',
    signed ? [] : ['proof.signature does not hold for the certificate under proof.public_key'],
    `holds for key ${proof.key_id}`,
  );
  const ours = contract(certificate.contract.id);
  const isOurs = ours !== undefined && contractHash(ours) === certificate.contract_sha256;
  const terms = canonicalHash(certificate.contract);
  check(
    'terms',
    terms === certificate.contract_sha256
      ? []
      : [`certificate.contract_sha256 says ${certificate.contract_sha256}, certificate.contract hashes to ${terms}`],
    `${certificate.contract.id}, SHA-256 ${terms}${isOurs ? '' : ': not the terms that this version ships under this id'}`,
  );
  check('fixes', fixProblems(bundle), `${bundle.fixes.length} fixes, each signed and as the certificate lists it`);
  const recomputed = recompute(bundle);
  check('recomputed', recomputed.problems, recomputed.held);
  checks.push(logCheck(bundle, canonical));
  return { passed: checks.every((one) => one.passed), certificate, keyId: proof.key_id, checks };
}

function keyProblems({ proof, keys, fixes, log }: CertificateBundle): Problems {
  const named = new Set([...fixes.map(({ key_id }) => key_id), log.head.key_id]);
  const known = new Map<string, string>();
  const problems: Problems = [];
  [{ name: 'proof', ...proof }, ...keys.map((one, index) => ({ name: `keys[${index}]`, ...one }))].forEach(
    ({ name, key_id, public_key }, index) => {
      const id = sha256(Buffer.from(public_key, 'base64url')).slice(0, 16);
      if (id !== key_id) problems.push(`${name}.key_id says ${key_id}, its public_key is ${id}`);
      if (index === 0) return;
      if (known.has(key_id) || !named.has(key_id))
        problems.push(`${name} signed nothing in the bundle, or stands in it twice`);
      known.set(key_id, public_key);
    },
  );
  for (const id of named) if (!known.has(id)) problems.push(`keys lacks ${id}`);
  return problems;
}

/** Every fix that the certificate names is in the bundle, signed, and nothing else is. */
function fixProblems({ certificate, fixes, keys }: CertificateBundle): Problems {
  const problems: Problems = [];
  const publicKeys = new Map(keys.map(({ key_id, public_key }) => [key_id, public_key]));
  const named = new Map<string, string>();
  for (const { fix, fill } of certificate.stamps)
    for (const one of [...(fix ? [fix] : []), ...(fill?.from ?? [])]) named.set(one.hash, one.id);
  const there = new Set<string>();
  fixes.forEach(({ fix, key_id, signature }, index) => {
    const canonical = canonicalJson(fix);
    const hash = sha256(canonical);
    const id = `fixes[${index}] (${fix.series}@${fix.strike}#${fix.revision})`;
    if (there.has(hash)) problems.push(`${id} stands in the bundle twice`);
    there.add(hash);
    if (!named.has(hash)) problems.push(`${id} hashes to ${hash}, which the certificate does not name`);
    if (!signedBy(canonical, { public_key: publicKeys.get(key_id) ?? '', signature }))
      problems.push(`${id}: its signature does not hold under key ${key_id}`);
  });
  for (const [hash, id] of named)
    if (!there.has(hash)) problems.push(`the record of ${id} (${hash}) is not in the bundle`);
  return problems;
}

function settlementFix(record: FixRecord): SettlementFix {
  const strike = new Date(record.strike);
  const { revision, value, level, reason, simulated, methodology } = record;
  // When it was published is no part of what is signed: `final_at` of the certificate says when all of them were.
  return {
    strike,
    revision,
    value,
    level,
    reason,
    simulated,
    methodology,
    hash: canonicalHash(record),
    publishedAt: strike,
  };
}

/** The certificate again, from its terms and the fixes in the bundle. */
function recompute({ certificate, fixes }: CertificateBundle): { problems: Problems; held: string } {
  const { contract: terms, month, final_at, previous } = certificate;
  try {
    const last = monthSchedule(terms, month).stamps.at(-1)?.strike ?? '';
    const earliest = finalAt(new Date(last), terms);
    if (Date.parse(final_at) < earliest) {
      const problem = `certificate.final_at says ${final_at}, the last fix is final at ${new Date(earliest).toISOString()}`;
      return { problems: [problem], held: '' };
    }
    const foreign = fixes.find(({ fix }) => fix.series !== terms.series);
    if (foreign)
      return {
        problems: [`${fixId(foreign.fix.series, settlementFix(foreign.fix))} is no fix of ${terms.series}`],
        held: '',
      };
    const settlement = settle(
      terms,
      month,
      fixes.map(({ fix }) => settlementFix(fix)),
      new Date(final_at),
      // The fix by which the chain passed the month is not in the bundle: that it did is what the signed `final_at` says.
      new Date(final_at),
    );
    const right = certificateOf(terms, { ...settlement, final_at }, previous);
    const { settlement_price, calculated_price, mean, outcome } = right;
    return {
      problems: differingPaths(certificate, right, 'certificate'),
      held:
        settlement_price === null
          ? `no settlement price (${outcome}): the mean is ${mean ?? 'of nothing'}, ${calculated_price ?? 'no price'}`
          : `mean ${mean}, settlement price ${settlement_price} ${terms.currency}/GPU-h, byte for byte`,
    };
  } catch (error) {
    return { problems: [`it cannot be computed again: ${error instanceof Error ? error.message : error}`], held: '' };
  }
}

function logCheck({ certificate: { final_at }, log, keys }: CertificateBundle, canonical: string): Check {
  const name = 'log';
  const { head, problem } = checkLogProof(canonical, log, (id) => keys.find(({ key_id }) => key_id === id)?.public_key);
  if (problem !== null) return { name, passed: false, detail: problem };
  // Who issues looks at a clock first, and the head over the certificate comes after.
  if (Date.parse(head.at) < Date.parse(final_at)) {
    const detail = `certificate.final_at says ${final_at}, and the head over the certificate was signed on ${head.at}, when its fixes were not final yet`;
    return { name, passed: false, detail };
  }
  const { leaf_index, tree_size } = log.inclusion;
  const detail = `leaf ${leaf_index} of ${tree_size} in log ${head.log.slice(0, 16)}, head of ${head.at} with root ${head.root}`;
  return { name, passed: true, detail };
}
