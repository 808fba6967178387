import type { MarketParameters, Regime } from '#ingest/simulated/parameters';
import { chanceOf } from '#ingest/simulated/random';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';

/** The true prices, which nobody in the market sees. */
export interface TruePrices {
  /** USD per GPU-hour of a class at an instant. @throws RangeError before the epoch, or for a class there is not */
  at(hardwareClass: string, instant: number): number;
  regimeAt(instant: number): Regime;
}

const HOURS = 24;

/**
 * The true prices: the market as a whole reverts to where its regime draws it, each class to the market (Ornstein–Uhlenbeck processes of
 * logarithms, an hour a step). Each day draws its own numbers, so an instant's price does not depend on which was asked for first; what
 * was computed is kept.
 */
export function makeTruePrices(seed: number, parameters: MarketParameters): TruePrices {
  const { classes, regimes, price } = parameters;
  const epoch = Date.parse(parameters.epoch);
  const ofDay: Regime[] = [];
  // The state before an hour, by hour since the epoch: that of the market, and each class' own.
  const market: number[] = [0];
  const own = new Map<string, number[]>(classes.map(({ id }) => [id, [0]]));

  function regimeOf(day: number): Regime {
    while (ofDay.length <= day) {
      const next = ofDay.length;
      let regime = ofDay[next - 1] ?? 'calm';
      let left = chanceOf(seed, 'regime', next).share();
      for (const { regime: follows, chance } of regimes[regime].next) {
        left -= chance;
        if (left < 0) {
          regime = follows;
          break;
        }
      }
      ofDay.push(regime);
    }
    return ofDay[day] as Regime;
  }

  function reach(hour: number): void {
    const step = Math.sqrt(1 / HOURS);
    while (market.length <= hour) {
      const day = Math.floor((market.length - 1) / HOURS);
      const { level, volatility } = regimes[regimeOf(day)];
      const whole = chanceOf(seed, 'market', day);
      let state = market.at(-1) as number;
      for (let index = 0; index < HOURS; index += 1) {
        state += (price.reversion / HOURS) * (level - state) + volatility * step * whole.normal();
        market.push(state);
      }
      for (const [id, states] of own) {
        const chance = chanceOf(seed, 'class', id, day);
        let alone = states.at(-1) as number;
        for (let index = 0; index < HOURS; index += 1) {
          alone += -(price.own_reversion / HOURS) * alone + price.own_volatility * step * chance.normal();
          states.push(alone);
        }
      }
    }
  }

  const since = (instant: number) => {
    if (!(instant >= epoch)) throw new RangeError(`the simulated market begins at ${parameters.epoch}`);
    return instant - epoch;
  };

  return {
    at(hardwareClass, instant) {
      const facts = classes.find(({ id }) => id === hardwareClass);
      const states = own.get(hardwareClass);
      if (!facts || !states) throw new RangeError(`the simulated market has no ${hardwareClass}`);
      const hours = since(instant) / HOUR_MS;
      const hour = Math.floor(hours);
      reach(hour + 1);
      const logarithm = (at: number) => facts.loading * (market[at] as number) + (states[at] as number);
      const part = hours - hour;
      return facts.level * Math.exp(logarithm(hour) * (1 - part) + logarithm(hour + 1) * part);
    },
    regimeAt: (instant) => regimeOf(Math.floor(since(instant) / DAY_MS)),
  };
}
