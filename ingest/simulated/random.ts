import { hash } from 'node:crypto';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Chance, repeatable: the same key draws the same numbers, whatever was drawn elsewhere and in whatever order. */
export interface Chance {
  /** Between 0 (included) and 1 (not). */
  share(): number;
  between(low: number, high: number): number;
  /** A whole number below `count`. */
  below(count: number): number;
  /** Mean 0, deviation 1. */
  normal(): number;
  /** One of the keys, as often as its weight says. */
  weighted(weights: Readonly<Record<string, number>>): string;
  /** How many of something that comes `mean` times on average. */
  poisson(mean: number): number;
}

const STATE_INTS = 4;
/** Uniform numbers added up: their variance is then 1. */
const SUMMED = 12;

/** The numbers that belong to a key. Keys that differ in anything have nothing to do with one another. */
export function chanceOf(...key: readonly (string | number)[]): Chance {
  const digest = hash('sha256', key.join('\n'), 'buffer');
  const state = Array.from({ length: STATE_INTS }, (_, index) => digest.readInt32LE(index * 4));
  const generator = xoroshiro128plusFromState(state);
  const share = () => uniformFloat32(generator);
  return {
    share,
    between: (low, high) => low + (high - low) * share(),
    below: (count) => Math.floor(share() * count),
    // Normal enough, never beyond six deviations, and without a logarithm that two machines might round differently.
    normal: () => {
      let sum = 0;
      for (let index = 0; index < SUMMED; index += 1) sum += share();
      return sum - SUMMED / 2;
    },
    weighted: (weights) => {
      const all = Object.entries(weights);
      let left = share() * all.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of all) {
        left -= weight;
        if (left < 0) return name;
      }
      return all.at(-1)?.[0] ?? '';
    },
    poisson: (mean) => {
      const least = Math.exp(-mean);
      let count = 0;
      for (let product = share(); product > least; product *= share()) count += 1;
      return count;
    },
  };
}
