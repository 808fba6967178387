import { canonicalJson, fromBase64Url, rawPublicKey, type Subtle, type Verdict, worst } from './verify';

/** One thing that was checked of a file: it held, it did not, or it is no browser's to check. */
export interface BundleCheck {
  name: string;
  verdict: Verdict;
  detail: string;
}

export interface BundleVerification {
  verdict: Verdict;
  /** What the file is about, in words; null where it is nothing known. */
  about: string | null;
  simulated: boolean;
  keyId: string | null;
  checks: BundleCheck[];
}

type Bytes = Uint8Array<ArrayBuffer>;
interface Proof {
  algorithm: string;
  hash: string;
  key_id: string;
  public_key: string;
  signature: string;
}
interface Log {
  inclusion: { leaf_index: number; tree_size: number; path: string[] };
  head: { canonical: string; key_id: string; signature: string };
}
interface Fix {
  series: string;
  date: string;
  strike: string;
  value: string | null;
  level: number | null;
  simulated: boolean;
  sentence: string;
  previous_hash: string | null;
  computed_against?: string | null;
  methodology: { version: string; sha256: string };
  inputs: { count: number; merkle_root: string };
}
const LISTS = ['observations', 'sweeps', 'rates', 'withdrawals', 'cancellations'] as const;
interface Evidence {
  format: 'csi-evidence/2';
  fix: Fix;
  proof: Proof;
  rulebook: { version: string; series: { families: Record<string, unknown>[] } };
  series: {
    id: string;
    hardwareClass: string;
    name: string;
    minimumProviders: unknown;
    beginsWithEverySegment: unknown;
  } & Record<string, unknown>;
  previous: Fix | null;
  inputs: Record<(typeof LISTS)[number], unknown[]> & { leaves: string[] };
  log: Log;
}
interface Certificate {
  format: 'csi-certificate-bundle/1';
  certificate: {
    contract: { id: string };
    contract_sha256: string;
    month: string;
    simulated: boolean;
    settlement_price: string | null;
    outcome: string;
    stamps: { fix: { hash: string; id: string } | null; fill: { from: { hash: string; id: string }[] } | null }[];
  };
  proof: Proof;
  fixes: { fix: Fix; key_id: string; signature: string }[];
  keys: { key_id: string; public_key: string }[];
  log: Log;
}

/** A file of the size of a bundle: more would only stop the page. */
export const BUNDLE_BYTES_MAX = 64 * 2 ** 20;

const utf8 = (text: string) => new TextEncoder().encode(text) as Bytes;
const hex = (bytes: Bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
/** Of a hash as we write it, in small letters: another spelling of the same bytes has none. */
const fromHash = (text: string) =>
  Uint8Array.from(/^[0-9a-f]{64}$/.test(text) ? (text.match(/../g) ?? []) : [], (pair) =>
    Number.parseInt(pair, 16),
  ) as Bytes;

/** The hashes and signatures of a bundle, by WebCrypto. */
function tools(subtle: Subtle) {
  const digest = async (...parts: Bytes[]) => {
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return new Uint8Array(await subtle.digest('SHA-256', all));
  };
  const node = (left: Bytes, right: Bytes) => digest(Uint8Array.of(1), left, right);
  const hashOf = async (value: unknown) => hex(await digest(utf8(canonicalJson(value))));
  const leafOf = (text: string) => digest(Uint8Array.of(0), utf8(text));
  const half = (count: number) => 2 ** (Math.ceil(Math.log2(count)) - 1);
  /** The root over leaves (RFC 6962, section 2.1). */
  const rootOf = async (leaves: Bytes[]): Promise<Bytes> => {
    if (leaves.length < 2) return leaves[0] ?? digest();
    const at = half(leaves.length);
    return node(await rootOf(leaves.slice(0, at)), await rootOf(leaves.slice(at)));
  };
  /** The root that an audit path leads to (RFC 9162, section 2.1.3.2); nothing where the path or the place does not fit. */
  const rootBy = async (leaf: Bytes, index: number, size: number, path: string[]): Promise<Bytes> => {
    const last = path.at(-1);
    if (size === 1 || last === undefined) {
      return size === 1 && last === undefined && index === 0 ? leaf : (new Uint8Array() as Bytes);
    }
    const [at, rest, sibling] = [half(size), path.slice(0, -1), fromHash(last)];
    return index < at
      ? node(await rootBy(leaf, index, at, rest), sibling)
      : node(sibling, await rootBy(leaf, index - at, size - at, rest));
  };
  const keyId = async (publicKey: string) => hex(await digest(fromBase64Url(publicKey))).slice(0, 16);
  const isSigned = async (text: string, signature: string, publicKey: string) => {
    const key = await subtle.importKey('raw', rawPublicKey(publicKey), 'Ed25519', false, ['verify']);
    // The same bytes have one base64url text: its last letter has bits to spare.
    const exact = [signature, publicKey].every((one) => base64Url(fromBase64Url(one)) === one);
    return exact && subtle.verify('Ed25519', key, fromBase64Url(signature), utf8(text));
  };
  return { hashOf, leafOf, rootOf, rootBy, keyId, isSigned };
}

function base64Url(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Where two texts first differ, in words. */
function firstDifference(stated: string, right: string): string {
  let at = 0;
  while (at < stated.length && stated[at] === right[at]) at += 1;
  const near = (text: string) => JSON.stringify(text.slice(at, at + 20));
  return `byte ${utf8(stated.slice(0, at)).length}: ${near(stated)} where ${near(right)} is right`;
}

/** A check that is made: null where it held, else what does not. */
type Making = [name: string, held: string, problem: () => Promise<string | null>];

const differs = (what: string, stated: unknown, right: unknown) =>
  stated === right ? null : `${what} says ${stated}, ${right} is right`;

function sealedChecks(
  record: unknown,
  proof: Proof,
  { inclusion, head }: Log,
  headKey: string,
  subtle: Subtle,
): Making[] {
  const { hashOf, leafOf, rootBy, keyId, isSigned } = tools(subtle);
  const text = canonicalJson(record);
  const tree = () =>
    JSON.parse(head.canonical) as { size: number; root: string; at: string; key_id: string; format: string };
  return [
    [
      'Hash',
      proof.hash,
      async () =>
        differs('proof.algorithm', proof.algorithm, 'Ed25519') ??
        differs('proof.hash', proof.hash, await hashOf(record)),
    ],
    ['Key', proof.key_id, async () => differs('proof.key_id', proof.key_id, await keyId(proof.public_key))],
    [
      'Signature',
      `Ed25519, by key ${proof.key_id}`,
      async () =>
        (await isSigned(text, proof.signature, proof.public_key))
          ? null
          : `proof.signature does not hold for the record under key ${proof.key_id}`,
    ],
    [
      'Log head',
      'signed by the operator',
      async () => {
        const one = tree();
        const canonical = canonicalJson(one);
        if (canonical !== head.canonical)
          return `log.head.canonical differs at ${firstDifference(head.canonical, canonical)}`;
        if (!(await isSigned(head.canonical, head.signature, headKey))) {
          return `log.head.signature does not hold under key ${head.key_id}`;
        }
        return (
          differs('log.head.key_id', head.key_id, one.key_id) ?? differs('the format', one.format, 'csi-tree-head/1')
        );
      },
    ],
    [
      'Log inclusion',
      `leaf ${inclusion.leaf_index} of ${inclusion.tree_size}`,
      async () => {
        const { size, root } = tree();
        const { leaf_index, tree_size, path } = inclusion;
        const led = hex(await rootBy(await leafOf(text), leaf_index, tree_size, path));
        return (
          differs('log.inclusion.tree_size', tree_size, size) ??
          (led === root ? null : `log.inclusion leads from the record to ${led || 'no root'}, the head says ${root}`)
        );
      },
    ],
  ];
}

function evidenceChecks({ fix, proof, rulebook, series, previous, inputs, log }: Evidence, subtle: Subtle): Making[] {
  const { hashOf, leafOf, rootOf } = tools(subtle);
  const against = fix.computed_against === undefined ? fix.previous_hash : fix.computed_against;
  return [
    ...sealedChecks(fix, proof, log, proof.public_key, subtle),
    [
      'Rulebook',
      `version ${rulebook.version}`,
      async () => differs('fix.methodology.sha256', fix.methodology.sha256, await hashOf(rulebook)),
    ],
    [
      'Series',
      series.name,
      async () => {
        const { id, hardwareClass, name, minimumProviders, beginsWithEverySegment, ...stated } = series;
        const family = rulebook.series.families.find((one) => `CSI-${hardwareClass}${one.suffix}` === fix.series);
        if (!family) return `${fix.series} is no series of ${hardwareClass} in the rulebook`;
        const right = { cadence: 'daily', begins_with_every_segment: false, ...family };
        const named = { minimum_providers: minimumProviders, begins_with_every_segment: beginsWithEverySegment };
        for (const [field, value] of Object.entries({ ...stated, ...named })) {
          const wrong = differs(
            `series.${field}`,
            canonicalJson(value),
            canonicalJson((right as Record<string, unknown>)[field] ?? null),
          );
          if (wrong) return wrong;
        }
        if (!fix.sentence.includes(name)) return `series.name says ${name}, which the sentence of the fix does not`;
        return differs('series.id', id, fix.series);
      },
    ],
    [
      'Chain',
      against === null ? 'the first fix of its series' : `follows ${against}`,
      async () => differs('the hash of the fix before', against, previous && (await hashOf(previous))),
    ],
    [
      'Inputs',
      `${fix.inputs.count} rows, Merkle root ${fix.inputs.merkle_root}`,
      async () => {
        const rows = LISTS.flatMap((list) =>
          inputs[list].map((row, index) => ({ row, name: `inputs.${list}[${index}]` })),
        );
        const leaves = await Promise.all(rows.map(({ row }) => leafOf(canonicalJson(row))));
        const altered = rows.find((_, index) => hex(leaves[index] as Bytes) !== inputs.leaves[index]);
        if (altered) return `${altered.name} does not hash to its leaf`;
        return (
          differs('inputs.leaves', inputs.leaves.length, rows.length) ??
          differs('fix.inputs.merkle_root', fix.inputs.merkle_root, hex(await rootOf(leaves)))
        );
      },
    ],
  ];
}

function certificateChecks({ certificate, proof, fixes, keys, log }: Certificate, subtle: Subtle): Making[] {
  const { hashOf, keyId, isSigned } = tools(subtle);
  const publicKeys = new Map(keys.map((one) => [one.key_id, one.public_key]));
  const keyOf = (id: string) => publicKeys.get(id) ?? '';
  return [
    ...sealedChecks(certificate, proof, log, keyOf(log.head.key_id), subtle),
    [
      'Terms',
      certificate.contract.id,
      async () => differs('contract_sha256', certificate.contract_sha256, await hashOf(certificate.contract)),
    ],
    [
      'Fixes',
      `${fixes.length}, each signed and named by the certificate`,
      async () => {
        for (const one of keys) {
          const wrong = differs('a key_id in keys', one.key_id, await keyId(one.public_key));
          if (wrong) return wrong;
        }
        const named = new Map(
          certificate.stamps.flatMap(({ fix, fill }) =>
            [...(fix ? [fix] : []), ...(fill?.from ?? [])].map((one) => [one.hash, one.id]),
          ),
        );
        for (const { fix, key_id, signature } of fixes) {
          const id = `${fix.series} of ${fix.strike}`;
          if (!named.delete(await hashOf(fix))) return `the certificate does not name the record of ${id}`;
          if (!(await isSigned(canonicalJson(fix), signature, keyOf(key_id))))
            return `the signature of ${id} does not hold`;
        }
        const [missing] = named.values();
        return missing === undefined ? null : `the record of ${missing} is not in the file`;
      },
    ],
  ];
}

const NOT_HERE: Record<string, string> = {
  'csi-evidence/2': 'that the fix follows from its inputs: csi verify computes it again',
  'csi-certificate-bundle/1': 'that the price follows from the fixes: csi settle verify computes it again',
};

async function make([name, held, problem]: Making): Promise<BundleCheck> {
  try {
    const found = await problem();
    return found === null ? { name, verdict: 'passed', detail: held } : { name, verdict: 'failed', detail: found };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'NotSupportedError') {
      return { name, verdict: 'unchecked', detail: 'this browser has no Ed25519' };
    }
    return { name, verdict: 'failed', detail: `cannot be read: ${cause instanceof Error ? cause.message : cause}` };
  }
}

const failed = (detail: string): BundleVerification => ({
  verdict: 'failed',
  about: null,
  simulated: false,
  keyId: null,
  checks: [{ name: 'File', verdict: 'failed', detail }],
});

function aboutOf(bundle: Evidence | Certificate): { about: string; simulated: boolean } {
  if (bundle.format === 'csi-evidence/2') {
    const { series, strike, value, level, simulated } = bundle.fix;
    return {
      about: `${series} of ${strike}: ${value === null ? 'suspended' : `${value} at level ${level}`}`,
      simulated,
    };
  }
  const { contract, month, settlement_price, outcome, simulated } = bundle.certificate;
  return { about: `${contract.id} of ${month}: ${settlement_price ?? `no settlement price, ${outcome}`}`, simulated };
}

/** Checks a bundle in this browser: nothing is asked of any server. Of what does not hold it says where. */
export async function verifyBundle(text: string, subtle: Subtle | undefined): Promise<BundleVerification> {
  let bundle: Evidence | Certificate;
  try {
    bundle = JSON.parse(text);
  } catch (cause) {
    return failed(`not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (bundle?.format !== 'csi-evidence/2' && bundle?.format !== 'csi-certificate-bundle/1') {
    return failed('neither an evidence bundle (csi-evidence/2) nor a certificate bundle (csi-certificate-bundle/1)');
  }
  if (!subtle) {
    return failed('this page is not on a secure origin (https or localhost), so the browser offers no WebCrypto');
  }
  try {
    const right = `${canonicalJson(bundle)}\n`;
    const makings: Making[] = [
      [
        'File',
        'canonical JSON (RFC 8785)',
        async () => (text === right ? null : `not canonical at ${firstDifference(text, right)}`),
      ],
      ...(bundle.format === 'csi-evidence/2' ? evidenceChecks(bundle, subtle) : certificateChecks(bundle, subtle)),
    ];
    const checks: BundleCheck[] = [];
    for (const making of makings) checks.push(await make(making));
    const verdict = worst(checks);
    checks.push({ name: 'Computed', verdict: 'unchecked', detail: NOT_HERE[bundle.format] ?? '' });
    return { verdict, ...aboutOf(bundle), keyId: bundle.proof.key_id, checks };
  } catch (cause) {
    return failed(`it lacks what a ${bundle.format} has: ${cause instanceof Error ? cause.message : cause}`);
  }
}
