import type { Source } from '#ingest/source';
import { ecb } from '#ingest/sources/ecb';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { runpod } from '#ingest/sources/runpod';
import { vast } from '#ingest/sources/vast';

/** Every source, in the order in which they are listed. */
export const catalogue: readonly Source[] = [vast, runpod, gpurentalprices, ecb];

/** A source by its id. */
export function sourceById(id: string): Source | undefined {
  return catalogue.find((source) => source.id === id);
}
