import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { print, quote } from '#api/testing/contributing';
import { ungraded } from '#ingest/contribute/attest';
import type { Speaker } from '#ingest/contribute/judge';
import { type Format, readers } from '#ingest/contribute/records';
import { type RawRecord, sealRecords } from '#ingest/contribute/seal';
import { makeSegment, nothingKnown, observationsOf, readFacts, settle, writeFacts } from '#ingest/contribute/segment';
import { textsOf } from '#ingest/contribute/texts';
import { admission } from '#methodology/admission';
import { canonicalJson } from '#methodology/canonical';
import { hardwareClass } from '#methodology/hardware';
import { isCountry } from '#methodology/regions';
import { makeBlind } from '#store/blinding';
import { observationId } from '#store/observation';

const speaker: Speaker = { contributor: 'fuzz', venue: 'example-exchange' };
const received = new Date('2026-11-20T12:00:00.000Z');
const blind = makeBlind(new Uint8Array(32));

/** Everything that happens to a body but its storing. */
async function settled(body: Uint8Array, format: Format, sizes: readonly number[] = []) {
  async function* pieces() {
    let at = 0;
    for (const size of sizes) {
      if (at >= body.byteLength) break;
      yield body.subarray(at, at + size + 1);
      at += size + 1;
    }
    if (at < body.byteLength) yield body.subarray(at);
  }
  const raw: RawRecord[] = [];
  for await (const piece of readers[format](pieces(), 4096)) raw.push(...piece);
  const records = await sealRecords(raw, blind, async () => ungraded);
  const segment = makeSegment({ speaker, receiptId: 'r', receivedAt: received, number: 0, sha256: '' }, records);
  return { raw, result: settle(segment, nothingKnown()) };
}

const names = [
  ...new Set([
    ...Object.keys(print()),
    ...Object.keys(quote()),
    'hardware_class',
    'clearing_price',
    'auction_id',
    'attributes',
    'region',
    'gpu_hours',
    'attestation',
    'corrected_at',
    '__proto__',
    'x',
  ]),
];
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '1e9',
    'NaN',
    '99999999999999999999999',
    0,
    -0,
    1e-19,
    1e300,
    2 ** 53,
    true,
    null,
    [],
    {},
    '\u0000',
    '\ud800',
    'OD',
    'USD',
    'US',
    'EU',
    'trade',
    'quote',
    'cancel',
    'correction',
    'auction',
    'venue',
    'H100-SXM-80',
    '2026-11-20T10:00:00Z',
    '9999-12-31T23:59:59Z',
    '0001-01-01T00:00:00Z',
    'constructor',
    'gpu_month',
    'lot_day',
  ),
);
const line = fc
  .tuple(
    fc.constantFrom(print(), print({ side: 'venue' }), quote(), print({ form: 'correction' })),
    fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 }),
  )
  .map(([base, changes]) => Object.fromEntries([...Object.entries(base), ...changes]));

describe('whatever a line says', () => {
  it('it is taken as a sound fact or quarantined, and no crash', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const body = Buffer.from(lines.map((one) => JSON.stringify(one)).join('\n'));
        const { result } = await settled(body, 'ndjson');
        expect(result.verdicts).toHaveLength(lines.length);
        expect(result.leaves).toHaveLength(result.verdicts.filter((one) => one.verdict === 'accepted').length);
        const observations = observationsOf(result.facts);
        expect(observations).toHaveLength(result.facts.observations);
        expect(new Set(observations.map((one) => one.observation_id)).size).toBe(observations.length);
        for (const observation of observations) {
          taken += 1;
          const { observation_id, price, event_at, gpus, country, hardware_class, trade } = observation;
          expect(observationId(observation)).toBe(observation_id);
          expect(textsOf(observation).canonical).toBe(canonicalJson(observation));
          expect(price).toMatch(/^(0|[1-9]\d*)(\.\d*[1-9])?$/);
          expect(Number(price)).toBeGreaterThan(0);
          expect(Number(price)).toBeLessThanOrEqual(Number(admission.maximum_price));
          expect(Date.parse(event_at)).toBeLessThanOrEqual(
            received.getTime() + admission.future_tolerance_seconds * 1000,
          );
          expect(gpus === null || (Number.isInteger(gpus) && gpus >= 1)).toBe(true);
          expect(country === null || isCountry(country)).toBe(true);
          expect(hardware_class === null || hardwareClass(hardware_class) !== undefined).toBe(true);
          if (trade) expect(Number(trade.gpu_hours)).toBeGreaterThan(0);
          for (const party of [trade?.buyer, trade?.seller]) expect(party ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
        }
        expect(readFacts(writeFacts(result.facts))).toEqual({ ...result.facts, rows: Buffer.from(result.facts.rows) });
        expect(Buffer.from(result.facts.rows).toString('utf8')).toBe(
          observations.map((one) => `${textsOf(one).row}\n`).join(''),
        );
        const text = JSON.stringify(result) + Buffer.from(result.facts.capture.body ?? '').toString('utf8');
        expect(text).not.toMatch(/Blue Whale|Crimson Foundry/);
      }),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});

describe('whatever the bytes', () => {
  const good = [print({ trade_id: 'a' }), quote(), print({ trade_id: 'ü😀"\\,[]{}'.slice(0, 1) })];
  const bodies: Record<Format, string> = {
    ndjson: good.map((one) => JSON.stringify(one)).join('\n'),
    json: JSON.stringify(good),
    csv: `form,quote_id,evidence,label,price,currency,price_basis,event_at\n${['q', 'ü', 'r'].map((id) => `quote,${id},listed,"H100 ""SXM5""",2,USD,gpu_hour,2026-11-20T10:00:00Z\n`).join('')}`,
  };
  const sizes = fc.array(fc.nat({ max: 300 }), { maxLength: 40 });
  const edits = fc.array(
    fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(0x22, 0x5c, 0x0a, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x0d, 0xff, 0x00), fc.nat({ max: 255 })),
    ),
    { maxLength: 6 },
  );

  it.each(Object.keys(bodies) as Format[])(
    '%s is read to its end the same way, however it is cut in pieces',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(edits, sizes, fc.nat(), async (changes, pieces, end) => {
          const whole = Buffer.from(bodies[format]);
          for (const [at, byte] of changes) whole[at % whole.byteLength] = byte;
          const body = changes.length === 0 ? whole : whole.subarray(0, Math.max(1, whole.byteLength - (end % 200)));
          const one = await settled(body, format);
          const cut = await settled(body, format, pieces);
          expect(cut.raw).toEqual(one.raw);
          expect(cut.result.verdicts).toEqual(one.result.verdicts);
        }),
        { numRuns: 400 },
      );
    },
  );
});
