import { formatDecimal } from '#methodology/decimal';
import type { Evidence } from '#methodology/evidence';

/** A quote as it stands in the simulated market at an instant. */
export interface SimulatedQuote {
  /** The source that shows it. */
  source: string;
  venue: string;
  /** The venue itself, or `venue/host`. */
  provider: string;
  /** The name of its line at the source. */
  line: string;
  hardware_class: string;
  label: string;
  memory_gb: number;
  /** Size of the lot; null on a rate card per GPU. */
  gpus: number | null;
  tenor: 'OD' | 'INT';
  evidence: Exclude<Evidence, 'transaction'>;
  /** USD per GPU-hour, an exact decimal. */
  price: string;
  country: string;
  /** Of a host; null for a cloud. */
  machine: string | null;
  hosting: 'datacenter' | 'community' | null;
}

/** A trade executed on the simulated exchange. */
export interface SimulatedTrade {
  id: string;
  /** RFC 3339. */
  executed_at: string;
  venue: string;
  /** Whose capacity it is. */
  provider: string;
  /** Both sides, blinded as a venue would have blinded them. */
  buyer: string;
  seller: string;
  hardware_class: string;
  label: string;
  memory_gb: number;
  gpus: number;
  hours: number;
  /** USD per GPU-hour, an exact decimal. */
  price: string;
}

const PRICE_DECIMALS = 4;
const LEAST_UNITS = 1;

/** A price rounded to what a seller quotes, as an exact decimal; never zero. */
export function quoted(price: number, decimals = PRICE_DECIMALS): string {
  return formatDecimal(BigInt(Math.max(LEAST_UNITS, Math.round(price * 10 ** decimals))), decimals);
}

/** What a lot costs whose GPUs cost so much each. Exact. */
export function lotPrice(price: string, gpus: number): string {
  const decimals = price.length - price.indexOf('.') - 1;
  return formatDecimal(BigInt(price.replace('.', '')) * BigInt(gpus), decimals);
}
