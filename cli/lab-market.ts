import type { LabStrike } from '#index-engine/lab/market';
import { ofClass } from '#index-engine/lab/market';
import { simulateMarket } from '#ingest/simulated/market';
import { observeMarket } from '#ingest/simulated/sweeps';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';
import type { LoadedRulebook } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { strikeOn } from '#methodology/strike';

/** The classes whose headline is attacked. */
export const LAB_CLASSES = ['A100-SXM-80', 'B200-SXM-180', 'H100-SXM-80', 'H200-SXM-141'];

/** The simulated markets begin shortly before they are looked at: an instant costs what leads to it. */
const EPOCH = '2026-01-01T00:00:00.000Z';
/** Before the first strike: what own history may look at. */
const HISTORY_DAYS = 20;

const globalStrikeOn = (date: string, { rulebook: { strikes } }: LoadedRulebook) =>
  strikeOn(date, strikes.GLOBAL.time, strikes.GLOBAL.time_zone);

/** The headline of each class at a strike, out of inputs of all of them. */
function strikesAt(
  market: string,
  date: string,
  inputs: LabStrike['inputs'],
  loaded: LoadedRulebook,
  truthOf: (hardwareClass: string, strike: Date) => LabStrike['truth'],
): LabStrike[] {
  const strike = globalStrikeOn(date, loaded);
  const from = new Date(strike.instant.getTime() - HISTORY_DAYS * DAY_MS).toISOString();
  return LAB_CLASSES.flatMap((hardwareClass) => {
    const series = seriesCatalogue(loaded.rulebook).find((one) => one.id === `CSI-${hardwareClass}`);
    if (!series) return [];
    return [
      {
        market,
        context: { series, strike, previous: null },
        inputs: ofClass(inputs, hardwareClass, from, strike.instant.toISOString()),
        truth: truthOf(hardwareClass, strike.instant),
      },
    ];
  });
}

/** Strikes of the simulated market of a seed, with the true prices that only its maker knows. */
export function* simulatedStrikes(
  seed: number,
  dates: readonly string[],
  loaded: LoadedRulebook,
): Generator<LabStrike> {
  const market = simulateMarket({ seed, epoch: EPOCH });
  const instants = dates.map((date) => globalStrikeOn(date, loaded).instant);
  const [first, last] = [instants[0], instants.at(-1)];
  if (!first || !last) return;
  const all = observeMarket(market, new Date(first.getTime() - HISTORY_DAYS * DAY_MS), last);
  for (const date of dates) {
    yield* strikesAt(`simulated ${seed}`, date, all, loaded, (hardwareClass, strike) => {
      const path = market.truePath(hardwareClass, new Date(strike.getTime() - 24 * HOUR_MS), strike);
      return {
        atStrike: Number(market.truePrice(hardwareClass, strike).price),
        overWindow: path.reduce((sum, { price }) => sum + Number(price), 0) / path.length,
      };
    });
  }
}

/** Strikes of a recorded market, whose true prices nobody knows. */
export const recordedStrikes = (date: string, inputs: LabStrike['inputs'], loaded: LoadedRulebook) =>
  strikesAt('recorded', date, inputs, loaded, () => null);
