import type { Source } from '#ingest/source';
import { akash } from '#ingest/sources/akash';
import { akashGpuPrices } from '#ingest/sources/akash-gpu-prices';
import { aws } from '#ingest/sources/aws';
import { awsCapacityBlocks } from '#ingest/sources/aws-capacity-blocks';
import { awsSpot } from '#ingest/sources/aws-spot';
import { awsSpotAdvisor } from '#ingest/sources/aws-spot-advisor';
import { azure } from '#ingest/sources/azure';
import { clore } from '#ingest/sources/clore';
import { cloreGigaspot } from '#ingest/sources/clore-gigaspot';
import { cloudrift } from '#ingest/sources/cloudrift';
import { coreweave } from '#ingest/sources/coreweave';
import { crusoe } from '#ingest/sources/crusoe';
import { cudo } from '#ingest/sources/cudo';
import { digitalocean } from '#ingest/sources/digitalocean';
import { ecb } from '#ingest/sources/ecb';
import { gcp } from '#ingest/sources/gcp';
import { gcpTpu } from '#ingest/sources/gcp-tpu';
import { gpuai } from '#ingest/sources/gpuai';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { hetzner } from '#ingest/sources/hetzner';
import { hyperbolic } from '#ingest/sources/hyperbolic';
import { hyperstack } from '#ingest/sources/hyperstack';
import { ionet } from '#ingest/sources/ionet';
import { jarvislabs } from '#ingest/sources/jarvislabs';
import { lambda } from '#ingest/sources/lambda';
import { lambdaPage } from '#ingest/sources/lambda-page';
import { latitude } from '#ingest/sources/latitude';
import { lium } from '#ingest/sources/lium';
import { mithril } from '#ingest/sources/mithril';
import { nebius } from '#ingest/sources/nebius';
import { nosana } from '#ingest/sources/nosana';
import { oci } from '#ingest/sources/oci';
import { openrouter } from '#ingest/sources/openrouter';
import { ovh } from '#ingest/sources/ovh';
import { primeintellect } from '#ingest/sources/primeintellect';
import { runpod } from '#ingest/sources/runpod';
import { runpodRest } from '#ingest/sources/runpod-rest';
import { salad } from '#ingest/sources/salad';
import { scaleway } from '#ingest/sources/scaleway';
import { sfcompute } from '#ingest/sources/sfcompute';
import { sfcomputeBook } from '#ingest/sources/sfcompute-book';
import { shadeform } from '#ingest/sources/shadeform';
import { tensordock } from '#ingest/sources/tensordock';
import { together } from '#ingest/sources/together';
import { vast } from '#ingest/sources/vast';
import { vastMetrics } from '#ingest/sources/vast-metrics';
import { verda } from '#ingest/sources/verda';
import { voltagepark } from '#ingest/sources/voltagepark';
import { vultr } from '#ingest/sources/vultr';

/**
 * Every source, in the order in which they are listed: trades, live offers, prices set by a venue or posted, signals of capacity, prices
 * of tokens, reference rates.
 */
export const catalogue: readonly Source[] = [
  ...[sfcompute, akash, nosana, cloreGigaspot],
  ...[vast, sfcomputeBook, lium, hyperbolic, voltagepark, gpuai, clore, tensordock, cudo, cloudrift, ionet, hetzner],
  ...[awsCapacityBlocks, primeintellect, shadeform],
  ...[mithril, awsSpot, aws, azure, gcp, gcpTpu, oci, runpod, runpodRest, lambda, lambdaPage, verda, hyperstack],
  ...[nebius, coreweave, crusoe, together, digitalocean, vultr, scaleway, ovh, latitude, jarvislabs, salad],
  ...[gpurentalprices, vastMetrics, akashGpuPrices, awsSpotAdvisor, openrouter, ecb],
];

/** A source by its id. */
export function sourceById(id: string): Source | undefined {
  return catalogue.find((source) => source.id === id);
}
