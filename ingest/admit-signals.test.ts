import { describe, expect, it } from 'vitest';
import { admitSignal } from '#ingest/admit-signals';
import { admitTokenPrice } from '#ingest/admit-tokens';
import type { RawSignal, RawTokenPrice } from '#ingest/source';
import { awsSpotAdvisor } from '#ingest/sources/aws-spot-advisor';
import { captureOf, FETCHED_AT } from '#ingest/testing/captures';

const capture = captureOf(awsSpotAdvisor, '{}');
const signal = (changes: Partial<RawSignal>): RawSignal => ({
  event_at: null,
  native_id: 'eu-north-1/p5.48xlarge',
  provider: 'aws',
  label: 'H100 SXM5',
  memory_gb: 80,
  region: 'eu-north-1',
  name: 'gpus_available',
  value: 8,
  ...changes,
});
const price = (changes: Partial<RawTokenPrice>): RawTokenPrice => ({
  event_at: null,
  model: 'a/b',
  variant: 'standard',
  provider: null,
  endpoint: null,
  kind: 'listed',
  prompt: '0.000001',
  completion: '0.000004',
  per_tokens: 1,
  tokens: null,
  ...changes,
});

describe('a signal', () => {
  it.each<[Partial<RawSignal>, string]>([
    [{ value: 0 }, '0'],
    [{ value: '12' }, '12'],
    [{ name: 'savings_percent', value: -62 }, '-62'],
    [{ name: 'rented_price_median', value: 0.246 }, '0.246'],
  ])('%o is %s', (changes, value) => {
    const { signal: admitted, rejection } = admitSignal(signal(changes), awsSpotAdvisor, capture);
    expect(rejection).toBeNull();
    expect(admitted).toMatchObject({ value, hardware_class: 'H100-SXM-80', event_at: FETCHED_AT });
  });

  it.each<[Partial<RawSignal>, string]>([
    [{ value: 1.5 }, 'signal.out_of_range'],
    [{ value: -1 }, 'signal.out_of_range'],
    [{ value: 1_000_001 }, 'signal.out_of_range'],
    [{ value: 'many' }, 'signal.not_a_number'],
    [{ value: Number.NaN }, 'signal.not_a_number'],
    [{ name: 'interruption_band', value: 5 }, 'signal.out_of_range'],
    [{ name: 'savings_percent', value: 101 }, 'signal.out_of_range'],
    [{ name: 'rented_price_p10', value: 0 }, 'signal.out_of_range'],
    [{ native_id: '' }, 'native_id.missing'],
    [{ event_at: '2026-08-03' }, 'event.not_an_instant'],
    [{ event_at: '2027-08-03T00:00:00Z' }, 'event.future'],
    [{ region: '\ud83d' }, 'row.not_json'],
  ])('%o is refused: %s', (changes, reason) => {
    expect(admitSignal(signal(changes), awsSpotAdvisor, capture)).toMatchObject({
      signal: null,
      rejection: { reason },
    });
  });

  it('of a part nobody knows stands without a class, and is told', () => {
    const { signal: admitted, rejection } = admitSignal(signal({ label: 'Abacus 9000' }), awsSpotAdvisor, capture);
    expect(admitted?.hardware_class).toBeNull();
    expect(rejection?.reason).toBe('hardware.unknown_label');
  });
});

describe('a price of tokens', () => {
  it.each<[Partial<RawTokenPrice>, string | null, string | null]>([
    [{}, '1', '4'],
    [{ per_tokens: 1_000_000, prompt: 1.3941754341694665e-5, completion: 2163.7 }, '0.000013941754341695', '2163.7'],
    [{ completion: '0' }, '1', null],
    [{ prompt: null }, null, '4'],
  ])('%o is %s and %s for a million', (changes, prompt, completion) => {
    expect(admitTokenPrice(price(changes), awsSpotAdvisor, capture)).toMatchObject({
      prompt_usd_per_million: prompt,
      completion_usd_per_million: completion,
    });
  });

  it.each<[Partial<RawTokenPrice>, string]>([
    [{ per_tokens: 1_000_000 }, 'price.absurd'],
    [{ prompt: '1' }, 'price.absurd'],
    [{ completion: -1 }, 'price.negative'],
    [{ prompt: 'free' }, 'price.not_a_number'],
    [{ prompt: 0, completion: null }, 'price.not_offered'],
    [{ tokens: -1 }, 'tokens.out_of_range'],
    [{ tokens: 1.5 }, 'tokens.out_of_range'],
    [{ model: '' }, 'native_id.missing'],
    [{ event_at: 'today' }, 'event.not_an_instant'],
    [{ model: 'a/\ud83d' }, 'row.not_json'],
  ])('%o is refused: %s', (changes, reason) => {
    expect(admitTokenPrice(price(changes), awsSpotAdvisor, capture)).toMatchObject({ reason });
  });
});
