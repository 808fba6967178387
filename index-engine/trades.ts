import { tradeKey } from '#index-engine/inputs';
import { byText } from '#methodology/canonical';
import type { Cancellation } from '#store/clickhouse/cancellations';
import type { Observation } from '#store/observation';

/** A trade as all who reported it told it, by the strike. */
export interface ResolvedTrade {
  /** The report that stands for the trade: the venue's own, else the seller's, else the buyer's, as last corrected. */
  report: Observation;
  /** Other reports of the same trade, and what corrections replaced. */
  others: { observation: Observation; superseded: boolean }[];
  /** The venue itself reported it, or buyer and seller did: two contributors, and the same facts. */
  matched: boolean;
  /** Whoever reported it took it back. */
  cancelled: boolean;
}

type Side = 'venue' | 'seller' | 'buyer';
const SIDES: readonly Side[] = ['venue', 'seller', 'buyer'];

/** A source that is asked speaks for its venue; a contributor says which side it is. */
function sideOf({ attributes }: Observation): Side {
  const { side, form } = attributes;
  return form === undefined || form === 'auction' ? 'venue' : (SIDES.find((one) => one === side) ?? 'buyer');
}

const isCorrection = ({ attributes }: Observation) => attributes.form === 'correction';
const correctedAt = ({ attributes, observed_at }: Observation) => {
  const at = Date.parse(String(attributes.corrected_at ?? ''));
  return Number.isNaN(at) ? observed_at : new Date(at).toISOString();
};

/** Which of two versions of one report stands: the last correction, the last print where there is none. */
function standsBefore(a: Observation, b: Observation): number {
  return (
    Number(isCorrection(b)) - Number(isCorrection(a)) ||
    (isCorrection(a) ? byText(correctedAt(b), correctedAt(a)) : 0) ||
    byText(b.observed_at, a.observed_at) ||
    byText(a.observation_id, b.observation_id)
  );
}

const terms = ({ hardware_class, price, currency, price_basis, trade }: Observation) =>
  [hardware_class, price, currency, price_basis, trade?.gpu_hours].join('\n');

/**
 * Resolves reports into trades. Facts are never edited: the last correction of a report stands for it, and a cancellation by any who
 * reported the trade ends it. Pure, and independent of the order of its inputs.
 * @param facts transactions, each fact once
 * @param cancellations those learned before the strike
 */
export function resolveTrades(facts: readonly Observation[], cancellations: readonly Cancellation[]): ResolvedTrade[] {
  const cancelled = new Set(cancellations.map(({ source, venue, trade_id }) => `${source}\n${venue}\n${trade_id}`));
  const trades = new Map<string, Map<string, Observation[]>>();
  for (const fact of facts) {
    const key = tradeKey(fact);
    const reports = trades.get(key) ?? new Map<string, Observation[]>();
    trades.set(key, reports);
    const line = `${fact.source}\n${fact.native_id}`;
    reports.set(line, [...(reports.get(line) ?? []), fact]);
  }
  return [...trades]
    .sort(([a], [b]) => byText(a, b))
    .map(([key, reports]) => {
      const versions = [...reports.values()].map((line) => [...line].sort(standsBefore));
      const standing = versions
        .flatMap((line) => line.slice(0, 1))
        .sort(
          (a, b) => SIDES.indexOf(sideOf(a)) - SIDES.indexOf(sideOf(b)) || byText(a.observation_id, b.observation_id),
        );
      const [report, ...also] = standing as [Observation, ...Observation[]];
      const sources = (side: Side) => standing.filter((one) => sideOf(one) === side).map((one) => one.source);
      const buyers = sources('buyer');
      const sellers = sources('seller');
      const told = standing.filter((one) => sideOf(one) !== 'venue');
      const bothSides =
        buyers.length > 0 &&
        sellers.length > 0 &&
        new Set([...buyers, ...sellers]).size > 1 &&
        new Set(told.map(terms)).size === 1;
      return {
        report,
        others: [
          ...also.map((observation) => ({ observation, superseded: false })),
          ...versions.flatMap((line) => line.slice(1).map((observation) => ({ observation, superseded: true }))),
        ],
        matched: sideOf(report) === 'venue' || bothSides,
        cancelled: standing.some(({ source }) => cancelled.has(`${source}\n${key}`)),
      };
    });
}
