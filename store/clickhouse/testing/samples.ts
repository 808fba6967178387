import { sha256 } from '#methodology/canonical';
import { type Capture, type Observation, observationId } from '#store/observation';

/** An observation with an id that fits its content. */
export function observation(changes: Partial<Omit<Observation, 'observation_id'>> = {}): Observation {
  const fact: Omit<Observation, 'observation_id'> = {
    source: 'vast',
    native_id: 'offer-1',
    sweep_id: 'sweep-1',
    event_at: '2026-07-28T11:00:00.123Z',
    observed_at: '2026-07-28T11:00:01.456Z',
    provider: 'vast/9001',
    venue: 'vast',
    venue_type: 'marketplace',
    evidence: 'executable',
    aggregator: false,
    label: 'H100 SXM',
    memory_gb: 79.65,
    hardware_class: 'H100-SXM-80',
    gpus: 8,
    available_gpus: 8,
    tenor: 'OD',
    country: 'NL',
    region: 'EU',
    price: '2.39',
    currency: 'USD',
    price_basis: 'lot_hour',
    attributes: { product: 'instance', reliability: 0.1234567890123456, verified: true },
    trade: null,
    capture_id: 'capture-1',
    capture_sha256: sha256('capture-1'),
    ...changes,
  };
  return { observation_id: observationId(fact), ...fact };
}

/** A capture of bytes. */
export function capture(id: string, body: Uint8Array | null, changes: Partial<Capture> = {}): Capture {
  return {
    capture_id: id,
    source: 'vast',
    sweep_id: `sweep of ${id}`,
    sequence: 0,
    last: true,
    url: 'https://example.org/a?b=c&d="e"',
    request: '{"body":{"limit":64},"method":"POST"}',
    status: 200,
    content_type: 'application/json; charset=utf-8',
    fetched_at: '2026-07-28T11:00:01.456Z',
    sha256: sha256(body ?? ''),
    bytes: body?.byteLength ?? 9_000_001,
    body,
    ...changes,
  };
}
