/**
 * Publishes what is due in a process of its own: as the service does, or as a replay of dates. Says "ready", begins when a byte comes on
 * standard input, and says what came of it. With `KILL_AT` it ends itself outright at that boundary of a store, counted from the first.
 */
import { makePublisher } from '#index-engine/finality/publisher';
import { replay } from '#index-engine/replay';
import { openSigningKey } from '#store/ledger/keys';
import { openStore, type Store } from '#store/store';

const [folder = '', now = '', from, to] = process.argv.slice(2);
const killAt = Number(process.env.KILL_AT ?? 0);
let boundaries = 0;

function boundary(): void {
  boundaries += 1;
  if (boundaries === killAt) process.kill(process.pid, 'SIGKILL');
}

/** Counts a boundary before and after every write of a store, and before every commit. */
function withBoundaries(store: Store): Store {
  const { clickhouse, ledger } = store;
  const insert = clickhouse.insert.bind(clickhouse);
  clickhouse.insert = async (...args) => {
    boundary();
    await insert(...args);
    boundary();
  };
  const transaction = ledger.database.transaction.bind(ledger.database);
  ledger.database.transaction = async (work, ...rest) => {
    boundary();
    const done = await transaction(
      async (inside) => {
        const result = await work(inside);
        boundary();
        return result;
      },
      ...rest,
    );
    boundary();
    return done;
  };
  return store;
}

const store = withBoundaries(await openStore(folder));
const key = openSigningKey(folder);
const clock = () => new Date(now);
process.stdin.once('data', async () => {
  try {
    const report =
      from && to
        ? await replay(store, key, { from, to }, clock())
        : await makePublisher(store, key, clock, folder).run();
    console.log(JSON.stringify(report));
  } catch (error) {
    console.log(JSON.stringify({ failed: error instanceof Error ? error.message : String(error) }));
  }
  await store.close();
  process.exit(0);
});
console.log('ready');
