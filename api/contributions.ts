import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiParts } from '#api/context';
import { type ContributionLimits, contributionLimits, type Taking } from '#ingest/contribute/contribute';
import { type Judging, openJudging } from '#ingest/contribute/judging';
import { type Keeper, openKeeper } from '#ingest/contribute/keep';
import { type AttestationIssuer, attestationIssuers } from '#methodology/attestation';
import { openSigningKey, recordKey } from '#store/ledger/keys';
import { allVerifiers } from '#store/ledger/verifiers';

/** What of the taking of contributions a test may set. */
export interface TakingParts {
  limits: Partial<ContributionLimits>;
  spoolBytes: number;
  issuers: readonly AttestationIssuer[];
  /** Requests of one key at once, and how many come back each second. */
  rate: { burst: number; perSecond: number };
}

/** The taking of contributions, opened at the first one. */
export interface Contributions {
  rate: TakingParts['rate'];
  taking(): Promise<Taking>;
  /** Stores in the background what an earlier process left on disk, where it left any. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

const SPOOL_BYTES = 4 * 2 ** 30;
const log = (line: string) => console.error(line);

/** Prepares to take contributions. Nothing is opened yet. */
export function makeContributions({ store, clock }: ApiParts, parts: Partial<TakingParts>): Contributions {
  let opened: Promise<{ taking: Taking; keeper: Keeper; judging: Judging }> | null = null;

  async function open() {
    const { database } = store.ledger;
    const key = openSigningKey(store.folder);
    const judging = openJudging(store.folder);
    await recordKey(database, key, clock());
    const keeper = await openKeeper(
      store.clickhouse,
      store.folder,
      { spoolBytes: parts.spoolBytes ?? SPOOL_BYTES },
      log,
    );
    const trusted = async () => {
      const valid = (await allVerifiers(database)).filter((verifier) => verifier.revokedAt === null);
      const verifiers = new Map(valid.map(({ id, publicKey }) => [id, publicKey]));
      return { verifiers, issuers: parts.issuers ?? attestationIssuers() };
    };
    const limits = { ...contributionLimits, ...parts.limits };
    return { keeper, judging, taking: { ledger: database, keeper, key, judging, trusted, clock, limits } };
  }

  const once = () => {
    opened ??= open().catch((error: Error) => {
      // The next one tries again.
      opened = null;
      throw error;
    });
    return opened;
  };

  return {
    rate: parts.rate ?? { burst: 60, perSecond: 2 },
    taking: async () => (await once()).taking,
    resume: async () => {
      if (existsSync(join(store.folder, 'spool', 'contributions'))) await once();
    },
    close: async () => {
      const parts = await opened?.catch(() => null);
      await parts?.keeper.close();
      await parts?.judging.close();
    },
  };
}
