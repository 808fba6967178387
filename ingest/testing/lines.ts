import { readSweep, type SweepReading } from '#ingest/read';
import type { Source } from '#ingest/source';
import { captureOf, sweepOf } from '#ingest/testing/captures';
import type { Specimen } from '#ingest/testing/shapes';
import type { Observation } from '#store/observation';

/** What a source makes of one answer, as if it had come from an address. */
export function readingOf(source: Source, text: string, url?: string): SweepReading {
  return readSweep(source, [captureOf(source, text, url === undefined ? {} : { url })]);
}

/** What a source makes of a specimen, or of another text in its place. */
export function readingOfSpecimen(specimen: Specimen, text: string = specimen.text): SweepReading {
  return readSweep(specimen.source, sweepOf(specimen, text));
}

/** One fact in a line, so that a test can say all of it: label → class, price, lot, tenor, country, evidence. */
export function lineOf(one: Observation): string {
  return [
    `${one.label} → ${one.hardware_class}`,
    `${one.price} ${one.currency} ${one.price_basis}`,
    `x${one.gpus}`,
    one.tenor,
    one.country,
    one.evidence,
  ].join(' | ');
}

/** Every fact of a reading by its native id. */
export function linesOf(reading: SweepReading): Record<string, string> {
  return Object.fromEntries(reading.observations.map((one) => [one.native_id, lineOf(one)]));
}

/** How many rows were refused, by reason. */
export function reasonsOf(reading: SweepReading): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of reading.quarantined) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
