import { describe, expect, it } from 'vitest';
import type { Source } from '#ingest/source';
import { azure } from '#ingest/sources/azure';
import { coreweave } from '#ingest/sources/coreweave';
import { crusoe } from '#ingest/sources/crusoe';
import { digitalocean } from '#ingest/sources/digitalocean';
import { gpuai } from '#ingest/sources/gpuai';
import { hetzner } from '#ingest/sources/hetzner';
import { hyperbolic } from '#ingest/sources/hyperbolic';
import { lambdaPage } from '#ingest/sources/lambda-page';
import { latitude } from '#ingest/sources/latitude';
import { lium } from '#ingest/sources/lium';
import { nebius } from '#ingest/sources/nebius';
import { oci } from '#ingest/sources/oci';
import { scaleway } from '#ingest/sources/scaleway';
import { together } from '#ingest/sources/together';
import { verda } from '#ingest/sources/verda';
import { voltagepark } from '#ingest/sources/voltagepark';
import { vultr } from '#ingest/sources/vultr';
import { FETCHED_AT } from '#ingest/testing/captures';
import { linesOf, readingOf, reasonsOf } from '#ingest/testing/lines';
import { rawResponse, warnWithoutRecordings } from '#ingest/testing/recorded';

warnWithoutRecordings();
const raw = (path: string) => rawResponse(path) ?? '';
/** Excerpts of pages were kept: completed to a page, as the parsers want one whole. */
const asPage = (path: string) => `<html><body>${raw(path)}</body></html>`;
const verdaTypes = () =>
  `[${[17, 39, 61, 83].map((line) => raw(`gpuhunt_tests/src__tests__providers__test_verda__L${line}.json`)).join(',')}]`;

/** The plans that the recorded page of Latitude embeds, as its API lists them. The last is cut short. */
function latitudePlans(): string {
  const text = raw('latitude/pricing_excerpt.html').replaceAll('\\"', '"');
  const plans: unknown[] = [];
  for (const part of text.split(/(?=\{"id":"plan_)/).slice(1)) {
    try {
      plans.push(JSON.parse(part.replace(/[,\]\s]*$/, '')));
    } catch {
      // The plan at the cut.
    }
  }
  return JSON.stringify({ data: plans });
}

describe.skipIf(rawResponse('lium/executors_sample.json') === null)('recorded responses', () => {
  const expectLines = (source: Source, text: string, lines: Record<string, string>) => {
    const reading = readingOf(source, text);
    expect(reading.failure).toBeNull();
    expect(linesOf(reading)).toMatchObject(lines);
    return reading;
  };

  it('hyperbolic: cents, of the whole option', () => {
    const reading = expectLines(hyperbolic, raw('hyperbolic/rental_options.json'), {
      'us-east-1/h100/sxm5/1/ethernet/virtual-machine/319':
        'h100 sxm5 → H100-SXM-80 | 3.19 USD lot_hour | x1 | OD | US | executable',
      'uk-southeast-3/h100/sxm5/8/infiniband/bare-metal/2552':
        'h100 sxm5 → H100-SXM-80 | 25.52 USD lot_hour | x8 | OD | GB | executable',
      'ca-east-1/h100/pcie/1/ethernet/virtual-machine/275':
        'h100 pcie → H100-PCIE-80 | 2.75 USD lot_hour | x1 | OD | CA | executable',
    });
    expect(reading.observations.map((one) => one.available_gpus).filter((one) => one !== null)).toEqual([2]);
    expect(reading.quarantined).toEqual([]);
  });

  it('lium: per GPU, interruptible where its machine is', () => {
    expectLines(lium, raw('lium/executors_sample.json'), {
      '42ef8a0b-8b28-4a50-ad7c-4fcad8cc2734':
        'NVIDIA B300 SXM6 AC → B300-SXM-288 | 7.97 USD gpu_hour | x8 | OD | US | executable',
      'b37a337d-3e10-4eb0-b6a8-526dedf3afbe':
        'NVIDIA H200 → H200-SXM-141 | 3.1 USD gpu_hour | x8 | INT | IN | executable',
    });
  });

  it('voltagepark: posted, where nothing is left', () => {
    expectLines(voltagepark, raw('voltagepark/bare_metal_locations.json'), {
      'bare-metal/a3111bd4-550a-47d0-838a-0a52bff2ae3f/infiniband':
        'h100-sxm5-80gb → H100-SXM-80 | 2.49 USD gpu_hour | x8 | OD |  | listed',
    });
    expectLines(voltagepark, raw('voltagepark/instant_deploy_presets.json'), {
      'preset/404645e3-4677-4f48-b023-15baaa6621e1':
        'h100-sxm5-80gb → H100-SXM-80 | 15.12 USD lot_hour | x8 | OD |  | listed',
    });
  });

  it('gpuai: an absurd price is a fact, for later screens to judge', () => {
    const reading = expectLines(gpuai, raw('gpuai/pricing_page_sample.json'), {
      '79ff8ac1608a/on_demand': 'rtx_5090 → RTX5090-32 | 154.67 USD lot_hour | x4 | OD |  | executable',
      'c9a419a4b93d/on_demand': 'rtx_pro_6000 → null | 2.09 USD lot_hour | x1 | OD |  | executable',
    });
    expect(reasonsOf(reading)).toEqual({ 'hardware.ambiguous': 1 });
  });

  it('oci: bare compute alone, no software and nothing at the customer', () => {
    const reading = expectLines(oci, raw('oracle/products_usd.json'), {
      'B98415/USD': 'H100 → H100-SXM-80 | 10 USD gpu_hour | xnull | OD |  | listed',
      'B95907/USD': 'A100 - v2 → A100-SXM-80 | 4 USD gpu_hour | xnull | OD |  | listed',
      'B109485/USD': 'MI300X → MI300X-192 | 6 USD gpu_hour | xnull | OD |  | listed',
    });
    expect(reading.observations.length).toBe(15);
    // E3, E4 and H100T have no class on purpose.
    expect(reasonsOf(reading)).toEqual({ 'hardware.ambiguous': 1 });
  });

  it('verda: posted on demand, administered spot; memory of one GPU of many', () => {
    const reading = expectLines(verda, verdaTypes(), {
      '1H100.80S.30V/on-demand': 'H100 SXM5 80GB → H100-SXM-80 | 3.95 USD lot_hour | x1 | OD |  | listed',
      '2A6000.20V/spot': 'RTX A6000 48GB → RTXA6000-48 | 0.7 USD lot_hour | x2 | INT |  | administered',
    });
    expect(reading.observations.length).toBe(6);
    expect(reading.observations.every((one) => (one.memory_gb ?? 0) <= 80)).toBe(true);
  });

  it('scaleway: EUR; the PCIe part behind a name that hides it', () => {
    const reading = expectLines(scaleway, raw('scaleway/servers_page1.json'), {
      'fr-par-2/H100-2-80G': 'H100-PCIe → H100-PCIE-80 | 5.733 EUR lot_hour | x2 | OD | FR | listed',
      'fr-par-2/H100-SXM-8-80G': 'H100-SXM → H100-SXM-80 | 25.3308 EUR lot_hour | x8 | OD | FR | listed',
      'fr-par-2/B300-SXM-8-288G': 'B300-SXM → B300-SXM-288 | 60 EUR lot_hour | x8 | OD | FR | listed',
    });
    expect(reading.observations.length).toBe(16);
    const older = readingOf(scaleway, raw('scaleway/products_servers_fr-par-2_fixture.json'));
    // Without `gpu_info` the type's name alone tells no chip; a null price is silence.
    expect(older.observations.every((one) => one.hardware_class === null)).toBe(true);
    expect(older.observations.map((one) => one.native_id)).not.toContain('fr-par-2/H100-4-80G');
  });

  it('azure: no reservation, no Windows, no Low Priority; spot is administered', () => {
    const east = expectLines(azure, raw('azure_retail/eastus_nd_2026-07-27.json'), {
      'eastus/Standard_ND96isr_H100_v5/ND96isrH100v5':
        'H100 SXM5 → H100-SXM-80 | 98.32 USD lot_hour | x8 | OD | US | listed',
      'eastus/Standard_ND96asr_v4/ND96asr_A100_v4 Spot':
        'A100 SXM4 → A100-SXM-40 | 5.98334 USD lot_hour | x8 | INT | US | administered',
    });
    expect(east.observations.length).toBe(3);
    const west = expectLines(azure, raw('azure_retail/westeurope_fixture.json'), {
      'westeurope/Standard_NC40ads_H100_v5/NC40adsH100v5':
        'H100 NVL → H100-NVL-94 | 6.98 USD lot_hour | x1 | OD | NL | listed',
      'westeurope/Standard_ND96isr_H100_v5/ND96isrH100v5 Spot':
        'H100 SXM5 → H100-SXM-80 | 21.258283 USD lot_hour | x8 | INT | NL | administered',
    });
    expect(west.observations.map((one) => one.attributes.instance)).toContain('Standard_ND96is_noIB_H100_v5');
    expect(reasonsOf(west)).toEqual({});
  });

  it('azure: a price that takes effect later is no price yet', () => {
    const page = JSON.parse(raw('azure_retail/eastus_nd_2026-07-27.json'));
    for (const item of page.Items) item.effectiveStartDate = '2026-09-01T00:00:00Z';
    const parsed = azure.parse({
      text: JSON.stringify(page),
      content_type: '',
      fetched_at: FETCHED_AT,
      url: azure.requests(new Date(FETCHED_AT))[0]?.url ?? '',
      sent: null,
    });
    expect(parsed.rows).toEqual([]);
    expect(parsed.rejections.map((one) => one.reason)).toEqual(['event.future', 'event.future', 'event.future']);
  });

  it('vultr: preemptible only where it can be had, and no lot guessed', () => {
    const plans = JSON.stringify({ plans_metal: JSON.parse(raw('vultr/gpuhunt_db_rows_2026-04-01.json.gz')) });
    const reading = expectLines(vultr, plans, {
      'vbm-256c-2048gb-8-mi300x-gpu/preemptible': 'AMD_MI300X → MI300X-192 | 14.8 USD lot_hour | x8 | INT |  | listed',
      'vbm-112c-2048gb-8-a100-gpu/on-demand': 'NVIDIA_A100_SXM → A100-SXM-80 | 22.4 USD lot_hour | x8 | OD |  | listed',
    });
    expect(Object.keys(linesOf(reading))).not.toContain('vbm-256c-2048gb-8-mi300x-gpu/on-demand');
    expect(reasonsOf(reading)).toEqual({ 'gpus.missing': 1, 'hardware.ambiguous': 3 });
  });

  it('hetzner: EUR by the hour, and cards out of scope', () => {
    const servers = JSON.stringify({ server: JSON.parse(raw('hetzner/gpuhunt_db_rows_2026-04-01.json.gz')) });
    const reading = expectLines(hetzner, servers, {
      '2959132': 'GeForce GTX 1080 → null | 0.1715 EUR lot_hour | x1 | OD | FI | executable',
    });
    expect(reading.observations.length).toBe(29);
    expect(reading.quarantined).toEqual([]);
  });

  it('latitude: an hour and a month are two tariffs of a whole server', () => {
    expectLines(latitude, latitudePlans(), {
      'g4-b300-large/United States/hour': 'NVIDIA HGX B300 → B300-SXM-288 | 128 USD lot_hour | x8 | OD | US | listed',
      'g4-b300-large/United States/month':
        'NVIDIA HGX B300 → B300-SXM-288 | 46720 USD lot_month | x8 | R1M | US | listed',
      'g3-h100-small/United States/hour': 'NVIDIA H100 80GB → null | 3.37 USD lot_hour | x1 | OD | US | listed',
    });
  });

  it('digitalocean: the droplet, with the memory of one GPU', () => {
    const reading = expectLines(digitalocean, raw('gpuhunt_tests/src__tests__providers__test_digitalocean__L5.json'), {
      'gpu-h100x8-640gb': 'nvidia_h100 → H100-SXM-80 | 23.92 USD lot_hour | x8 | OD |  | listed',
      'gpu-mi300x8-1536gb': 'amd_mi300x → MI300X-192 | 15.92 USD lot_hour | x8 | OD |  | listed',
    });
    expect(reading.observations.map((one) => one.memory_gb)).toEqual([80, 192]);
  });

  it('lambda-page: per GPU, lots by the tab, no clusters', () => {
    const reading = expectLines(lambdaPage, asPage('lambda/pricing.html'), {
      '8/NVIDIA B200 SXM6/180 GB': 'NVIDIA B200 SXM6 → B200-SXM-180 | 6.69 USD gpu_hour | x8 | OD |  | listed',
      '4/NVIDIA A100 PCIe/40 GB': 'NVIDIA A100 PCIe → A100-PCIE-40 | 1.99 USD gpu_hour | x4 | OD |  | listed',
    });
    expect(reading.observations.length).toBe(22);
    expect(reading.observations.map((one) => one.price)).not.toContain('9.86');
  });

  it('coreweave: whole instances by region, footnotes and all', () => {
    const reading = expectLines(coreweave, asPage('coreweave/pricing.html'), {
      'NORTH AMERICA/NVIDIA GB200 NVL72/4^1/186/on-demand':
        'NVIDIA GB200 NVL72 → GB200-NVL72-186 | 42 USD lot_hour | x4 | OD |  | listed',
      'NORTH AMERICA/NVIDIA HGX H100/8/80/on-demand':
        'NVIDIA HGX H100 → H100-SXM-80 | 49.24 USD lot_hour | x8 | OD |  | listed',
    });
    expect(reading.observations.some((one) => one.tenor === 'INT')).toBe(true);
    expect(reading.observations.some((one) => one.attributes.region === 'EUROPE')).toBe(true);
    expect(reading.observations.map((one) => one.label)).not.toContain('AMD Genoa (9274F)');
  });

  it('crusoe: per GPU, the form factor from a tag', () => {
    const reading = expectLines(crusoe, asPage('crusoe/pricing.html'), {
      'NVIDIA H100/80GB/HGX/on-demand': 'NVIDIA H100 HGX → H100-SXM-80 | 3.9 USD gpu_hour | xnull | OD |  | listed',
      'NVIDIA A100/80GB/PCIe/on-demand': 'NVIDIA A100 PCIe → A100-PCIE-80 | 2 USD gpu_hour | xnull | OD |  | listed',
    });
    expect(reading.observations.length).toBe(6);
    expect(reading.quarantined).toEqual([]);
  });

  it('together: clusters alone, and a band of days is no tenor', () => {
    const reading = expectLines(together, asPage('together/pricing.html'), {
      'NVIDIA HGX H100/on-demand': 'NVIDIA HGX H100 → H100-SXM-80 | 3.99 USD gpu_hour | xnull | OD |  | listed',
      'NVIDIA HGX B200/91-180 days': 'NVIDIA HGX B200 → B200-SXM-180 | 6.79 USD gpu_hour | xnull |  |  | listed',
    });
    // 5.49 is the price of dedicated inference.
    expect(reading.observations.map((one) => one.price)).not.toContain('5.49');
    expect(reading.observations.length).toBe(12);
  });

  it('nebius: a "from" price is no price', () => {
    const reading = expectLines(nebius, asPage('nebius/prices.html'), {
      'NVIDIA HGX H100/on-demand': 'NVIDIA HGX H100 → H100-SXM-80 | 3.85 USD gpu_hour | xnull | OD |  | listed',
      'NVIDIA HGX H200/preemptible': 'NVIDIA HGX H200 → H200-SXM-141 | 2.45 USD gpu_hour | xnull | INT |  | listed',
    });
    expect(reasonsOf(reading)).toEqual({ 'row.shape': 4, 'hardware.ambiguous': 2 });
  });

  it('nebius: the announced column stops it', () => {
    const page = asPage('nebius/prices.html').replace('On-demand, GPU-hour', 'Effective October 1, 2026');
    expect(readingOf(nebius, page)).toMatchObject({ observations: [], failure: expect.stringContaining('pinned') });
  });
});
