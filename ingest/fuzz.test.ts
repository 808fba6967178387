import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSweep, type SweepReading } from '#ingest/read';
import { sweepOf } from '#ingest/testing/captures';
import { warnWithoutRecordings } from '#ingest/testing/recorded';
import { handMade, recorded, type Specimen } from '#ingest/testing/specimens';
import { admission } from '#methodology/admission';

warnWithoutRecordings();
const specimens = [...handMade, ...recorded()].map((one) => ({ ...one, title: `${one.source.id}, ${one.name}` }));
const runs = Number(process.env.FUZZ_RUNS ?? 25);

const read = (specimen: Specimen, body: Buffer) => readSweep(specimen.source, sweepOf(specimen, body));
/** Every number that somebody might take for a price. */
const numbersOf = ({ observations, tokens, signals }: SweepReading) =>
  [
    ...observations.map((one) => one.price),
    ...tokens.flatMap((one) => [one.prompt_usd_per_million, one.completion_usd_per_million]),
    ...signals.map((one) => one.value),
  ].filter((one) => one !== null);

describe.each(specimens)('one byte changed: $title', (specimen) => {
  const whole = Buffer.from(specimen.text);
  const said = new Set(numbersOf(read(specimen, whole)));

  it('never throws, prints no nonsense, and changes no price but the one that was touched', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bent = Buffer.from(whole);
        bent[at] = byte;
        const reading = read(specimen, bent);
        const { observations, quarantined, failure } = reading;
        const strange = new Set(numbersOf(reading).filter((one) => !said.has(one)));
        for (const { price, native_id, currency, gpus } of observations) {
          expect(price).toMatch(/^\d+(\.\d+)?$/);
          expect(Number(price)).toBeGreaterThan(0);
          expect(Number(price)).toBeLessThanOrEqual(Number(admission.maximum_price));
          expect(admission.currencies).toContain(currency);
          expect(native_id).not.toBe('');
          if (gpus !== null) expect(gpus).toBeGreaterThan(0);
        }
        // A digit changed inside a price is another price, and only a checksum could tell; it is the only one, unless it is a part of many.
        if (!specimen.shared) expect(strange.size).toBeLessThanOrEqual(1);
        for (const one of quarantined) expect(one.reason).toMatch(/^[a-z_]+(\.[a-z_]+)*$/);
        if (failure !== null) expect(failure.length).toBeGreaterThan(5);
      }),
      { numRuns: runs },
    );
  });
});
