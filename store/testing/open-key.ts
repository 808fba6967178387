/** Opens the signing key of a folder when told to, and says its id. */
import { openSigningKey } from '#store/ledger/keys';

const [folder] = process.argv.slice(2);
console.log('ready');
process.stdin.once('data', () => console.log(openSigningKey(folder ?? '').keyId));
process.stdin.on('end', () => process.exit(0));
