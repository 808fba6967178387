import type { Attack } from '#index-engine/lab/attack';
import { quoteAttacks } from '#index-engine/lab/quote-attacks';
import { tradeAttacks } from '#index-engine/lab/trade-attacks';

/** The suite. */
export const attacks: readonly Attack[] = [...quoteAttacks, ...tradeAttacks];
