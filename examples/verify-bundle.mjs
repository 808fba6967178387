#!/usr/bin/env node
// node verify-bundle.mjs FILE: checks an evidence bundle (csi-evidence/2) or a certificate bundle (csi-certificate-bundle/1), offline.
// A second verifier, written from the methodology and RFCs 8785, 8032, 6962 and 9162: it shares no code with the product and needs nothing
// but Node. It ends with 0 where everything held, 1 where something did not, 2 where it could not run; and says what it did not compute.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

let failed = false;
const check = (name, problem, held) => {
  failed ||= Boolean(problem);
  console.log(`${problem ? '✗' : '✓'} ${name.padEnd(12)} ${problem || held}`);
};
const differs = (what, stated, right) => (stated === right ? '' : `${what} says ${stated}, ${right} is right`);
const first = (problems) => problems.find(Boolean) ?? '';

// Text, hashes and signatures.
const order = (a, b) => (a < b ? -1 : 1);
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort(order);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
};
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hashOf = (value) => sha256(canonical(value)).toString('hex');
const leafHash = (text) => sha256(Buffer.of(0), text);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const keyId = (publicKey) => sha256(Buffer.from(publicKey, 'base64url')).toString('hex').slice(0, 16);
const isSigned = (text, signature, publicKey) => {
  const exact = [signature, publicKey].every((one) => Buffer.from(one, 'base64url').toString('base64url') === one);
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
  return exact && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
};

// Merkle trees: the root over leaves (RFC 6962, 2.1), and the root that an audit path leads to (RFC 9162, 2.1.3.2).
const rootOf = (leaves) => {
  if (leaves.length < 2) return leaves[0] ?? sha256('');
  const half = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return nodeHash(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
};
const rootByPath = (leaf, { leaf_index, tree_size, path }) => {
  let [place, last, node] = [leaf_index, tree_size - 1, leaf];
  for (const sibling of path.map((one) => Buffer.from(one, 'hex'))) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(sibling, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else node = nodeHash(node, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && leaf_index >= 0 && leaf_index < tree_size ? node.toString('hex') : null;
};

// Exact arithmetic: a ratio is [numerator, denominator].
const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b));
const ratio = (text) => {
  const [whole, part = ''] = text.split('/');
  if (part !== '') return [BigInt(whole), BigInt(part)];
  const [integer, decimals = ''] = text.split('.');
  return [BigInt(integer + decimals), 10n ** BigInt(decimals.length)];
};
const lowest = ([n, d]) => [n / gcd(n, d), d / gcd(n, d)];
const add = ([a, b], [c, d]) => lowest([a * d + c * b, b * d]);
const times = ([a, b], [c, d]) => [a * c, b * d];
const over = (a, [c, d]) => times(a, [d, c]);
const less = ([a, b], [c, d]) => a * d < c * b;
const sum = (values) => values.reduce(add, [0n, 1n]);
const mean = (values) => lowest(over(sum(values), [BigInt(values.length), 1n]));
const decimals = (text) => (text.split('.')[1] ?? '').length;
const rounded = ([n, d], places, mode = 'half_even') => {
  const [value, sign] = [(n < 0n ? -n : n) * 10n ** BigInt(places), n < 0n ? '-' : ''];
  const [floor, twice] = [value / d, (value % d) * 2n];
  const up = twice > d || (twice === d && (mode === 'half_up' || floor % 2n === 1n));
  const digits = String(floor + (up ? 1n : 0n)).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return /[1-9]/.test(text) ? sign + text : text;
};

/** The operator's signature over a record, and the record's place in the log. */
function sealed(record, { hash, key_id, public_key, signature }, { inclusion, head }, headKey) {
  const text = canonical(record);
  check('hash', differs('proof.hash', hash, hashOf(record)), hash);
  check('key', differs('proof.key_id', key_id, keyId(public_key)), `Ed25519 ${key_id}`);
  check('signature', isSigned(text, signature, public_key) ? '' : 'proof.signature does not hold', `holds for ${key_id}`);
  const tree = JSON.parse(head.canonical);
  const problems = [
    canonical(tree) === head.canonical ? '' : 'log.head.canonical is not canonical JSON',
    differs('log.head format', tree.format, 'csi-tree-head/1'),
    differs('log.head.key_id', head.key_id, tree.key_id),
    isSigned(head.canonical, head.signature, headKey) ? '' : 'log.head.signature does not hold',
    differs('log.inclusion.tree_size', inclusion.tree_size, tree.size),
    differs('log.inclusion leads to another root: the head', tree.root, rootByPath(leafHash(text), inclusion)),
  ];
  check('log', first(problems), `leaf ${inclusion.leaf_index} of ${tree.size}, head signed on ${tree.at}`);
}

/** What prices alone did between two fixes: the estimator over the providers present at both, each at the mean of its weights. */
function matchedReturn(fix, before, { estimator }) {
  const then = new Map(before.providers.map((one) => [one.provider, one]));
  const matched = fix.providers
    .filter(({ provider, share }) => then.has(provider) && !(ratio(share)[0] + ratio(then.get(provider).share)[0] === 0n))
    .map(({ provider, share, price }) => {
      const old = then.get(provider);
      return { now: ratio(price), then: ratio(old.price), weight: add(ratio(share), ratio(old.share)) };
    });
  if (matched.length === 0) return null;
  const total = sum(matched.map(({ weight }) => weight));
  const [low, high] = [estimator.low, estimator.high].map((edge) => times(ratio(edge), total));
  const centre = (which) => {
    let [from, middle] = [[0n, 1n], [0n, 1n]];
    for (const one of matched.toSorted((a, b) => (less(a[which], b[which]) ? -1 : 1))) {
      const to = add(from, one.weight);
      const [start, end] = [less(from, low) ? low : from, less(to, high) ? to : high];
      if (less(start, end)) middle = add(middle, times(one[which], add(end, times([-1n, 1n], start))));
      from = to;
    }
    return middle;
  };
  return { providers: matched.length, moved: over(centre('now'), centre('then')) };
}

function verifyFix({ fix, proof, rulebook, previous, inputs, log }) {
  sealed(fix, proof, log, proof.public_key);
  check('rulebook', differs('fix.methodology.sha256', fix.methodology.sha256, hashOf(rulebook)), rulebook.version);
  const against = fix.computed_against === undefined ? fix.previous_hash : fix.computed_against;
  check('chain', differs('the fix before', against, previous && hashOf(previous)), `follows ${against}`);
  const rows = ['observations', 'sweeps', 'rates', 'withdrawals', 'cancellations'].flatMap((list) =>
    inputs[list].map((row, index) => ({ name: `inputs.${list}[${index}]`, hash: leafHash(canonical(row)) })),
  );
  const altered = rows.find(({ hash }, index) => hash.toString('hex') !== inputs.leaves[index]);
  const root = rootOf(rows.map(({ hash }) => hash)).toString('hex');
  const inputProblems = [
    altered && `${altered.name} does not hash to its leaf`,
    differs('inputs.leaves', inputs.leaves.length, rows.length),
    differs('fix.inputs.merkle_root', fix.inputs.merkle_root, root),
  ];
  check('inputs', first(inputProblems), `${rows.length} rows, Merkle root ${root}`);
  const { value_decimals: places, scu_decimals } = rulebook.rounding;
  const { value, scu, anchor, change, counts, level } = fix;
  const problems = [differs('fix.counts.observations', counts.observations, counts.included + counts.excluded)];
  if (scu) for (const { rating, value: per } of [scu.training, scu.inference, scu.combined])
    problems.push(differs('a value per SCU', per, rounded(over(ratio(value), ratio(rating)), scu_decimals)));
  let how = 'not computed again: the screens and the estimate of the day from its observations (`csi verify` does)';
  const since = previous?.value && value ? matchedReturn(fix, previous, rulebook) : null;
  if (change) {
    const total = rounded(add(over(ratio(value), ratio(previous.value)), [-1n, 1n]), 6);
    const price = since && rounded(add(since.moved, [-1n, 1n]), 6);
    problems.push(differs('fix.change.total', change.total, total), differs('fix.change.price', change.price, price));
  }
  const moved = since && rounded(times(ratio(previous.value), since.moved), places);
  if (anchor) problems.push(differs('fix.anchor.moved', anchor.moved, moved));
  if (level === 5 || anchor?.held === 'moved') {
    problems.push(differs('fix.value', value, moved));
    how = `${value}: the fix before, ${previous.value}, moved by ${since.providers} matched providers. What held it to the day's estimate was ${how}`;
  } else if (anchor) {
    const edge = add([1n, 1n], times([anchor.held === 'upper' ? 1n : -1n, 1n], ratio(anchor.band)));
    const off = add(ratio(value), times([-1n, 1n], times(ratio(anchor.estimate), edge)));
    const last = [1n, 10n ** BigInt(places)];
    if (!less(off, last) || !less(times([-1n, 1n], off), last)) problems.push('fix.value is not at the edge of the band');
  } else if (level === 6) {
    problems.push(differs('fix.value', value, previous.value));
    how = `${value}, carried forward from the fix before`;
  }
  check('arithmetic', first(problems), how);
  return `${fix.series} of ${fix.strike}: ${value ?? 'suspended'}${fix.simulated ? ' (SIMULATED)' : ''}`;
}

function verifyCertificate({ certificate, proof, fixes, keys, log }) {
  const publicKeys = new Map(keys.map((one) => [one.key_id, one.public_key]));
  for (const [id, key] of publicKeys) if (keyId(key) !== id) check('keys', differs('keys', id, keyId(key)));
  sealed(certificate, proof, log, publicKeys.get(log.head.key_id) ?? proof.public_key);
  const { contract: terms, stamps, coverage } = certificate;
  check('terms', differs('contract_sha256', certificate.contract_sha256, hashOf(terms)), terms.id);
  const byHash = new Map(fixes.map((one) => [hashOf(one.fix), one.fix]));
  const idOf = ({ series, strike, revision }) => `${series}@${strike}#${revision}`;
  const named = stamps.flatMap(({ fix, fill }) => [...(fix ? [fix] : []), ...(fill?.from ?? [])]);
  const used = new Set(named.map(({ hash }) => hash));
  const signed = (one) => publicKeys.has(one.key_id) && isSigned(canonical(one.fix), one.signature, publicKeys.get(one.key_id));
  const fixProblems = [
    ...fixes.map((one) => (signed(one) ? '' : `the signature of ${idOf(one.fix)} does not hold`)),
    ...fixes.map(({ fix }) => (used.has(hashOf(fix)) ? differs(`${idOf(fix)}: series`, fix.series, terms.series) : `${idOf(fix)} is not named by the certificate`)),
    ...named.map(({ id, hash, value, level }) => {
      const fix = byHash.get(hash);
      if (!fix) return `the fix ${id} with the hash ${hash} is not in the bundle`;
      return first([differs('id', id, idOf(fix)), differs(`${id}: value`, value, fix.value), level === undefined ? '' : differs(`${id}: level`, level, fix.level)]);
    }),
    differs('fixes in the bundle', fixes.length, used.size),
  ];
  check('fixes', first(fixProblems), `${fixes.length}, each signed and as the certificate lists it`);
  const problems = [];
  const values = [];
  let [gap, longest, observed] = [0, 0, 0];
  for (const [index, { strike, state, fix, fill }] of stamps.entries()) {
    if (index > 0 && !(stamps[index - 1].strike < strike)) problems.push(`${strike} stands out of order`);
    const counts = state === 'locked';
    gap = counts ? 0 : gap + 1;
    longest = Math.max(longest, gap);
    if (counts) {
      observed += 1;
      values.push(ratio(fix.value));
      if (fix.level > terms.highest_accepted_level) problems.push(`${fix.id} is of level ${fix.level}, which is not accepted`);
      if (byHash.get(fix.hash)?.strike !== strike) problems.push(`${fix.id} is no fix of ${strike}`);
      continue;
    }
    if (fix?.value && fix.level <= terms.highest_accepted_level) problems.push(`${fix.id} counts, and is told as ${state}`);
    if (!fill) continue;
    let [from, to] = [index, index + 1];
    while (from > 0 && stamps[from - 1].state !== 'locked') from -= 1;
    while (to < stamps.length && stamps[to].state !== 'locked') to += 1;
    const own = stamps.slice(0, from).filter((one) => one.state === 'locked').map((one) => one.fix.hash);
    const size = Math.min(to - from, terms.missing.lookback_fixes);
    const hashes = fill.from.map(({ hash }) => hash);
    if (hashes.length > size || String(hashes.slice(-own.slice(-size).length || size)) !== String(own.length ? own.slice(-size) : hashes)) problems.push(`the fill of ${strike} is not from the fixes before it`);
    if (own.length === 0 && !fill.from.every((one) => one.strike < stamps[0].strike)) problems.push(`the fill of ${strike} is from later fixes`);
    problems.push(differs(`the fill of ${strike}`, fill.value, mean(fill.from.map(({ value }) => ratio(value))).join('/')));
    values.push(ratio(fill.value));
  }
  const share = [BigInt(observed), BigInt(stamps.length)];
  const inBand = ({ minimum_coverage, longest_gap }) =>
    !less(share, ratio(minimum_coverage)) &&
    (longest_gap === null || (longest_gap.fixes === undefined ? !less(ratio(longest_gap.share), [BigInt(longest), share[1]]) : longest <= longest_gap.fixes));
  const band = terms.bands.find(inBand)?.band ?? 'determination';
  const average = observed === 0 ? null : mean(values);
  const places = decimals(terms.tick);
  const ticks = average && rounded(over(average, ratio(terms.tick)), 0, terms.rounding);
  const price = average && rounded(times([BigInt(ticks), 1n], ratio(terms.tick)), places);
  const settles = band === 'settles' ? price : null;
  const lot = (of) => (certificate.gpu_hours === null || of === null ? null : rounded(times(ratio(of), [BigInt(certificate.gpu_hours), 1n]), places));
  problems.push(
    differs('coverage.scheduled', coverage.scheduled, stamps.length),
    differs('coverage.observed', coverage.observed, observed),
    differs('coverage.share', coverage.share, rounded(share, 6)),
    differs('coverage.longest_gap', coverage.longest_gap, longest),
    differs('band', certificate.band, band),
    differs('mean', certificate.mean, average && average.join('/')),
    differs('calculated_price', certificate.calculated_price, price),
    differs('settlement_price', certificate.settlement_price, settles),
    differs('tick_value', certificate.tick_value, lot(terms.tick)),
    differs('contract_value', certificate.contract_value, lot(settles)),
  );
  check('arithmetic', first(problems), `mean ${certificate.mean} = ${price} at the tick of ${terms.tick}; not computed again: which days the schedule has, the hours of the month, each fix`);
  return `${terms.id} of ${certificate.month}: ${settles ?? `no settlement price, ${band}`}${certificate.simulated ? ' (SIMULATED)' : ''}`;
}

try {
  const text = readFileSync(process.argv[2] ?? '', 'utf8');
  const bundle = JSON.parse(text);
  const verifiers = { 'csi-evidence/2': verifyFix, 'csi-certificate-bundle/1': verifyCertificate };
  if (!(bundle.format in verifiers)) throw new Error(`${JSON.stringify(bundle.format)} is no bundle known here`);
  check('file', text === `${canonical(bundle)}\n` ? '' : 'not canonical JSON (RFC 8785)', bundle.format);
  const what = verifiers[bundle.format](bundle);
  const key = bundle.proof.key_id;
  console.log(failed ? 'NOT VERIFIED' : `verified: ${what}. Compare key ${key} with the one that the operator publishes.`);
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  console.error(`verify-bundle: ${error.message}`);
  process.exitCode = 2;
}
