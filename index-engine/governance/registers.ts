import { z } from 'zod';
import { canonicalHash, canonicalJson } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, signedRecordsOf } from '#store/ledger/log';

/** What the operator keeps a register of (IOSCO principles 3, 5 and 16): conflicts of interest, and complaints. */
export const REGISTERS = ['conflict', 'complaint'] as const;
export type Register = (typeof REGISTERS)[number];

const TEXT_MAX = 4000;
const text = z.string().trim().min(1).max(TEXT_MAX);

/** What is said of an entry: that it was opened, or that it is done. Nothing is ever changed: an entry is what was said of it. */
const eventSchema = z.strictObject({
  format: z.literal('csi-register/1'),
  register: z.enum(REGISTERS),
  id: z.string().regex(/^(conflict|complaint)-[0-9a-f]{8}$/),
  event: z.enum(['opened', 'closed']),
  at: z.iso.datetime(),
  /** Whose conflict, or who complains, as far as it may be public. */
  party: text,
  text,
});
type RegisterEvent = z.infer<typeof eventSchema>;

/** An entry of a register as it stands. */
export interface RegisterEntry {
  id: string;
  party: string;
  opened: { at: string; text: string; hash: string };
  closed: { at: string; text: string; hash: string } | null;
}

/** What was asked of a register cannot be done: in one sentence. */
export class RegisterRefusal extends Error {}

function checked(event: RegisterEvent): RegisterEvent {
  const parsed = eventSchema.safeParse(event);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RegisterRefusal(`${issue?.path.join('.')}: ${issue?.message}; a text has 1 to ${TEXT_MAX} characters`);
}

async function say(database: LedgerDatabase, key: SigningKey, event: RegisterEvent, now: Date): Promise<void> {
  await recordKey(database, key, now);
  const canonical = canonicalJson(event);
  await appendSignedRecord(database, key, { kind: event.register, subject: event.id, canonical }, now);
}

/** The entries of a register, in the order in which they were opened. */
export async function entriesOf(database: LedgerDatabase, register: Register): Promise<RegisterEntry[]> {
  const entries = new Map<string, RegisterEntry>();
  for (const { canonical, hash } of await signedRecordsOf(database, register)) {
    const { id, event, at, party, text: said } = eventSchema.parse(JSON.parse(canonical));
    const known = entries.get(id);
    if (event === 'opened') entries.set(id, { id, party, opened: { at, text: said, hash }, closed: null });
    else if (known) known.closed = { at, text: said, hash };
  }
  return [...entries.values()];
}

/**
 * Opens an entry. It is signed, logged and public.
 * @returns its id
 * @throws RegisterRefusal where a text is empty or too long
 */
export async function openEntry(
  database: LedgerDatabase,
  key: SigningKey,
  register: Register,
  { party, text: said }: { party: string; text: string },
  now: Date,
): Promise<string> {
  const facts = { format: 'csi-register/1' as const, register, event: 'opened' as const, at: now.toISOString() };
  // Named by its content: two who write at once cannot take one number.
  const id = `${register}-${canonicalHash({ ...facts, party, text: said }).slice(0, 8)}`;
  await say(database, key, checked({ ...facts, id, party, text: said }), now);
  return id;
}

/**
 * Closes an entry: a conflict that is no more, a complaint that was answered.
 * @throws RegisterRefusal where there is no such entry, or it is closed already
 */
export async function closeEntry(
  database: LedgerDatabase,
  key: SigningKey,
  register: Register,
  { id, text: said }: { id: string; text: string },
  now: Date,
): Promise<void> {
  const entries = await entriesOf(database, register);
  const entry = entries.find((one) => one.id === id);
  if (!entry) {
    const open = entries.filter(({ closed }) => closed === null).map((one) => one.id);
    const hint = open.length > 0 ? `open are ${open.join(', ')}` : 'none is open';
    throw new RegisterRefusal(`no ${register} is called ${id}: ${hint}`);
  }
  if (entry.closed) throw new RegisterRefusal(`${id} was closed at ${entry.closed.at}`);
  const facts = { format: 'csi-register/1' as const, register, event: 'closed' as const, at: now.toISOString() };
  await say(database, key, checked({ ...facts, id, party: entry.party, text: said }), now);
}
