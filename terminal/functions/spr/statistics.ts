/** What a history says of its last value. Ordinary numbers: a description, and nothing settles on it. */
export interface Standing {
  count: number;
  last: number;
  mean: number;
  low: number;
  high: number;
  /** With n − 1; null for a single value. */
  deviation: number | null;
  /** How many deviations the last value lies from the mean; null where nothing ever moved. */
  z: number | null;
  /** Share of the values, the last among them, that do not lie above it, in percent. */
  percentile: number;
}

/** Where the last value stands among those of a history; null where there is no value. */
export function standingOf(values: readonly (number | null)[]): Standing | null {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null;
  return {
    count: known.length,
    last,
    mean,
    low: Math.min(...known),
    high: Math.max(...known),
    deviation,
    // A deviation that is rounding noise beside the values themselves is none.
    z: deviation !== null && deviation > Math.abs(mean) * 1e-12 ? (last - mean) / deviation : null,
    percentile: (100 * known.filter((value) => value <= last).length) / known.length,
  };
}
