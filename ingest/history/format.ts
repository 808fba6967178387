import type { Instance } from '#methodology/instances';
import type { PriceBasis } from '#store/observation';

/** The columns of a file that name a quote line, as text. */
export type KeyFields = Readonly<Record<string, string>>;

/** One kind of price a change point states. */
export interface PriceKind {
  /** The last part of the native id. */
  kind: 'od' | 'spot' | 'commit-1y' | 'commit-3y';
  column: string;
  tenor: string;
  price_basis: PriceBasis;
}

/** What the fields of a line say, before anything is concluded from it. */
export interface StatedLine {
  /** Whose capacity it is: an id or alias of methodology/providers. */
  provider: string;
  /** The source's name of the line without the kind of price: what its change points have in common. */
  native_id: string;
  region: string;
  /** Empty where none is stated. */
  zone: string;
  instance: string;
  label: string;
  /** The part as identification should read it, where that is not the label: "tpu v4" of "tpu-v4-8". */
  part?: string;
  memory_gb: number | null;
  /** Accelerators in the lot, as stated or as the instance is known to hold. */
  gpus: number | null;
  /** `instance`, or `accelerator` where the host is priced apart. */
  product: 'instance' | 'accelerator';
  /** The instance type, where it is one of the table. */
  known: Instance | undefined;
}

/** Why a whole line is refused. */
export interface LineRefusal {
  refusal: string;
  detail: string;
}

/**
 * A recorded history: its shape and how its fields are read. A row is a change point: it says what a line cost from `observed_at` on,
 * and an empty price, as in a row whose `event` is `removed`, says that it is offered no longer.
 */
export interface HistoryFormat {
  /** The name on the command line. */
  id: string;
  source: string;
  /** It repeats what several providers publish, so its row gives way to the origin's own. */
  aggregator: boolean;
  /** Columns that name a line. `observed_at`, `cloud` and `event` are in every file. */
  key: readonly string[];
  prices: readonly PriceKind[];
  /** Pure. */
  describe(fields: KeyFields): StatedLine | LineRefusal;
}

/** Columns the loader itself reads. */
export const COMMON_COLUMNS = ['observed_at', 'cloud', 'event'] as const;

/** Every column a format needs, once. */
export function columnsOf(format: HistoryFormat): string[] {
  return [...new Set([...COMMON_COLUMNS, ...format.key, ...format.prices.map((price) => price.column)])];
}

export const refuseLine = (refusal: string, detail: string): LineRefusal => ({ refusal, detail });

/** A count as a whole number of accelerators, or null where it is none. */
export function wholeCount(text: string): number | null {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null;
}
