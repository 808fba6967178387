import type { FixRecord } from '#index-engine/record';
import { canonicalJson, sha256 } from '#methodology/canonical';
import type { LedgerFix } from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import { type Observation, observationId } from '#store/observation';

/** 16:00 in London on a summer date. */
export const strikeOf = (date: string) => new Date(`${date}T15:00:00.000Z`);

/** A record with everything filled in: a normal fix of level 4. */
export function record(facts: Pick<FixRecord, 'series' | 'date'> & Partial<FixRecord>): FixRecord {
  const strike = strikeOf(facts.date);
  return {
    format: 'csi-fix/1',
    hardware_class: facts.series.replace('CSI-', ''),
    strike: strike.toISOString(),
    strike_local: `${facts.date}T16:00:00+01:00`,
    time_zone: 'Europe/London',
    window: {
      from: new Date(strike.getTime() - 86_400_000).toISOString(),
      to: strike.toISOString(),
      partitions: 24,
      partitions_filled: 24,
    },
    revision: 0,
    simulated: false,
    publication: 'initial',
    value: '2.8000',
    unit: 'USD/GPU-h',
    scu: {
      status: 'rated',
      training: { rating: '1.0000', value: '2.8000' },
      inference: { rating: '1.0000', value: '2.8000' },
      combined: { rating: '1.0000', value: '2.8000' },
      unit: 'USD/SCU-h',
    },
    level: 4,
    status: 'normal',
    reason: null,
    sentence: 'A fix for a test.',
    levels: [{ level: 4, passed: true, reason: '6 providers at 6 venues' }],
    counts: {
      observations: 3,
      included: 2,
      excluded: 1,
      providers: 6,
      venues: 6,
      gpus: 16,
      prints: 0,
      gpu_hours: '0.000000',
    },
    shares: {
      top_provider: '0.250000',
      top_five_providers: '0.900000',
      evidence: { listed: '1.000000' },
      attestation: { A: '0.000000', B: '0.000000', C: '1.000000' },
    },
    distribution: { minimum: '2.100000', p25: '2.500000', median: '2.800000', p75: '3.000000', maximum: '3.500000' },
    rejections: { 'grade.lot_size': 1 },
    caps: null,
    providers: [{ provider: 'runpod', venue: 'runpod', price: '2.690000', share: '0.250000' }],
    influence: { largest: null, providers: [], venues: [] },
    concentration: { fraction: '1/3', providers: 2, venues: 2 },
    cost_to_move: { by: '0.01', up: { share: '0.0400', venues: 1, gpus: 12 }, down: null },
    anchor: null,
    change: null,
    diagnostics: {
      weighted_mean: '2.8100',
      weighted_median: '2.8000',
      trimmed_mean: '2.8000',
      provider_median: '2.8000',
      alarms: [],
    },
    carried_strikes: 0,
    methodology: { version: '1.0', sha256: 'f'.repeat(64) },
    engine: 'csi-engine/5',
    inputs: { count: 3, merkle_root: '0'.repeat(64) },
    previous_hash: null,
    ...facts,
  };
}

/** A suspended record: no value, and why. */
export function suspended(facts: Pick<FixRecord, 'series' | 'date'>, reason: string): FixRecord {
  return record({ ...facts, value: null, level: null, status: 'suspended', reason, distribution: null, providers: [] });
}

/** Records sealed as published fixes, chained in their order. */
export function sealed(records: readonly FixRecord[], key: SigningKey): LedgerFix[] {
  let previousHash: string | null = null;
  return records.map((one) => {
    const fix: FixRecord = { ...one, previous_hash: previousHash };
    const canonical = canonicalJson(fix);
    const row: LedgerFix = {
      series: fix.series,
      strike: new Date(fix.strike),
      revision: fix.revision,
      date: fix.date,
      value: fix.value,
      level: fix.level,
      status: fix.status,
      reason: fix.reason,
      p25: fix.distribution?.p25 ?? null,
      p75: fix.distribution?.p75 ?? null,
      providers: fix.counts.providers,
      canonical,
      hash: sha256(canonical),
      previousHash,
      signature: key.sign(canonical),
      keyId: key.keyId,
      publishedAt: new Date(strikeOf(fix.date).getTime() + 900_000),
      timeZoneDatabase: '2026a',
    };
    previousHash = row.hash;
    return row;
  });
}

/** An observation with everything filled in: a listed price of RunPod. */
export function observation(facts: Partial<Omit<Observation, 'observation_id'>>): Observation {
  const at = facts.observed_at ?? '2026-07-28T10:00:00.000Z';
  const fact: Omit<Observation, 'observation_id'> = {
    source: 'runpod',
    native_id: 'H100/secure',
    sweep_id: 'sweep-1',
    event_at: at,
    observed_at: at,
    provider: 'runpod',
    venue: 'runpod',
    venue_type: 'neocloud',
    evidence: 'listed',
    aggregator: false,
    label: 'NVIDIA H100 80GB HBM3',
    memory_gb: 80,
    hardware_class: 'H100-SXM-80',
    gpus: null,
    available_gpus: null,
    tenor: 'OD',
    country: null,
    region: null,
    price: '2.69',
    currency: 'USD',
    price_basis: 'gpu_hour',
    attributes: { product: 'instance' },
    trade: null,
    capture_id: 'capture-1',
    capture_sha256: sha256('capture-1'),
    ...facts,
  };
  return { observation_id: observationId(fact), ...fact };
}
