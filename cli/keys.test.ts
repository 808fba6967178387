import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withStore } from '#cli/context';
import {
  addVerifierCommand,
  createKeyCommand,
  listKeysCommand,
  listVerifiersCommand,
  revokeKeyCommand,
  revokeVerifierCommand,
} from '#cli/keys';
import { keyOfToken } from '#store/ledger/api-keys';

const folder = mkdtempSync(join(tmpdir(), 'csi-keys-'));
const options = { data: join(folder, 'data') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const owner = (token: string) => withStore(options, async (store) => keyOfToken(store.ledger.database, token));

/** Whether any file under a folder holds a text. */
const isHeld = (path: string, text: string): boolean =>
  readdirSync(path).some((name) => {
    const one = join(path, name);
    return statSync(one).isDirectory() ? isHeld(one, text) : readFileSync(one, 'latin1').includes(text);
  });

it('a key is shown once, kept hashed, listed without its secret, and revoked', async () => {
  const made = await createKeyCommand({ ...options, contributor: 'acme', venue: 'acme', scope: ['contribute'] });
  const token = made.text.split('\n')[0] ?? '';
  expect(token).toMatch(/^csi_[0-9a-f]{12}_[\w-]{43}$/);
  const secret = token.slice(17);
  expect(isHeld(options.data, secret)).toBe(false);
  const list = await listKeysCommand(options);
  expect(list.text).toContain('acme');
  expect(JSON.stringify(list)).not.toContain(secret);
  expect(JSON.stringify(list)).not.toMatch(/secret|sha256/i);
  const id = token.slice(4, 16);
  expect(await owner(token)).toMatchObject({ id, contributor: 'acme', venue: 'acme', scopes: ['contribute'] });
  expect((await revokeKeyCommand(id, options)).code).toBe(0);
  expect((await revokeKeyCommand(id, options)).code).toBe(1);
  expect(await owner(token)).toBeNull();
});

it('what is no name, no scope and no key is said in one sentence', async () => {
  const create = (facts: object) =>
    createKeyCommand({ ...options, contributor: 'acme', scope: ['contribute'], ...facts });
  await expect(create({ contributor: 'Acme Inc' })).rejects.toThrow('--contributor must be lower-case letters');
  await expect(create({ scope: ['all'] })).rejects.toThrow('no scope is called all: there are contribute');
  await expect(addVerifierCommand('lab', 'nonsense', options)).rejects.toThrow('43 base64url characters');
});

it('a verifier is registered from a PEM file, never replaced, and revoked', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const file = join(folder, 'lab.pem');
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  expect((await addVerifierCommand('lab', file, options)).code).toBe(0);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  expect((await addVerifierCommand('lab', x, options)).code).toBe(1);
  expect((await listVerifiersCommand(options)).text).toContain(x);
  expect((await revokeVerifierCommand('lab', options)).code).toBe(0);
  expect((await revokeVerifierCommand('lab', options)).code).toBe(1);
});
