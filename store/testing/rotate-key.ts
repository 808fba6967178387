/** Rotates the signing key of a data folder again and again, and says each new key, until it is killed. */
import { join } from 'node:path';
import { openLedger } from '#store/ledger/client';
import { finishRotation, rotateSigningKey } from '#store/ledger/key-rotation';
import { openSigningKey } from '#store/ledger/keys';

const [, , folder = ''] = process.argv;
const { database } = await openLedger({ path: join(folder, 'ledger') });
await finishRotation(folder, database);
console.log(openSigningKey(folder).keyId);
for (;;) {
  const { record } = await rotateSigningKey(folder, database, { now: new Date(), reason: 'a test' });
  console.log(record.new_key_id);
}
