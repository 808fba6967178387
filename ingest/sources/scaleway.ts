/**
 * Scaleway: GPU instance types of a zone.
 * Page: https://api.scaleway.com/instance/v1/zones/{zone}/products/servers, recorded 2026-08. Terms: not read.
 * Traps: prices are in EUR and of the whole instance; memory is in bytes, of one GPU; a null price means not sold; `gpu_info` names
 * the chip, while the type's name ("H100-2-80G") hides that it is the PCIe part; MIG types are slices.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { leadingCountry } from '#ingest/sources/kit/places';
import { addQuote } from '#ingest/sources/kit/rows';

const PAGE_TYPES = 100;
const answerSchema = z.object({ servers: z.record(z.string(), z.record(z.string(), z.unknown())) });
const typeSchema = z.object({
  name: z.string().min(1).max(80),
  gpu: z.int().nullable(),
  gpu_info: z.object({ gpu_name: z.string().max(80), gpu_memory: z.number() }).nullish(),
  mig_profile: z.string().max(40).nullish(),
  hourly_price: z.union([z.number(), z.string()]).nullable(),
  end_of_service: z.boolean().nullish(),
});
const page = (zone: string, number: number) => ({
  method: 'GET' as const,
  url: `https://api.scaleway.com/instance/v1/zones/${zone}/products/servers?per_page=${PAGE_TYPES}&page=${number}`,
});
const zoneOf = (url: string) => /\/zones\/([a-z0-9-]+)\//.exec(url)?.[1] ?? '';

export const scaleway: Source = {
  id: 'scaleway',
  title: 'Scaleway instance types',
  homepage: 'https://www.scaleway.com',
  provider: 'scaleway',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '19 */2 * * *',
  freshness_objective_seconds: 28_800,
  budget: { requests: 10, body_bytes: 4_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.scaleway.com/en/terms-and-conditions/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => ['fr-par-2', 'pl-waw-2'].map((zone) => page(zone, 1)),
  follow(capture) {
    const { servers } = expectShape(answerSchema, parseJson(capture.text));
    if (Object.keys(servers).length < PAGE_TYPES) return null;
    return page(zoneOf(capture.url), Number(new URL(capture.url).searchParams.get('page')) + 1);
  },
  parse(capture) {
    const parsed = emptyParsed();
    const zone = zoneOf(capture.url);
    const { servers } = expectShape(answerSchema, parseJson(capture.text));
    eachRow(
      Object.entries(servers).map(([name, type]) => ({ ...type, name })),
      typeSchema,
      (type) => fieldText(type, 'name'),
      parsed,
      (type) => {
        if (!type.gpu) return;
        addQuote(parsed, {
          native_id: `${zone}/${type.name}`,
          provider: 'scaleway',
          label: `${type.gpu_info?.gpu_name ?? type.name}${type.mig_profile ? ` MIG ${type.mig_profile}` : ''}`,
          evidence: 'listed',
          currency: 'EUR',
          price_basis: 'lot_hour',
          price: type.hourly_price,
          memory_gb: type.gpu_info ? Math.round((type.gpu_info.gpu_memory / 2 ** 30) * 100) / 100 : null,
          gpus: type.gpu,
          tenor: 'OD',
          country: leadingCountry(zone),
          attributes: { product: 'instance', zone, instance: type.name, end_of_service: type.end_of_service ?? false },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'no H100 among the types of a zone',
};
