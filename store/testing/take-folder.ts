/** Takes a data folder when a byte comes on standard input, says how that went, and holds it until the input ends. */
import { ownFolder } from '#store/folder';

const [path] = process.argv.slice(2);
console.log('ready');
process.stdin.once('data', () => {
  try {
    ownFolder(path ?? '');
    console.log('taken');
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
});
process.stdin.on('end', () => process.exit(0));
