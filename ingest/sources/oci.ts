/**
 * Oracle Cloud Infrastructure: price list by part.
 * Page: https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/, recorded 2026-08. Terms: not read.
 * Traps: the same metric "GPU Per Hour" prices software ("NVIDIA AI Enterprise - H100", 2.50), machines at the customer's site and VMware
 * nodes: only "Compute - GPU - <model>" is bare compute; the figure is per GPU; "E3", "E4", "V2" and "X7" name no chip and stay unknown;
 * preemptible capacity is half of list by rule and therefore no evidence of its own. The trailing slash matters.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ items: z.array(z.unknown()) });
const itemSchema = z.object({
  partNumber: z.string().min(1).max(40),
  displayName: z.string().min(1).max(300),
  metricName: z.string().max(120),
  currencyCodeLocalizations: z.array(
    z.object({
      currencyCode: z.string().max(10),
      prices: z.array(z.object({ model: z.string(), value: z.union([z.number(), z.string()]) })),
    }),
  ),
});
const COMPUTE = /^(?:(?:OCI|Oracle Cloud Infrastructure) ?- )?Compute +- GPU - (.+)$/;

export const oci: Source = {
  id: 'oci',
  title: 'Oracle Cloud price list',
  homepage: 'https://www.oracle.com/cloud/',
  provider: 'oci',
  venue_type: 'hyperscaler',
  evidence: ['listed'],
  aggregator: false,
  schedule: '17 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 1, body_bytes: 16_000_000, sweep_seconds: 90, pause_ms: 1000, timeout_ms: 60_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.oracle.com/legal/terms/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [
    { method: 'GET', url: 'https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/?currencyCode=USD' },
  ],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).items,
      itemSchema,
      (item) => fieldText(item, 'partNumber'),
      parsed,
      (item) => {
        const label = COMPUTE.exec(item.displayName)?.[1];
        if (label === undefined || item.metricName !== 'GPU Per Hour') return;
        for (const { currencyCode, prices } of item.currencyCodeLocalizations) {
          const onDemand = prices.find((one) => one.model === 'PAY_AS_YOU_GO');
          addQuote(parsed, {
            native_id: `${item.partNumber}/${currencyCode}`,
            provider: 'oci',
            label,
            evidence: 'listed',
            currency: currencyCode,
            price_basis: 'gpu_hour',
            price: onDemand?.value,
            tenor: 'OD',
            attributes: { product: 'instance', part: item.partNumber },
          });
        }
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'no price for the H100'),
};
