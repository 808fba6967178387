/**
 * Vultr: bare-metal plans with accelerators.
 * Page: https://api.vultr.com/v2/plans-metal, native rows recorded 2026-04. Terms: not read.
 * Traps: the number of accelerators stands only in the plan's id ("vbm-112c-2048gb-8-h100-gpu"), and one without it has no lot;
 * `gpu_vram_gb` is of all together; `gpu_brand` says "none" on AMD plans; a preemptible price stands on plans that cannot be deployed
 * so. The virtual `vcg` plans are slices of cards with no count of cards: not asked for.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ plans_metal: z.array(z.unknown()), meta: z.unknown().optional() });
const price = z.union([z.number(), z.string()]).nullable();
const planSchema = z.object({
  id: z.string().min(1).max(80),
  hourly_cost: price,
  hourly_cost_preemptible: price.optional(),
  gpu_type: z.string().max(80).nullish(),
  gpu_vram_gb: z.number().nullish(),
  deploy_ondemand: z.boolean().nullish(),
  deploy_preemptible: z.boolean().nullish(),
  locations: z.array(z.string()),
});
const PLAN = /-(?:(\d+)-)?[a-z0-9]+-gpu$/;

export const vultr: Source = {
  id: 'vultr',
  title: 'Vultr bare-metal plans',
  homepage: 'https://www.vultr.com',
  provider: 'vultr',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '27 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.vultr.com/legal/tos/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://api.vultr.com/v2/plans-metal?per_page=500' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).plans_metal,
      planSchema,
      (plan) => fieldText(plan, 'id'),
      parsed,
      (plan) => {
        const match = PLAN.exec(plan.id);
        if (!match) return;
        if (match[1] === undefined) {
          refuse(parsed, 'gpus.missing', 'the plan states no number of accelerators', plan.id, plan);
          return;
        }
        if (plan.gpu_type == null) {
          refuse(parsed, 'hardware.unknown_label', 'the plan names no accelerator', plan.id, plan);
          return;
        }
        const label = plan.gpu_type;
        const gpus = Number(match[1]);
        const add = (kind: string, tenor: string, quoted: RawRow['price'] | null | undefined, offered: boolean) => {
          if (!offered) return;
          addQuote(parsed, {
            native_id: `${plan.id}/${kind}`,
            provider: 'vultr',
            label,
            memory_gb: plan.gpu_vram_gb == null ? null : plan.gpu_vram_gb / gpus,
            gpus,
            tenor,
            evidence: 'listed',
            price: quoted,
            currency: 'USD',
            price_basis: 'lot_hour',
            attributes: { product: 'bare-metal', instance: plan.id, locations: plan.locations.join(' ') },
          });
        };
        add('on-demand', 'OD', plan.hourly_cost, plan.deploy_ondemand !== false);
        add('preemptible', 'INT', plan.hourly_cost_preemptible, plan.deploy_preemptible !== false);
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /mi3\d\dx/i.test(row.label)) ? null : 'not one MI3xx among the bare-metal plans',
};
