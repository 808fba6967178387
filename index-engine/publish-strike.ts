import { againstOf } from '#index-engine/chain';
import {
  computeStrike,
  type PreviousFix,
  previousOf,
  type Schedule,
  scheduleOf,
  windowOf,
} from '#index-engine/compute-strike';
import type { ComputedFix } from '#index-engine/fix';
import { publish, repairHistory } from '#index-engine/publish';
import type { FixRecord } from '#index-engine/record';
import { canonicalJson, sha256 } from '#methodology/canonical';
import type { LoadedRulebook } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import type { Strike } from '#methodology/strike';
import type { StoredInputs } from '#store/clickhouse/observations';
import type { RollingInputs } from '#store/clickhouse/rolling-inputs';
import type { LedgerDatabase } from '#store/ledger/client';
import {
  type ChainHead,
  chainHeads,
  fixByHash,
  fixesAtStrike,
  isTaken,
  type LedgerFix,
  lastFixes,
} from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** A fix that was there and would come out otherwise. It stays as it is. */
export interface Difference {
  series: string;
  date: string;
  published: string;
  computed: string;
  detail: string;
}

/** What became of one strike. */
export interface StrikeReport {
  /** Fixes that this process published now. */
  published: LedgerFix[];
  /** The newest revision of every fix of the strike. */
  standing: LedgerFix[];
  /** Each series' fix before, as this strike found it. */
  before: ReadonlyMap<string, PreviousFix>;
  unchanged: number;
  differing: Difference[];
  refused: { series: string; date: string; reason: string }[];
  /** Another process published the strike while this one computed it. */
  yielded: boolean;
}

/** Where the chain of each series stands, kept from strike to strike. */
export interface Chains {
  heads: Map<string, ChainHead>;
  /** The newest revision of each series' fix before the next strike. */
  previous: Map<string, PreviousFix>;
}

/** Another process that publishes is done when this one has read the ledger again; more often it is no coincidence. */
const MOST_ATTEMPTS = 5;

/** Reads where the chains stand before a strike. */
export async function readChains(database: LedgerDatabase, strike: Date): Promise<Chains> {
  const rows = await lastFixes(database, strike);
  return {
    heads: await chainHeads(database),
    previous: new Map([...rows].map(([series, row]) => [series, previousOf(row)])),
  };
}

/**
 * Computes the fixes of one strike and publishes those that are not there yet, all or none. What is there is computed again and compared,
 * byte for byte. Where another process publishes the strike first, its fixes are what is there.
 * @param chains as they stand before the strike; afterwards, as they stand after it
 */
export async function publishStrike(
  store: Store,
  key: SigningKey,
  loaded: LoadedRulebook,
  struck: { strike: Strike; schedules: readonly Schedule[] },
  rolling: RollingInputs,
  chains: Chains,
  now: Date,
): Promise<StrikeReport> {
  const { database } = store.ledger;
  const inputs = await rolling.at(windowOf(struck.strike, loaded));
  // Others may be struck at the same instant: their own turn comes, and a series must not follow upon itself.
  const own = new Set(
    seriesCatalogue(loaded.rulebook).flatMap((one) => (struck.schedules.includes(scheduleOf(one)) ? [one.id] : [])),
  );
  for (let attempt = 1; ; attempt += 1) {
    const known = (await fixesAtStrike(database, struck.strike.instant)).filter(({ series }) => own.has(series));
    const report = await judge(database, loaded, struck, inputs, chains, known);
    try {
      const published = await publish(store, key, loaded, report.fresh, now);
      await repairHistory(store, known);
      const before = new Map(chains.previous);
      for (const { series, hash, strike } of published) chains.heads.set(series, { hash, newest: strike });
      const standing = newestOf([...known, ...published]);
      for (const row of standing) chains.previous.set(row.series, previousOf(row));
      const { fresh: _, ...told } = report;
      return { ...told, published, standing, before, yielded: attempt > 1 };
    } catch (error) {
      if (!isTaken(error) || attempt === MOST_ATTEMPTS) throw error;
      Object.assign(chains, await readChains(database, struck.strike.instant));
    }
  }
}

/** The newest revision of each series. @param rows each series' revisions in their order */
function newestOf(rows: readonly LedgerFix[]): LedgerFix[] {
  return [...new Map(rows.map((row) => [row.series, row])).values()];
}

/** Computes a strike: what has to be published, and what is there already and whether it comes out again. */
async function judge(
  database: LedgerDatabase,
  loaded: LoadedRulebook,
  { strike, schedules }: { strike: Strike; schedules: readonly Schedule[] },
  inputs: StoredInputs,
  chains: Chains,
  known: readonly LedgerFix[],
): Promise<Pick<StrikeReport, 'unchanged' | 'differing' | 'refused'> & { fresh: ComputedFix[] }> {
  const firsts = new Map(known.filter(({ revision }) => revision === 0).map((row) => [row.series, row]));
  const previous = new Map(chains.previous);
  const context = new Map([...chains.heads].map(([series, { hash }]) => [series, { head: hash }]));
  for (const [series, row] of firsts) {
    // What is there is computed in the context it states: the fix before may have been restated since.
    const record = JSON.parse(row.canonical) as FixRecord;
    const against = againstOf(record);
    if (against === null) previous.delete(series);
    else if (previous.get(series)?.hash !== against) {
      const before = await fixByHash(database, against);
      if (before) previous.set(series, previousOf(before));
    }
    if (record.previous_hash === null) context.delete(series);
    else context.set(series, { head: record.previous_hash });
  }
  const told = { unchanged: 0, differing: [] as Difference[], refused: [] as StrikeReport['refused'] };
  const fresh: ComputedFix[] = [];
  for (const computed of computeStrike(inputs, loaded, strike, previous, schedules, context)) {
    const { series, date } = computed.record;
    const published = firsts.get(series);
    const head = chains.heads.get(series);
    if (published) {
      const difference = differenceOf(published, computed.record);
      if (difference) told.differing.push(difference);
      else told.unchanged += 1;
    } else if (head && head.newest > strike.instant) {
      const reason = `its chain already reaches ${head.newest.toISOString()}: an earlier fix cannot be put into it`;
      told.refused.push({ series, date, reason });
    } else fresh.push(computed);
  }
  return { ...told, fresh };
}

function differenceOf(row: LedgerFix, computed: FixRecord): Difference | null {
  const canonical = canonicalJson(computed);
  if (canonical === row.canonical) return null;
  const published = JSON.parse(row.canonical) as FixRecord;
  const changed = (Object.keys(computed) as (keyof FixRecord)[]).filter(
    (field) => canonicalJson(published[field] ?? null) !== canonicalJson(computed[field] ?? null),
  );
  const { series, date, hash } = row;
  const detail = `differs in ${changed.join(', ')}: value ${published.value ?? 'none'} published, ${computed.value ?? 'none'} computed`;
  return { series, date, published: hash, computed: sha256(canonical), detail };
}
