import type { Settlement, SettlementStamp } from '#index-engine/settlement/settle';
import { canonicalJson } from '#methodology/canonical';
import { type Contract, contractHash } from '#methodology/contracts';

/** The kind under which certificates stand among the signed records and in the log. */
export const CERTIFICATE_KIND = 'certificate';

/** What a month comes to by the rules alone: a price; a price that has to be looked at; or none, and the calculation agent determines. */
export type Outcome = 'settled' | 'review' | 'determination';

/**
 * The signed record of a month whose fixes are all final. Nothing in it depends on when or where it is made: the same fixes under the same
 * terms give the same bytes, so that there is one certificate however often it is issued.
 */
export interface SettlementCertificate {
  format: 'csi-settlement-certificate/1';
  contract: Contract;
  contract_sha256: string;
  month: string;
  series: string;
  /** Some of its fixes are of a made-up market: nobody settles on it. */
  simulated: boolean;
  outcome: Outcome;
  /** When the last of its fixes was final and published. */
  final_at: string;
  last_trading_day: string;
  gpu_hours: number | null;
  holidays: Settlement['holidays'];
  stamps: SettlementStamp[];
  coverage: {
    scheduled: number;
    observed: number;
    missed: number;
    /** Of the missed: those a fill stands in for, and those with no fix before them, which drop out of the mean. */
    filled: number;
    dropped: number;
    share: string;
    longest_gap: number;
    longest_gap_share: string;
  };
  band: Settlement['band'];
  /** The unrounded mean: an exact ratio in USD per GPU-hour, in lowest terms; null where there is no fix at all. */
  mean: string | null;
  rounding: { tick: string; mode: Contract['rounding'] };
  /** The mean, rounded once. */
  calculated_price: string | null;
  /** The price by which the contract settles: null unless it is settled by the rules alone. */
  settlement_price: string | null;
  tick_value: string | null;
  /** USD for one lot at the settlement price. */
  contract_value: string | null;
  methodology: Settlement['methodology'];
  /** SHA-256 of the certificate that this one replaces. */
  previous: string | null;
}

/** What certificates are about, as the signed records name it. */
export function certificateSubject(contract: string, month: string): string {
  return `${contract}/${month}`;
}

/**
 * The certificate of a settlement.
 * @param previous hash of the certificate it replaces, null where it is the first
 * @throws RangeError while a fix of the month is not final
 */
export function certificateOf(terms: Contract, settlement: Settlement, previous: string | null): SettlementCertificate {
  const { month, counts, band, price, contract_value } = settlement;
  if (!settlement.final) {
    const left = counts.open + counts.provisional;
    throw new RangeError(
      `${terms.id} of ${month} is not final: ${left} of its ${counts.scheduled} fixes may still change`,
    );
  }
  const settles = band === 'settles' && price !== null;
  return {
    format: 'csi-settlement-certificate/1',
    contract: terms,
    contract_sha256: contractHash(terms),
    month,
    series: terms.series,
    simulated: settlement.simulated,
    outcome: band === 'settles' ? 'settled' : band,
    final_at: settlement.final_at,
    last_trading_day: settlement.last_trading_day,
    gpu_hours: settlement.gpu_hours,
    holidays: settlement.holidays,
    stamps: settlement.stamps,
    coverage: {
      scheduled: counts.scheduled,
      observed: counts.locked,
      missed: counts.missed,
      filled: counts.filled,
      dropped: counts.dropped,
      ...settlement.coverage,
    },
    band,
    mean: settlement.mean,
    rounding: { tick: terms.tick, mode: terms.rounding },
    calculated_price: price,
    settlement_price: settles ? price : null,
    tick_value: settlement.tick_value,
    contract_value: settles ? contract_value : null,
    methodology: settlement.methodology,
    previous,
  };
}

/** The text that is hashed, signed and logged. */
export function certificateText(certificate: SettlementCertificate): string {
  return canonicalJson(certificate);
}
