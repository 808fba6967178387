import { type Settlement, settle, settlementReach } from '#index-engine/settlement/settle';
import type { Contract } from '#methodology/contracts';
import type { LedgerDatabase } from '#store/ledger/client';
import { firstFixAfter, fixesBetween } from '#store/ledger/settlement-fixes';

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
  const { series } = terms;
  const within = await fixesBetween(database, series, from, to);
  // What came after the month says whether what is missing at its end can still come.
  const [next] = await firstFixAfter(database, series, to);
  return settle(terms, month, next ? [...within, next] : within, now);
}
