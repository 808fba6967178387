import type { Exclusion } from '#index-engine/screens/grade';
import type { ResolvedTrade } from '#index-engine/trades';
import { byText } from '#methodology/canonical';
import { parseDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** Volumes are counted in millionths of a GPU-hour. */
export const VOLUME_SCALE = 6;

export const volumeOf = ({ report }: ResolvedTrade): bigint | null => {
  const hours = report.trade?.gpu_hours;
  return hours === null || hours === undefined ? null : parseDecimal(hours, VOLUME_SCALE);
};

/** Both sides of a trade, blinded; null where one is not told. */
export function partiesOf({ report }: ResolvedTrade): { buyer: string; seller: string } | null {
  const buyer = report.trade?.buyer ?? null;
  const seller = report.trade?.seller ?? null;
  return buyer === null || seller === null ? null : { buyer, seller };
}

interface Flow {
  seller: string;
  buyer: string;
  volume: bigint;
  trades: ResolvedTrade[];
}

/** Volume by seller and buyer, each pair once. */
function flowsOf(trades: readonly ResolvedTrade[]): Map<string, Map<string, Flow>> {
  const flows = new Map<string, Map<string, Flow>>();
  for (const trade of trades) {
    const parties = partiesOf(trade);
    const volume = volumeOf(trade);
    if (parties === null || volume === null) continue;
    const { seller, buyer } = parties;
    const out = flows.get(seller) ?? new Map<string, Flow>();
    flows.set(seller, out);
    const flow = out.get(buyer) ?? { seller, buyer, volume: 0n, trades: [] };
    out.set(buyer, flow);
    flow.volume += volume;
    flow.trades.push(trade);
  }
  return flows;
}

/** Parties of which each sells to each other, if only through others: the strongly connected parts of who sells to whom. */
function circlesOf(flows: ReadonlyMap<string, ReadonlyMap<string, Flow>>): { parties: string[]; among: Flow[] }[] {
  const reached = (start: string, next: (party: string) => Iterable<string>) => {
    const seen = new Set([start]);
    for (const party of seen) for (const other of next(party)) seen.add(other);
    return seen;
  };
  const sellersTo = new Map<string, string[]>();
  for (const out of flows.values())
    for (const { seller, buyer } of out.values()) sellersTo.set(buyer, [...(sellersTo.get(buyer) ?? []), seller]);
  const placed = new Set<string>();
  const circles: { parties: string[]; among: Flow[] }[] = [];
  for (const party of [...flows.keys()].sort(byText)) {
    // Who sells and never buys is in no circle: most parties are one or the other.
    if (placed.has(party) || !sellersTo.has(party)) continue;
    const onward = reached(party, (one) => flows.get(one)?.keys() ?? []);
    const back = reached(party, (one) => sellersTo.get(one) ?? []);
    const parties = [...onward].filter((one) => back.has(one)).sort(byText);
    for (const one of parties) placed.add(one);
    if (parties.length < 2) continue;
    const inside = new Set(parties);
    const among = parties.flatMap((one) =>
      [...(flows.get(one)?.values() ?? [])].filter(({ buyer }) => inside.has(buyer)),
    );
    circles.push({ parties, among });
  }
  return circles;
}

/**
 * Screen 9, for transactions: taken back or refunded; both sides of one owner; pairs that sell to each other, and closed cycles, about
 * the same volume round; and circles of any size and shape of which every party bought about what it sold: whoever ends where he began has
 * moved nothing but the price.
 * @param trades of one class, in the longest window that any level looks at
 * @returns exclusions by the id of the trade's report
 */
export function screenTrades(trades: readonly ResolvedTrade[], { screens }: Rulebook): Map<string, Exclusion> {
  const rule = screens.trades;
  const excluded = new Map<string, Exclusion>();
  const exclude = (trade: ResolvedTrade, reason: string, detail: string) => {
    if (!excluded.has(trade.report.observation_id)) excluded.set(trade.report.observation_id, { reason, detail });
  };
  const open: ResolvedTrade[] = [];
  for (const trade of trades) {
    const parties = partiesOf(trade);
    if (trade.cancelled) exclude(trade, 'trade.cancelled', 'cancelled by who reported it');
    else if (volumeOf(trade) === null) exclude(trade, 'trade.no_volume', 'the source states no volume');
    else if (parties && parties.buyer === parties.seller)
      exclude(trade, 'trade.same_owner', 'buyer and seller are one');
    else open.push(trade);
  }
  const flows = flowsOf(open);
  const tolerance = parseRatio(rule.net_position_tolerance);
  const about = (path: readonly Flow[]) => {
    const volumes = path.map(({ volume }) => volume).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const least = volumes[0] as bigint;
    const most = volumes.at(-1) as bigint;
    return (most - least) * tolerance.denominator <= most * tolerance.numerator;
  };
  const walk = (path: Flow[], start: string) => {
    const { buyer } = path.at(-1) as Flow;
    for (const flow of [...(flows.get(buyer)?.values() ?? [])].sort((a, b) => byText(a.buyer, b.buyer))) {
      if (flow.buyer === start) {
        const cycle = [...path, flow];
        if (!about(cycle)) continue;
        const reason = cycle.length === 2 ? 'trade.ping_pong' : 'trade.closed_cycle';
        const detail =
          cycle.length === 2
            ? 'the two sell to each other about the same volume'
            : `sold round ${cycle.length} parties, about the same volume each time`;
        for (const part of cycle) for (const trade of part.trades) exclude(trade, reason, detail);
      } else if (
        path.length + 1 < rule.longest_cycle &&
        // Each cycle is walked from its first party by name, and no party twice.
        flow.buyer > start &&
        !path.some((one) => one.seller === flow.buyer)
      ) {
        walk([...path, flow], start);
      }
    }
  };
  for (const [seller, out] of [...flows].sort(([a], [b]) => byText(a, b))) {
    for (const flow of out.values()) if (flow.buyer > seller) walk([flow], seller);
  }
  for (const { parties, among } of circlesOf(flows)) {
    const isEven = parties.every((party) => {
      const [sold, bought] = [
        among.filter((one) => one.seller === party),
        among.filter((one) => one.buyer === party),
      ].map((side) => side.reduce((sum, { volume }) => sum + volume, 0n)) as [bigint, bigint];
      const [least, most] = sold < bought ? [sold, bought] : [bought, sold];
      return (most - least) * tolerance.denominator <= most * tolerance.numerator;
    });
    if (!isEven) continue;
    const detail = `${parties.length} parties sell to each other, and each bought about what it sold`;
    for (const flow of among) for (const trade of flow.trades) exclude(trade, 'trade.closed_cycle', detail);
  }
  return excluded;
}
