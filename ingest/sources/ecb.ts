/**
 * European Central Bank: euro reference rates, set about 16:00 Frankfurt time on TARGET days.
 * Page: https://www.ecb.europa.eu/stats/policy_and_exchange_rates, read 2026-08. Terms: free reuse with the source named.
 * Traps: a rate is dated by its day, not by the second it was read; there is none for weekends, and the last one stands.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { expectShape } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';

const list = <T extends z.ZodType>(one: T) => z.union([z.array(one), one.transform((value) => [value])]);
const envelopeSchema = z.object({
  Envelope: z.object({
    Cube: z.object({
      Cube: list(
        z.object({
          time: z.iso.date(),
          Cube: list(z.object({ currency: z.string().regex(/^[A-Z]{3}$/), rate: z.string().regex(/^\d+(\.\d+)?$/) })),
        }),
      ),
    }),
  }),
});

const reader = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseAttributeValue: false,
  processEntities: false,
});

export const ecb: Source = {
  id: 'ecb',
  title: 'European Central Bank reference rates',
  homepage: 'https://www.ecb.europa.eu',
  provider: null,
  venue_type: 'exchange',
  evidence: ['listed'],
  aggregator: false,
  schedule: '20 15,16,17 * * 1-5',
  freshness_objective_seconds: 345_600,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: {
    status: 'permitted',
    note: 'Free reuse with the source named.',
    url: 'https://www.ecb.europa.eu/services/using-our-site/disclaimer/html/index.en.html',
  },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml' }],
  parse(capture) {
    const parsed = emptyParsed();
    const valid = XMLValidator.validate(capture.text);
    if (valid !== true) throw new Error(`the body is not whole XML: ${valid.err.msg}`);
    for (const day of expectShape(envelopeSchema, reader.parse(capture.text)).Envelope.Cube.Cube) {
      for (const { currency, rate } of day.Cube) parsed.rates.push({ date: day.time, currency, per_eur: rate });
    }
    return parsed;
  },
  canary: (parsed) => (parsed.rates.some((rate) => rate.currency === 'USD') ? null : 'no rate for USD'),
};
