import type { Book, Candidate } from '#index-engine/book';
import type { Partition } from '#index-engine/partition';
import type { FixRecord } from '#index-engine/record';
import type { Exclusion } from '#index-engine/screens/grade';
import { VOLUME_SCALE } from '#index-engine/screens/trades';
import type { Outcome } from '#index-engine/waterfall';
import { byText } from '#methodology/canonical';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';

/** One observation considered, and what became of it: the trace behind a fix. */
export interface FixInput {
  candidate: Candidate;
  /** Share of the whole weight after caps, a decimal string of 12 places. */
  weight: string;
  included: boolean;
  reason: string | null;
  detail: string | null;
}

/** The trace of a fix, and what it counts. */
export interface Trace {
  inputs: FixInput[];
  included: number;
  /** GPUs that stood in the window on average, by the sizes they weigh by. */
  gpus: number;
  /** How often each reason left one out altogether. */
  rejections: Record<string, number>;
}

/** Whoever was an outlier in some partition, by place, and why. */
function outliersOf(partitions: readonly Partition[]): Map<number, Exclusion> {
  const found = new Map<number, { times: number; centre: Partition['centre'] }>();
  for (const { outliers, centre } of partitions) {
    for (const place of outliers) {
      const known = found.get(place);
      if (known) known.times += 1;
      else found.set(place, { times: 1, centre });
    }
  }
  return new Map(
    [...found].map(([place, { times, centre }]) => {
      const middle = formatDecimal(divideHalfEven(BigInt(centre?.centreQuarters ?? 0), 4n), 6);
      const detail = `too far from the median of ${middle} USD/GPU-h in ${times} of ${partitions.length} partitions`;
      return [place, { reason: 'cross_section.outlier', detail }];
    }),
  );
}

/** What became of every candidate: its share, and why it was left out in all or part. */
export function traceOf(
  { candidates, window }: Book,
  partitions: readonly Partition[],
  { estimate: { shares }, estimatedLevel }: Outcome,
): Trace {
  const outliers = outliersOf(partitions);
  const isOutlier = new Uint8Array(candidates.length);
  for (const place of outliers.keys()) isOutlier[place] = 1;
  const unused = { reason: 'level.not_used', detail: `level ${estimatedLevel.level} takes no such price` };
  // Many weigh the same: a share is written once.
  const written = new Map<number, string>();
  const rejections = new Map<string, number>();
  const inputs = new Array<FixInput>(candidates.length);
  let included = 0;
  let gpuSeconds = 0;
  for (let place = 0; place < candidates.length; place += 1) {
    const candidate = candidates[place] as Candidate;
    const share = shares.units[place] as number;
    let weight = written.get(share);
    if (weight === undefined) {
      weight = formatDecimal(BigInt(share), 12);
      written.set(share, weight);
    }
    const isIncluded = share > 0;
    const exclusion =
      candidate.exclusion ?? (isOutlier[place] === 1 ? outliers.get(place) : undefined) ?? (isIncluded ? null : unused);
    if (isIncluded) {
      included += 1;
      gpuSeconds += candidate.gpus * candidate.counts.seconds;
    } else if (exclusion !== null) rejections.set(exclusion.reason, (rejections.get(exclusion.reason) ?? 0) + 1);
    inputs[place] =
      exclusion === null
        ? { candidate, weight, included: isIncluded, reason: null, detail: null }
        : { candidate, weight, included: isIncluded, reason: exclusion.reason, detail: exclusion.detail };
  }
  return {
    inputs,
    included,
    gpus: Number(divideHalfEven(BigInt(gpuSeconds), BigInt(window.to - window.from))),
    rejections: Object.fromEntries([...rejections].sort(([a], [b]) => byText(a, b))),
  };
}

/** Transactions that count, and their volume in GPU-hours. */
export function printsOf({ inputs }: Trace, { prints }: Book): Pick<FixRecord['counts'], 'prints' | 'gpu_hours'> {
  const counted = prints.filter(({ candidate }) => inputs[candidate.place]?.included);
  return {
    prints: counted.length,
    gpu_hours: formatDecimal(
      counted.reduce((sum, { volume }) => sum + volume, 0n),
      VOLUME_SCALE,
    ),
  };
}
