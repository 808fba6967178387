/**
 * Microsoft Azure: retail prices of GPU virtual machines, on demand and spot, all regions.
 * Page: https://prices.azure.com/api/retail/prices, recorded 2026-07. Terms: not read.
 * Traps: a reservation's price is of its whole term though its unit reads "1 Hour"; Windows and Low Priority meters stand among the
 * others; a price may take effect later than it is shown; the chip is not named (methodology/instances tells); region and SKU
 * strings compare verbatim. `DevTestConsumption` is another tariff. Ask slowly: a burst is answered 429.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { knownInstance } from '#ingest/sources/kit/instances';
import { addQuote, refuse } from '#ingest/sources/kit/rows';
import { countryOfRegion } from '#methodology/instances';

const HOST = 'https://prices.azure.com/';
const pageSchema = z.object({ Items: z.array(z.unknown()), NextPageLink: z.string().nullable() });
const itemSchema = z.object({
  armSkuName: z.string().max(120),
  armRegionName: z.string().max(80),
  retailPrice: z.union([z.number(), z.string()]).nullable(),
  unitOfMeasure: z.string().max(40),
  meterName: z.string().max(120),
  productName: z.string().max(200),
  currencyCode: z.string().max(10),
  type: z.string().max(40),
  effectiveStartDate: z.iso.datetime({ offset: true }).nullish(),
});

const ask = (family: string) => {
  const filter = [
    "serviceName eq 'Virtual Machines'",
    "priceType eq 'Consumption'",
    `contains(armSkuName,'${family}')`,
    "contains(productName,'Windows') eq false",
    "contains(meterName,'Low Priority') eq false",
  ].join(' and ');
  const query = new URLSearchParams({ 'api-version': '2023-01-01-preview', currencyCode: 'USD', $filter: filter });
  return { method: 'GET' as const, url: `${HOST}api/retail/prices?${query}` };
};

export const azure: Source = {
  id: 'azure',
  title: 'Azure retail prices',
  homepage: 'https://azure.microsoft.com',
  provider: 'azure',
  venue_type: 'hyperscaler',
  evidence: ['listed', 'administered'],
  aggregator: false,
  schedule: '23 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 120, body_bytes: 8_000_000, sweep_seconds: 600, pause_ms: 3000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://azure.microsoft.com/support/legal/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [ask('Standard_NC'), ask('Standard_ND'), ask('Standard_NV')],
  follow(capture) {
    const next = expectShape(pageSchema, parseJson(capture.text)).NextPageLink;
    if (next === null) return null;
    if (!next.startsWith(HOST)) throw new Error(`the next page is said to lie elsewhere: ${next.slice(0, 80)}`);
    return { method: 'GET', url: next };
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(pageSchema, parseJson(capture.text)).Items,
      itemSchema,
      (item) => `${fieldText(item, 'armRegionName')}/${fieldText(item, 'armSkuName')}/${fieldText(item, 'meterName')}`,
      parsed,
      (item) => {
        const { armSkuName, armRegionName, meterName, effectiveStartDate } = item;
        if (!/^Standard_N[CDV]/.test(armSkuName) || item.type !== 'Consumption') return;
        if (/Windows/.test(item.productName) || /Low Priority/.test(meterName)) return;
        const native_id = `${armRegionName}/${armSkuName}/${meterName}`;
        if (item.unitOfMeasure !== '1 Hour') {
          refuse(parsed, 'unit.unknown', `${item.unitOfMeasure} is not "1 Hour"`, native_id, item);
          return;
        }
        if (effectiveStartDate != null && Date.parse(effectiveStartDate) > Date.parse(capture.fetched_at)) {
          refuse(parsed, 'event.future', `takes effect on ${effectiveStartDate} only`, native_id, item);
          return;
        }
        const known = knownInstance(parsed, 'azure', armSkuName, native_id, item);
        if (!known) return;
        const spot = / Spot$/.test(meterName);
        addQuote(parsed, {
          native_id,
          provider: 'azure',
          label: known.label,
          memory_gb: known.memory_gb,
          gpus: known.gpus,
          tenor: spot ? 'INT' : 'OD',
          evidence: spot ? 'administered' : 'listed',
          price: item.retailPrice,
          currency: item.currencyCode,
          price_basis: 'lot_hour',
          country: countryOfRegion('azure', armRegionName),
          attributes: {
            product: 'instance',
            instance: armSkuName,
            zone: armRegionName,
            ...(effectiveStartDate == null ? {} : { in_force_since: effectiveStartDate }),
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.attributes.instance === 'Standard_ND96isr_H100_v5')
      ? null
      : 'no price of Standard_ND96isr_H100_v5',
};
