import type { LabStrike } from '#index-engine/lab/market';
import { context, hoursBefore, quote } from '#index-engine/testing/market';
import type { Observation, Sweep } from '#store/observation';

const LOOK_HOURS = 6;
const LOOKS = 48;
const PRICE = 2.4;

/** A market small enough to reason about: three marketplaces of three hosts, eight clouds, two days of trades; nothing in it moves. */
export function tinyMarket(): LabStrike {
  const observations: Observation[] = [];
  const sweeps: Sweep[] = [];
  const sources = ['ma', 'mb', 'mc', ...Array.from({ length: 8 }, (_, index) => `c${index}`)];
  for (const [place, source] of sources.entries()) {
    const isMarketplace = source.startsWith('m');
    const hosts = isMarketplace ? [0, 1, 2] : [0];
    for (let look = LOOKS; look > 0; look -= 1) {
      const event_at = hoursBefore(look * LOOK_HOURS - (isMarketplace ? LOOK_HOURS - 1 : 0));
      const sweep_id = `${source} ${look}`;
      sweeps.push({ source, sweep_id, observed_at: event_at, complete: true, covers: [] });
      for (const host of hosts) {
        const provider = isMarketplace ? `${source}/h${host}` : source;
        const price = (PRICE * (1 + 0.01 * ((place * 3 + host) % 7))).toFixed(4);
        const stated = isMarketplace ? { evidence: 'executable' as const, gpus: 8 } : {};
        observations.push(quote({ provider, price, source, venue: source, sweep_id, event_at, ...stated }));
      }
    }
  }
  for (let index = 0; index < 96; index += 1) {
    const seller = `s${index % 12}`;
    observations.push(
      quote({
        provider: `x/${seller}`,
        venue: 'x',
        venue_type: 'exchange',
        source: 'x',
        native_id: `t${index}`,
        evidence: 'transaction',
        event_at: hoursBefore(index / 2 + 0.25),
        gpus: 8,
        price: (PRICE * (1 + 0.004 * (index % 5))).toFixed(4),
        trade: { id: `t${index}`, gpu_hours: '192', buyer: `b${index % 17}`, seller },
      }),
    );
  }
  return {
    market: 'tiny',
    context,
    inputs: { observations, sweeps, rates: [], withdrawals: [], cancellations: [] },
    truth: { atStrike: PRICE, overWindow: PRICE },
  };
}
