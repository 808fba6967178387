/** How a price came about, the strongest first: executed and paid, a live offer, a price the venue sets and clears at, or a posted rate. */
export const EVIDENCE = ['transaction', 'executable', 'administered', 'listed'] as const;
export type Evidence = (typeof EVIDENCE)[number];
