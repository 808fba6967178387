import { randomBytes, timingSafeEqual } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { sha256 } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
import { apiKeys } from '#store/ledger/schema';

/** What a key allows. */
export const scopes = ['contribute'] as const;
export type Scope = (typeof scopes)[number];

/** A key as it is listed: everything but its secret. */
export type ApiKey = Omit<typeof apiKeys.$inferSelect, 'secretSha256'>;

/** `csi_`, twelve hexadecimal digits that name the key, and 256 random bits. */
const TOKEN = /^csi_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
const NOBODY = Buffer.alloc(32);

/**
 * Makes a key.
 * @returns the token, which is never seen again, and the key
 */
export async function createApiKey(
  database: LedgerDatabase,
  facts: { contributor: string; venue: string | null; scopes: readonly Scope[]; at: Date },
): Promise<{ token: string; key: ApiKey }> {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const { contributor, venue, at } = facts;
  const key: ApiKey = { id, contributor, venue, scopes: [...facts.scopes], createdAt: at, revokedAt: null };
  await database.insert(apiKeys).values({ ...key, secretSha256: sha256(secret) });
  return { token: `csi_${id}_${secret}`, key };
}

/** The key a token belongs to, or null where it is none of ours, wrong or revoked. */
export async function keyOfToken(database: LedgerDatabase, token: string): Promise<ApiKey | null> {
  const [, id, secret] = TOKEN.exec(token) ?? [];
  if (id === undefined || secret === undefined) return null;
  const [row] = await database.select().from(apiKeys).where(eq(apiKeys.id, id)).limit(1);
  // Compared whole and in constant time, also where there is no such key: how long it takes tells nothing.
  const held = row ? Buffer.from(row.secretSha256, 'hex') : NOBODY;
  const matches = timingSafeEqual(Buffer.from(sha256(secret), 'hex'), held);
  if (!row || !matches || row.revokedAt !== null) return null;
  const { secretSha256: _, ...key } = row;
  return key;
}

/** Every key that was ever made, oldest first. */
export async function allApiKeys(database: LedgerDatabase): Promise<ApiKey[]> {
  const { id, contributor, venue, scopes: allowed, createdAt, revokedAt } = apiKeys;
  const columns = { id, contributor, venue, scopes: allowed, createdAt, revokedAt };
  return database.select(columns).from(apiKeys).orderBy(apiKeys.createdAt, apiKeys.id);
}

/** Revokes a key. @returns false where there is none by this id that is still valid */
export async function revokeApiKey(database: LedgerDatabase, id: string, at: Date): Promise<boolean> {
  const revoked = await database
    .update(apiKeys)
    .set({ revokedAt: at })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return revoked.length > 0;
}
