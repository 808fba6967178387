import { type Settlement, settle, settlementReach } from '#index-engine/settlement/settle';
import type { Contract } from '#methodology/contracts';
import type { LedgerDatabase } from '#store/ledger/client';
import { fixesBetween } from '#store/ledger/settlement-fixes';

/**
 * Settles a month of a contract from the fixes of a ledger, as far as they go at an instant.
 * @throws MonthRefused where the contract has no such month
 */
export async function readSettlement(
  database: LedgerDatabase,
  terms: Contract,
  month: string,
  now: Date,
): Promise<Settlement> {
  const { from, to } = settlementReach(terms, month, now);
  return settle(terms, month, await fixesBetween(database, terms.series, from, to), now);
}
