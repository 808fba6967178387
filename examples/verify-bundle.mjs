// node verify-bundle.mjs FILE: checks an evidence bundle (csi-evidence/2) or a certificate bundle (csi-certificate-bundle/1), offline.
// A second verifier, written from the methodology and RFCs 8785, 6962 and 9162, that shares no code with the product and needs only Node.
// Exit code 0: everything held; 1: something did not; 2: it could not run.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Claims are [what, as stated, as it should be]; the first that is wrong is named. */
function check(name, held, claims) {
  const wrong = claims.find(([, stated, right]) => stated !== right);
  if (wrong) process.exitCode = 1;
  const [mark, told] = wrong ? ['✗', `${wrong[0]} is ${wrong[1]}, right is ${wrong[2]}`] : ['✓', held];
  console.log(`${mark} ${name.padEnd(11)} ${told}`);
}
/** The claim for each member of what is right that the same member is stated. */
const claims = (what, stated, right) => Object.keys(right).map((name) => [`${what}${name}`, stated[name], right[name]]);
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hashOf = (value) => sha256(canonical(value)).toString('hex');
/** Base64url has spare bits at its end, and hexadecimal has capitals: only the one spelling of the bytes is taken. */
const bytesOf = (text, as = 'base64url') => Buffer.from(Buffer.from(text, as).toString(as) === text ? text : '', as);
const keyId = (key) => sha256(bytesOf(key)).toString('hex').slice(0, 16);
function signature(what, text, signed, publicKey) {
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
  return [`${what} holds for ${keyId(publicKey)}`, verify(null, Buffer.from(text), key, bytesOf(signed)), true];
}
// Merkle trees (RFC 6962, section 2.1): the root over leaves, and the root that an audit path leads to.
const leafHash = (text) => sha256(Buffer.of(0), text);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const half = (count) => 2 ** (Math.ceil(Math.log2(count)) - 1);
const rootOf = (leaves, at = half(leaves.length)) =>
  leaves.length < 2 ? (leaves[0] ?? sha256('')) : nodeHash(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)));
function rootByPath(leaf, index, size, path) {
  if (size === 1 || path.length === 0) return size === 1 && path.length === 0 && index === 0 ? leaf : Buffer.alloc(0);
  const [at, rest, sibling] = [half(size), path.slice(0, -1), bytesOf(path.at(-1), 'hex')];
  if (index < at) return nodeHash(rootByPath(leaf, index, at, rest), sibling);
  return nodeHash(sibling, rootByPath(leaf, index - at, size - at, rest));
}
// Exact arithmetic on ratios [numerator, denominator].
const gcd = (a, b) => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
function ratio(text) {
  const [numerator, denominator] = String(text).split('/');
  if (denominator) return [BigInt(numerator), BigInt(denominator)];
  const [whole, decimals = ''] = numerator.split('.');
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)];
}
const times = ([a, b], [c, d]) => [a * c, b * d];
const over = (a, [c, d]) => times(a, [d, c]);
const plus = ([a, b], [c, d]) => [(a * d + c * b) / gcd(a * d + c * b, b * d), (b * d) / gcd(a * d + c * b, b * d)];
const minus = (a, [c, d]) => plus(a, [-c, d]);
const isLess = ([a, b], [c, d]) => a * d < c * b;
const sum = (values) => values.reduce(plus, [0n, 1n]);
function rounded([numerator, denominator], places, mode = 'half_even') {
  const scaled = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(places);
  const [floor, twice] = [scaled / denominator, (scaled % denominator) * 2n];
  const isUp = twice > denominator || (twice === denominator && (mode === 'half_up' || floor % 2n === 1n));
  const digits = String(floor + (isUp ? 1n : 0n)).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return numerator < 0n && /[1-9]/.test(text) ? `-${text}` : text;
}
/** The operator's signature over a record, and the record's place in the signed log. */
function checkSealed(record, proof, { inclusion, head }, headKey, since) {
  const [text, tree, { leaf_index, tree_size, path }] = [canonical(record), JSON.parse(head.canonical), inclusion];
  check('signature', `holds for key ${proof.key_id} and the hash ${proof.hash}`, [
    ...claims('proof.', proof, { algorithm: 'Ed25519', hash: hashOf(record), key_id: keyId(proof.public_key) }),
    signature('proof.signature', text, proof.signature, proof.public_key),
  ]);
  check('log', `leaf ${leaf_index} of ${tree.size}, under the head signed on ${tree.at}`, [
    ...claims('log.head.', head, { canonical: canonical(tree), key_id: tree.key_id }),
    signature('log.head.signature', head.canonical, head.signature, headKey),
    ['log.inclusion.tree_size', tree_size, tree.size],
    [`the head's time at ${since} or later`, tree.at >= since, true],
    ['the root of the head', tree.root, rootByPath(leafHash(text), leaf_index, tree_size, path).toString('hex')],
  ]);
}
/** The estimator: the mean of the prices between two parts of the weight, over [price, weight]. */
function central({ low, high }, points) {
  const [least, most] = [low, high].map((edge) => times(ratio(edge), sum(points.map(([, weight]) => weight))));
  const clamp = (edge) => (isLess(edge, least) ? least : isLess(edge, most) ? edge : most);
  let [from, result] = [ratio(0), ratio(0)];
  for (const [price, weight] of points.sort(([a], [b]) => (isLess(a, b) ? -1 : 1))) {
    const to = plus(from, weight);
    [from, result] = [to, plus(result, times(price, minus(clamp(to), clamp(from))))];
  }
  return over(result, minus(most, least));
}
/** What the providers present at two fixes of one kind did: at the mean of their weights, and by their ratios (level 5). */
function matchedMoves(fix, before, { estimator }) {
  const [isOfTrades, wasOfTrades] = [fix, before].map(({ level }) => level === 1 || level === 2);
  const matched = fix.providers.flatMap(({ provider, price, share }) => {
    const old = isOfTrades === wasOfTrades && before.providers.find((one) => one.provider === provider);
    return old ? [[ratio(price), ratio(old.price), plus(ratio(share), ratio(old.share))]] : [];
  });
  if (matched.length === 0) return [null, null];
  const [now, then] = [0, 1].map((at) => matched.map((one) => [one[at], one[2]]));
  const ratios = matched.map(([price, old]) => [over(price, old), ratio(1)]);
  return [over(central(estimator, now), central(estimator, then)), central(estimator, ratios)];
}
function checkFix({ fix, proof, rulebook, previous, inputs, log }) {
  checkSealed(fix, proof, log, proof.public_key, fix.strike);
  const against = fix.computed_against === undefined ? fix.previous_hash : fix.computed_against;
  check('chain', `follows ${against}, by rulebook ${rulebook.version}`, [
    ['the hash of the fix before', against, previous && hashOf(previous)],
    ['fix.methodology.sha256', fix.methodology.sha256, hashOf(rulebook)],
  ]);
  const rows = ['observations', 'sweeps', 'rates', 'withdrawals', 'cancellations'].flatMap((list) =>
    inputs[list].map((row, index) => [`the leaf of inputs.${list}[${index}]`, leafHash(canonical(row))]),
  );
  check('inputs', `${rows.length} rows, Merkle root ${fix.inputs.merkle_root}`, [
    ...rows.map(([what, hash], index) => [what, inputs.leaves[index], hash.toString('hex')]),
    ['fix.inputs.merkle_root', fix.inputs.merkle_root, rootOf(rows.map(([, hash]) => hash)).toString('hex')],
    ['the number of inputs.leaves', inputs.leaves.length, rows.length],
  ]);
  const { value, anchor, change, level } = fix;
  const [since, byRatios] = previous?.value && value ? matchedMoves(fix, previous, rulebook) : [null, null];
  const after = (by) => by && rounded(times(ratio(previous.value), by), rulebook.rounding.value_decimals);
  const fraction = (by) => by && rounded(minus(by, ratio(1)), 6);
  const isMoved = anchor?.held === 'moved' || level === 5;
  const right = {
    ...(change && { total: fraction(over(ratio(value), ratio(previous.value))), price: fraction(since) }),
    ...(anchor && { moved: after(since) }),
    ...((isMoved || level === 6) && { value: level === 6 ? previous.value : after(level === 5 ? byRatios : since) }),
  };
  const how = isMoved ? `${value}: what the fix before becomes by matched prices` : 'as two records tell';
  check('arithmetic', how, claims('of the fix, ', { ...change, ...anchor, value }, right));
  console.log('– not checked: definition of the series, screens, estimate of the window (`csi verify` does)');
  return `${fix.series} of ${fix.strike} is ${value ?? 'suspended'}`;
}
function checkCertificate({ certificate, proof, fixes, keys, log }) {
  const publicKey = new Map(keys.map((one) => [one.key_id, one.public_key]));
  const { contract: terms, month, final_at, stamps, coverage, gpu_hours: hours } = certificate;
  checkSealed(certificate, proof, log, publicKey.get(log.head.key_id), final_at);
  const clock = new Intl.DateTimeFormat('sv', { timeZone: terms.time_zone, year: 'numeric', month: '2-digit' });
  const final = new Date(Date.parse(stamps.at(-1).strike) + terms.final_after_hours * 3_600_000).toISOString();
  check('terms', `${terms.id}, final at ${final_at}`, [
    ...claims('', certificate, { contract_sha256: hashOf(terms), series: terms.series }),
    ...claims('rounding.', certificate.rounding, { tick: terms.tick, mode: terms.rounding }),
    ['gpu_hours', hours, terms.quantity.rule === 'month_hours' ? hours : (terms.quantity.gpu_hours ?? null)],
    ...stamps.map(({ strike }) => [`the month of ${strike}`, clock.format(Date.parse(strike)), month]),
    [`final_at, ${final_at}, at ${final} or later`, final_at >= final, true],
  ]);
  const idOf = ({ series, strike, revision }) => `${series}@${strike}#${revision}`;
  const facts = new Map(fixes.map(({ fix }) => [hashOf(fix), { ...fix, hash: hashOf(fix), id: idOf(fix) }]));
  const named = stamps.flatMap(({ fix, fill }) => [...(fix ? [fix] : []), ...(fill?.from ?? [])]);
  check('fixes', `${fixes.length}, each signed and as the certificate lists it`, [
    ...keys.map((one) => ['a key_id in keys', one.key_id, keyId(one.public_key)]),
    ...fixes.map((one) => signature(one.fix.strike, canonical(one.fix), one.signature, publicKey.get(one.key_id))),
    ...named.flatMap((one) => claims(`the fix ${one.id} in the bundle: `, facts.get(one.hash) ?? {}, one)),
    ['the number of fixes', fixes.length, new Set(named.map(({ hash }) => hash)).size],
    ['simulated', certificate.simulated, fixes.some(({ fix }) => fix.simulated)],
  ]);
  const mean = (values) => plus(over(sum(values.map(ratio)), ratio(values.length)), ratio(0));
  const isAccepted = (fix) => fix !== null && fix.value !== null && fix.level <= terms.highest_accepted_level;
  const states = stamps.map(({ fix }) => (isAccepted(fix) ? 'locked' : 'missed'));
  const gaps = Array.from(states.join('').split('locked'), (gap) => gap.length / 'missed'.length);
  const [scheduled, observed, longest_gap] = [stamps.length, gaps.length - 1, Math.max(...gaps)];
  const [covered, gone] = [observed, longest_gap].map((count) => over(ratio(count), ratio(scheduled)));
  const [share, longest_gap_share] = [covered, gone].map((one) => rounded(one, 6));
  const fits = (most) => ('fixes' in most ? longest_gap <= most.fixes : !isLess(ratio(most.share), gone));
  const isIn = (one) => !isLess(covered, ratio(one.minimum_coverage)) && (!one.longest_gap || fits(one.longest_gap));
  const band = terms.bands.find(isIn)?.band ?? 'determination';
  const stood = stamps.flatMap(({ fix, fill }) => (isAccepted(fix) ? [fix.value] : fill ? [fill.value] : []));
  const average = observed === 0 ? null : mean(stood);
  const [tick, places] = [ratio(terms.tick), (terms.tick.split('.')[1] ?? '').length];
  const price = average && rounded(times(ratio(rounded(over(average, tick), 0, terms.rounding)), tick), places);
  const [outcome, settles] = band === 'settles' ? ['settled', price] : [band, null];
  const lot = (of) => (hours === null || of === null ? null : rounded(times(ratio(of), ratio(hours)), places));
  const right = { band, mean: average ? average.join('/') : null, calculated_price: price, settlement_price: settles };
  const fills = stamps.flatMap(({ strike, fill }) => (fill ? [{ strike, ...fill }] : []));
  check('arithmetic', `mean ${right.mean} is ${price} at the tick of ${terms.tick}, ${terms.rounding}`, [
    ...fills.map((one) => [`the fill of ${one.strike}`, one.value, mean(one.from.map((fix) => fix.value)).join('/')]),
    ...stamps.map(({ strike, fix }) => [`the strike of ${fix?.id}`, facts.get(fix?.hash)?.strike ?? strike, strike]),
    ...stamps.map(({ strike, state }, index) => [`the state of ${strike}`, state, states[index]]),
    ...claims('coverage.', coverage, { scheduled, observed, share, longest_gap, longest_gap_share }),
    ...claims('coverage.', coverage, { missed: scheduled - observed, filled: fills.length }),
    ...claims('', certificate, { ...right, outcome, tick_value: lot(terms.tick), contract_value: lot(settles) }),
  ]);
  console.log('– not checked: schedule (strikes, dates, month hours, holidays, last_trading_day), choice of fills,');
  console.log('  coverage.dropped, reasons, methodology, previous, fixes left out (`csi log verify`), each fix');
  return `${terms.id} of ${month} settles at ${settles ?? `no price: ${band}`}`;
}
try {
  const text = readFileSync(process.argv[2] ?? '', 'utf8');
  const bundle = JSON.parse(text);
  const checks = { 'csi-evidence/2': checkFix, 'csi-certificate-bundle/1': checkCertificate };
  if (!Object.hasOwn(checks, bundle.format)) throw new Error('no bundle of a format known here');
  check('file', 'canonical JSON (RFC 8785)', [['its text', text === `${canonical(bundle)}\n`, true]]);
  const what = `${(bundle.fix ?? bundle.certificate).simulated ? 'SIMULATED ' : ''}${checks[bundle.format](bundle)}`;
  const told = `verified: ${what}. Compare key ${bundle.proof.key_id} with the operator's.`;
  console.log(process.exitCode === 1 ? 'NOT VERIFIED' : told);
} catch (error) {
  console.error(`verify-bundle: ${error.message}`);
  process.exitCode = 2;
}
