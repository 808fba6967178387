import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyIdOf } from '#methodology/log-records';
import { openSigningKey, signatureHolds } from '#store/ledger/keys';
import { startProcess } from '#store/testing/process';

const root = mkdtempSync(join(tmpdir(), 'csi-keys-'));
let folders = 0;
const fresh = () => join(root, String(folders++));
const modeOf = (path: string) => statSync(path).mode & 0o777;

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the signing key', () => {
  it('is made once, readable by its owner only, and nothing else is left', () => {
    const folder = fresh();
    const previous = process.umask(0);
    try {
      const key = openSigningKey(folder);
      const file = join(folder, 'signing-key.pem');
      expect(modeOf(file)).toBe(0o600);
      const bytes = readFileSync(file);
      const again = openSigningKey(folder);
      expect(again.keyId).toBe(key.keyId);
      expect(readFileSync(file)).toEqual(bytes);
      expect(readdirSync(folder)).toEqual(['signing-key.pem']);
      expect(key.keyId).toBe(keyIdOf(key.publicKey));
      expect(key.keyId).toMatch(/^[0-9a-f]{16}$/);
      expect(Buffer.from(key.publicKey, 'base64url').length).toBe(32);
    } finally {
      process.umask(previous);
    }
  });

  it('signs so that its public key verifies it, and nothing else does', () => {
    const [key, other] = [openSigningKey(fresh()), openSigningKey(fresh())];
    const signature = key.sign('fix 2.39 €');
    expect(signatureHolds('fix 2.39 €', signature, key.publicKey)).toBe(true);
    expect(signatureHolds('fix 2.40 €', signature, key.publicKey)).toBe(false);
    expect(signatureHolds('fix 2.39 €', signature, other.publicKey)).toBe(false);
    expect(signatureHolds('fix 2.39 €', other.sign('fix 2.39 €'), key.publicKey)).toBe(false);
    for (const bad of ['', 'x', signature.slice(0, -2), `${signature}AA`]) {
      expect(signatureHolds('fix 2.39 €', bad, key.publicKey), bad).toBe(false);
    }
    for (const bad of ['', 'x', key.publicKey.slice(1)])
      expect(signatureHolds('fix 2.39 €', signature, bad)).toBe(false);
    expect(key.publicKey).not.toBe(other.publicKey);
  });

  it.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o604])('a file of mode %o is refused', (mode) => {
    const folder = fresh();
    openSigningKey(folder);
    chmodSync(join(folder, 'signing-key.pem'), mode);
    expect(() => openSigningKey(folder)).toThrow(/can be read by others \(mode 6\d\d\).*chmod 600$/);
  });

  it('a file that holds another kind of key, or none, is refused', () => {
    const folder = fresh();
    mkdirSync(folder);
    const file = join(folder, 'signing-key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    expect(() => openSigningKey(folder)).toThrow(/holds no Ed25519 key/);
    writeFileSync(file, 'half a ke', { mode: 0o600 });
    expect(() => openSigningKey(folder)).toThrow();
  });

  it('what a crash left half done does not stand in the way', () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, `signing-key.pem.${process.pid}.new`), 'half');
    expect(openSigningKey(folder).keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('processes that start at once have one key', async () => {
    const folder = fresh();
    const openers = Array.from({ length: 4 }, () => startProcess('./open-key.ts', folder));
    await Promise.all(openers.map((one) => one.line(0)));
    for (const one of openers) one.tell();
    const ids = await Promise.all(openers.map((one) => one.line(1)));
    await Promise.all(openers.map((one) => one.kill()));
    expect(new Set(ids)).toEqual(new Set([openSigningKey(folder).keyId]));
  });
});
