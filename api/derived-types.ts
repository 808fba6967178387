/** The shapes of derived answers: computed from published fixes and stored facts, signed by nobody. */

import type { Cadence } from '#api/types';
import type { ClassCapacity } from '#index-engine/capacity/capacity';
import type { BasketFix, BasketLink } from '#index-engine/derived/baskets';
import type { CurvePoint, CurveSegment } from '#index-engine/derived/curve';
import type { Board } from '#index-engine/derived/scu-board';
import type { Spread, SpreadKind } from '#index-engine/derived/spreads';
import type { TokenIndex, TokenSide } from '#index-engine/tokens/token-index';

export type {
  Capacity,
  CapacityRegion,
  CapacitySource,
  ClassCapacity,
} from '#index-engine/capacity/capacity';
export type { BasketConstituent, BasketFix, BasketLink } from '#index-engine/derived/baskets';
export type { CurvePoint, CurveSegment } from '#index-engine/derived/curve';
export type { Board, BoardColumn, BoardRow, Dispersion } from '#index-engine/derived/scu-board';
export type { Differential, Spread, SpreadKind, SpreadLeg } from '#index-engine/derived/spreads';
export type { DerivedUnits } from '#index-engine/derived/units';
export type { TokenIndex, TokenInput, TokenSide, TokenValue } from '#index-engine/tokens/token-index';

/** What a basket is. */
export interface BasketDefinition {
  basket: string;
  title: string;
  workload: 'training' | 'inference';
  unit: 'USD/SCU-T-h' | 'USD/SCU-I-h';
  /** Each version: when it became the index, and how it was linked. */
  versions: BasketLink[];
}

/** GET /v1/baskets */
export interface BasketsAnswer {
  why: string;
  baskets: (BasketDefinition & { latest: BasketFix | null })[];
}

/** GET /v1/baskets/{id}: half-open in local dates. */
export interface BasketAnswer extends BasketDefinition {
  from: string | null;
  to: string | null;
  /** Oldest first; at one strike the index before the composition it replaced. */
  fixes: BasketFix[];
}

/** GET /v1/curve/{class} */
export interface CurveAnswer {
  hardware_class: string;
  segment: CurveSegment;
  date: string;
  unit: 'USD/GPU-h';
  points: CurvePoint[];
}

/** GET /v1/spreads: every pair of the grid at one date of which either side has a fix. */
export interface SpreadsAnswer {
  date: string;
  unit: 'USD/GPU-h';
  spreads: Spread[];
}

/** GET /v1/spreads?a=&b=: one pair, columnar. All arrays have one length. */
export interface SpreadHistory {
  a: string;
  b: string;
  kind: SpreadKind;
  unit: 'USD/GPU-h';
  from: string | null;
  to: string | null;
  cadence_a: Cadence;
  cadence_b: Cadence;
  /** Of each row: two daily series meet on a date, and a series with many strikes a date at an instant. */
  date: string[];
  strike_a: (string | null)[];
  strike_b: (string | null)[];
  value_a: (string | null)[];
  value_b: (string | null)[];
  /** a − b, and a ÷ b. */
  difference: (string | null)[];
  ratio: (string | null)[];
  /** Price ratio ÷ SCU ratio; null where both are of one class. */
  differential: { training: (string | null)[]; inference: (string | null)[]; combined: (string | null)[] } | null;
  reason: (string | null)[];
}

/** GET /v1/scu */
export interface ScuAnswer extends Board {
  date: string;
  unit: 'USD/SCU-h';
}

/** One model's price of tokens without its inputs. */
export type TokenRow = Omit<TokenIndex, 'inputs'>;

/** GET /v1/tokens */
export interface TokensAnswer {
  date: string;
  unit: 'USD/M tokens';
  why: string;
  /** Series with a value, the most tokens paid for first, then by id. */
  tokens: TokenRow[];
  /** How many more models have a price on the date, of too few providers for a value. */
  unavailable: number;
}

/** GET /v1/tokens/{id}: columnar, half-open in local dates. All arrays have one length. */
export interface TokenHistory {
  series: string;
  model: string;
  kind: TokenIndex['kind'];
  unit: 'USD/M tokens';
  from: string;
  to: string;
  date: string[];
  strike: string[];
  value: Record<TokenSide, (string | null)[]>;
  status: TokenIndex['status'][];
  reason: (string | null)[];
  providers: number[];
  tokens: (string | null)[];
  hash: string[];
}

/** GET /v1/capacity: every class of which any source shows some. */
export interface CapacityBoardAnswer {
  at: string;
  unit: 'GPU';
  why: string;
  classes: ClassCapacity[];
}

/** GET /v1/capacity/{class} */
export interface CapacityAnswer extends ClassCapacity {
  unit: 'GPU';
  why: string;
}

/** GET /v1/capacity/{class}?from=&to=: at the global strike of each day, columnar, half-open in local dates. */
export interface CapacityHistory {
  hardware_class: string;
  unit: 'GPU';
  from: string;
  to: string;
  date: string[];
  at: string[];
  offered: (number | null)[];
  free: (number | null)[];
  rented: (number | null)[];
  utilisation: (string | null)[];
  stranded: (number | null)[];
  stranded_share: (string | null)[];
  /** Share of the venues with a price of the class that show capacity. */
  coverage: (string | null)[];
}
