import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { z } from 'zod';
import { againstOf, statedContext } from '#index-engine/chain';
import type { EvidenceBundle } from '#index-engine/evidence';
import { computeFix } from '#index-engine/fix';
import { leafHash } from '#index-engine/leaf-hash';
import { checkLogProof, logProofSchema } from '#index-engine/log/verify-proof';
import type { FixRecord } from '#index-engine/record';
import { canonicalHash, canonicalJson, sha256 } from '#methodology/canonical';
import { EVIDENCE } from '#methodology/evidence';
import { merkleRoot } from '#methodology/merkle';
import { rulebookSchema } from '#methodology/rulebook';
import { observationId } from '#store/observation';

/** One thing that was checked, whether it held, and what was found. */
export interface Check {
  name: string;
  passed: boolean;
  detail: string;
}

/** What verifying a bundle came to. */
export interface Verification {
  passed: boolean;
  series: string | null;
  date: string | null;
  value: string | null;
  level: number | null;
  status: string | null;
  /** Some of its evidence is made up. */
  simulated: boolean;
  keyId: string | null;
  checks: Check[];
}

const text = z.string();
const instant = z.iso.datetime();
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const observationSchema = z.strictObject({
  observation_id: text,
  source: text,
  native_id: text,
  sweep_id: text,
  event_at: instant,
  observed_at: instant,
  provider: text,
  venue: text,
  venue_type: z.enum(['marketplace', 'neocloud', 'hyperscaler', 'broker', 'exchange', 'depin']),
  evidence: z.enum(EVIDENCE),
  aggregator: z.boolean(),
  label: text,
  memory_gb: z.number().nullable(),
  hardware_class: text.nullable(),
  gpus: z.int().positive().nullable(),
  available_gpus: z.int().nonnegative().nullable(),
  tenor: text.nullable(),
  country: text.nullable(),
  region: text.nullable(),
  price: z.string().regex(/^\d+(\.\d+)?$/),
  currency: text,
  price_basis: z.string().regex(/^(gpu|lot)_(second|hour|day|month)$/),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  trade: z
    .strictObject({ id: text, gpu_hours: text.nullable(), buyer: text.nullable(), seller: text.nullable() })
    .nullable(),
  capture_id: text,
  capture_sha256: hex64,
});
const bundleSchema = z.strictObject({
  format: z.literal('csi-evidence/2'),
  fix: z.looseObject({
    format: z.literal('csi-fix/1'),
    date: z.iso.date(),
    strike: instant,
    strike_local: text,
    time_zone: text,
  }),
  proof: z.strictObject({
    algorithm: z.literal('Ed25519'),
    hash: hex64,
    key_id: text,
    public_key: base64url,
    signature: base64url,
  }),
  rulebook: rulebookSchema,
  series: z.strictObject({
    id: text,
    hardwareClass: text,
    name: text,
    segment: z.array(text),
    prints: z.array(text),
    tenor: text,
    region: z.enum(['GLOBAL', 'EU', 'US', 'APAC']),
    cadence: z.enum(['daily', 'hourly']),
    evidence: z.array(text).nullable(),
    minimumProviders: z.int().positive().nullable(),
    beginsWithEverySegment: z.boolean(),
  }),
  previous: z.looseObject({ format: z.literal('csi-fix/1') }).nullable(),
  inputs: z.strictObject({
    observations: z.array(observationSchema),
    sweeps: z.array(
      z.strictObject({
        source: text,
        sweep_id: text,
        observed_at: instant,
        complete: z.boolean(),
        covers: z.array(text),
      }),
    ),
    rates: z.array(
      z.strictObject({
        date: z.iso.date(),
        currency: text,
        usd_per_unit: text,
        source: text,
        observed_at: instant,
        capture_id: text,
      }),
    ),
    withdrawals: z.array(z.strictObject({ source: text, native_id: text, at: instant })),
    cancellations: z.array(
      z.strictObject({
        cancellation_id: text,
        source: text,
        venue: text,
        trade_id: text,
        reason: text,
        event_at: instant,
        observed_at: instant,
        capture_id: text,
        capture_sha256: hex64,
      }),
    ),
    leaves: z.array(hex64),
  }),
  log: logProofSchema,
});

/** Where two texts first differ, in words. */
export function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return `byte ${Buffer.byteLength(a.slice(0, at))}: ${JSON.stringify(a.slice(at, at + 20))} where ${JSON.stringify(b.slice(at, at + 20))} is right`;
}

/** Paths at which two JSON values differ, at most a handful. */
export function differingPaths(stated: unknown, right: unknown, path: string): string[] {
  if (stated !== null && right !== null && typeof stated === 'object' && typeof right === 'object') {
    const keys = new Set([...Object.keys(stated), ...Object.keys(right)]);
    return [...keys]
      .flatMap((key) =>
        differingPaths(
          (stated as Record<string, unknown>)[key],
          (right as Record<string, unknown>)[key],
          `${path}.${key}`,
        ),
      )
      .slice(0, 5);
  }
  return stated === right ? [] : [`${path} says ${JSON.stringify(stated)}, computed ${JSON.stringify(right)}`];
}

/** Whether the holder of a public key signed this text. Key and signature are base64url. */
export function signedBy(
  canonical: string,
  { public_key, signature }: Pick<EvidenceBundle['proof'], 'public_key' | 'signature'>,
): boolean {
  try {
    // Base64url has spare bits at its end: only the one spelling of the bytes is taken.
    if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return false;
    if (Buffer.from(public_key, 'base64url').toString('base64url') !== public_key) return false;
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: public_key } });
    return verifySignature(null, Buffer.from(canonical, 'utf8'), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/**
 * Computes the fix of an evidence bundle again and checks its proof, with no database and no network. Every byte of the file is covered
 * by a check, and a failed check says where.
 */
export function verifyBundle(file: Uint8Array): Verification {
  const checks: Check[] = [];
  const result = (bundle: EvidenceBundle | null): Verification => ({
    passed: checks.every((check) => check.passed),
    series: bundle?.fix.series ?? null,
    date: bundle?.fix.date ?? null,
    value: bundle?.fix.value ?? null,
    level: bundle?.fix.level ?? null,
    status: bundle?.fix.status ?? null,
    simulated: bundle?.fix.simulated ?? false,
    keyId: bundle?.proof.key_id ?? null,
    checks,
  });
  const check = (name: string, passed: boolean, detail: string) => {
    checks.push({ name, passed, detail });
    return passed;
  };

  const content = Buffer.from(file).toString('utf8');
  if (!Buffer.from(content, 'utf8').equals(Buffer.from(file))) {
    check('file', false, 'the file is not UTF-8 text');
    return result(null);
  }
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    check('file', false, `the file is not JSON: ${error instanceof Error ? error.message : error}`);
    return result(null);
  }
  const parsed = bundleSchema.safeParse(data);
  if (!parsed.success) {
    check('file', false, `not an evidence bundle: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    return result(null);
  }
  // The schema keeps the record loose: its own check is that it comes out again byte for byte.
  const bundle = data as EvidenceBundle;
  const right = `${canonicalJson(data)}\n`;
  check(
    'file',
    content === right,
    content === right ? 'canonical JSON (RFC 8785)' : `not canonical at ${firstDifference(content, right)}`,
  );

  const { fix, proof, previous, inputs, rulebook, series } = bundle;
  const canonical = canonicalJson(fix);
  const hash = sha256(canonical);
  check(
    'hash',
    hash === proof.hash,
    hash === proof.hash ? hash : `proof.hash says ${proof.hash}, the record of fix hashes to ${hash}`,
  );
  const keyId = sha256(Buffer.from(proof.public_key, 'base64url')).slice(0, 16);
  check(
    'key',
    keyId === proof.key_id,
    keyId === proof.key_id ? `Ed25519 ${keyId}` : `proof.key_id says ${proof.key_id}, proof.public_key is ${keyId}`,
  );
  const signed = signedBy(canonical, proof);
  check(
    'signature',
    signed,
    signed ? `holds for key ${proof.key_id}` : 'proof.signature does not hold for fix under proof.public_key',
  );
  const rules = canonicalHash(rulebook);
  const rulesHold = rules === fix.methodology?.sha256 && rulebook.version === fix.methodology?.version;
  check(
    'methodology',
    rulesHold,
    rulesHold
      ? `version ${rulebook.version}, SHA-256 ${rules}`
      : `rulebook hashes to ${rules}, fix.methodology says ${fix.methodology?.version} ${fix.methodology?.sha256}`,
  );
  const against = againstOf(fix) ?? null;
  const chained = previous === null ? null : canonicalHash(previous);
  check(
    'chain',
    chained === against,
    chained === against
      ? chained === null
        ? 'the first fix of its series'
        : `follows ${chained}`
      : `previous hashes to ${chained}, the fix says that it was computed against ${against}`,
  );
  check('inputs', ...inputsHold(inputs, fix));
  const logged = checkLogProof(canonical, bundle.log, (id) => (id === proof.key_id ? proof.public_key : undefined));
  check(
    'log',
    logged.problem === null,
    logged.problem ??
      `leaf ${bundle.log.inclusion.leaf_index} of ${logged.head?.size}, under the head signed on ${logged.head?.at}`,
  );
  check('series', ...seriesHolds(series, rulebook));
  check('recomputed', ...recomputes(bundle, rules));
  return result(bundle);
}

function inputsHold(inputs: EvidenceBundle['inputs'], fix: FixRecord): [boolean, string] {
  const problems: string[] = [];
  for (const [index, observation] of inputs.observations.entries()) {
    const { observation_id, ...fact } = observation;
    if (observationId(fact) !== observation_id) {
      problems.push(`inputs.observations[${index}] (${observation_id}): its id does not match its content`);
    }
  }
  const rows = (['observations', 'sweeps', 'rates', 'withdrawals', 'cancellations'] as const).flatMap((list) =>
    inputs[list].map((leaf, index) => ({ leaf, name: `inputs.${list}[${index}]` })),
  );
  const leaves = rows.map(({ leaf }) => leafHash(leaf));
  if (leaves.length !== inputs.leaves.length)
    problems.push(`inputs.leaves holds ${inputs.leaves.length} hashes for ${leaves.length} rows`);
  rows.forEach(({ name }, index) => {
    if (leaves[index]?.toString('hex') !== inputs.leaves[index])
      problems.push(`${name} does not match inputs.leaves[${index}]`);
  });
  const root = merkleRoot(leaves);
  if (root !== fix.inputs?.merkle_root)
    problems.push(`the rows give the Merkle root ${root}, fix.inputs says ${fix.inputs?.merkle_root}`);
  return problems.length === 0
    ? [true, `${leaves.length} rows, Merkle root ${root}`]
    : [false, problems.slice(0, 5).join('; ')];
}

function seriesHolds(series: EvidenceBundle['series'], rulebook: EvidenceBundle['rulebook']): [boolean, string] {
  const { id, hardwareClass, segment, prints, tenor, region, evidence, minimumProviders, beginsWithEverySegment } =
    series;
  const family = rulebook.series.families.find((one) => `CSI-${hardwareClass}${one.suffix}` === id);
  if (!family) return [false, `series.id ${id} is no family of ${hardwareClass} in the rulebook`];
  const stated = canonicalJson([segment, prints, tenor, region, evidence, minimumProviders, beginsWithEverySegment]);
  return stated ===
    canonicalJson([
      family.segment,
      family.prints,
      family.tenor,
      family.region,
      family.evidence,
      family.minimum_providers,
      family.begins_with_every_segment ?? false,
    ])
    ? [true, `${id}: ${segment.join(' and ')}, ${tenor}`]
    : [
        false,
        `series.segment, prints, tenor, region, evidence, minimumProviders or beginsWithEverySegment is not what the rulebook says of ${id}`,
      ];
}

function recomputes({ fix, rulebook, series, previous, inputs }: EvidenceBundle, rules: string): [boolean, string] {
  try {
    const computed = computeFix(
      inputs,
      { rulebook, sha256: rules },
      {
        series,
        strike: { date: fix.date, instant: new Date(fix.strike), local: fix.strike_local, timeZone: fix.time_zone },
        ...statedContext(fix, previous),
      },
    );
    const differences = differingPaths(fix, computed.record, 'fix');
    return differences.length === 0
      ? [
          true,
          fix.value === null
            ? `no value, suspended: ${fix.reason}`
            : `${fix.value} ${fix.unit} at level ${fix.level}, byte for byte`,
        ]
      : [false, differences.join('; ')];
  } catch (error) {
    return [false, `the fix cannot be computed from the inputs: ${error instanceof Error ? error.message : error}`];
  }
}
