/**
 * AWS spot instance advisor: how often spot instances are reclaimed, and what they save, by region and type. Signals, no prices.
 * Page: https://aws.amazon.com/ec2/spot/instance-advisor/ (its data file, recorded 2025-06 and 2021-02). Terms: not read.
 * Traps: a band of interruptions (`r`) is an index into `ranges`, whose limits are checked here, as they have changed before; the savings
 * (`s`) are whole percents of the list price over the last month, an average and often below 0, and times a list price they are nobody's
 * price; the file has no date; most types hold no accelerator, and of a type that looks as if it did and is not in
 * methodology/instances nothing is guessed.
 */
import { z } from 'zod';
import { expectShape, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { refuse } from '#ingest/sources/kit/rows';
import { instance } from '#methodology/instances';

const DATA = 'https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json';
/** Families of instances with accelerators, as AWS names them: P, G, Trn, Inf, DL. */
const ACCELERATED = /^(p\d|g\d|gr\d|trn\d|inf\d|dl\d)\w*(-\w+)?\./;
/** What the bands are called; the signal's numbers mean these. */
const BANDS = ['<5%', '5-10%', '10-15%', '15-20%', '>20%'];

const dataSchema = z.object({
  ranges: z.array(z.object({ index: z.int(), label: z.string() })),
  spot_advisor: z.record(z.string(), z.object({ Linux: z.record(z.string(), z.unknown()) })),
});
const rowSchema = z.object({ s: z.int().min(-1000).max(100), r: z.int().min(0).max(4) });

export const awsSpotAdvisor: Source = {
  id: 'aws-spot-advisor',
  title: 'AWS spot instance advisor',
  homepage: 'https://aws.amazon.com/ec2/spot/instance-advisor/',
  provider: 'aws',
  venue_type: 'hyperscaler',
  evidence: [],
  aggregator: false,
  schedule: '41 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 1, body_bytes: 16_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://aws.amazon.com/service-terms/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: DATA }],
  parse(capture) {
    const parsed = emptyParsed();
    const { ranges, spot_advisor } = expectShape(dataSchema, parseJson(capture.text));
    const bands = ranges.sort((a, b) => a.index - b.index).map(({ label }) => label);
    if (bands.join() !== BANDS.join())
      throw new Error(`the bands are ${bands.join()} where ${BANDS.join()} were pinned`);
    const unknown = new Set<string>();
    for (const [region, { Linux }] of Object.entries(spot_advisor)) {
      for (const [name, stated] of Object.entries(Linux)) {
        if (!ACCELERATED.test(name)) continue;
        const known = instance('aws', name);
        if (!known) {
          unknown.add(name);
          continue;
        }
        const native_id = `${region}/${name}`;
        const row = rowSchema.safeParse(stated);
        if (!row.success) {
          refuse(parsed, 'row.shape', 'a row is whole numbers `s` and `r`', native_id, stated);
          continue;
        }
        const facts = {
          event_at: null,
          native_id,
          provider: 'aws',
          label: known.label,
          memory_gb: known.memory_gb,
          region,
        };
        parsed.signals.push(
          { ...facts, name: 'interruption_band', value: row.data.r },
          { ...facts, name: 'savings_percent', value: row.data.s },
        );
      }
    }
    for (const name of unknown) {
      refuse(parsed, 'hardware.unknown_label', `${name} is no instance type of the table`, name, name);
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.signals.some(({ native_id }) => /\/(p|g)\d/.test(native_id)) ? null : 'not one type with GPUs in any region',
};
