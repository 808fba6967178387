import { describe, expect, it } from 'vitest';
import { readSweep, type SweepReading } from '#ingest/read';
import { akashGpuPrices } from '#ingest/sources/akash-gpu-prices';
import { awsSpotAdvisor } from '#ingest/sources/aws-spot-advisor';
import { openrouter } from '#ingest/sources/openrouter';
import { vastMetrics } from '#ingest/sources/vast-metrics';
import { captureOf, FETCHED_AT } from '#ingest/testing/captures';
import { readingOf, readingOfSpecimen, reasonsOf } from '#ingest/testing/lines';
import { rawResponse, warnWithoutRecordings } from '#ingest/testing/recorded';
import type { Specimen } from '#ingest/testing/shapes';
import { venues } from '#ingest/testing/venues';

warnWithoutRecordings();
const specimensOf = (source: Specimen['source']) => venues.filter((one) => one.source === source);
/** One signal in a line: class, name and value, by what is measured. */
const signalLines = ({ signals }: SweepReading) =>
  signals.map((one) => `${one.native_id} ${one.hardware_class} ${one.name} ${one.value} ${one.event_at}`);
/** One price in a line. */
const tokenLines = ({ tokens }: SweepReading) =>
  tokens.map((one) =>
    [
      one.kind,
      one.model,
      one.variant,
      one.provider,
      one.endpoint,
      one.prompt_usd_per_million,
      one.completion_usd_per_million,
      one.tokens,
    ].join(' '),
  );

describe('openrouter', () => {
  const [models, paid] = specimensOf(openrouter) as [Specimen, Specimen];

  it('lists in USD per million, a side for nothing without a price', () => {
    const reading = readingOfSpecimen(models);
    expect(tokenLines(reading)).toEqual([
      'listed openai/gpt-9-20260101 standard   1.25 10 ',
      'listed openai/gpt-9-20260101 batch   0.625 5 ',
      'listed a/b-20260101 standard   0.3  ',
    ]);
    expect(reading.observations).toEqual([]);
    expect(reading.tokens[0]).toMatchObject({ event_at: FETCHED_AT, source: 'openrouter' });
  });

  it('what was paid is per endpoint and per million already, with its volume', () => {
    expect(tokenLines(readingOfSpecimen(paid))).toEqual([
      'effective openai/gpt-9-20260101 batch fast e-1 0.73 2.5 422606',
      'effective openai/gpt-9-20260101 batch fast e-2 0.81 2.6 1000',
      'effective openai/gpt-9-20260101 batch slow e-3 0.5 1.9 77',
    ]);
  });

  it('asks for models, then for the most used, then what was paid for each, most used first', () => {
    const [first, ranking] = paid.before as [string, string];
    const asked: string[] = [];
    let request = openrouter.requests(new Date(FETCHED_AT))[0] ?? null;
    for (const text of [first, ranking, paid.text, paid.text]) {
      asked.push(request?.url ?? '');
      request =
        openrouter.follow?.({ text, content_type: '', fetched_at: FETCHED_AT, url: request?.url ?? '', sent: null }) ??
        null;
    }
    expect(request).toBeNull();
    expect(asked.slice(2).map((url) => new URL(url).searchParams.toString())).toEqual([
      'permaslug=openai%2Fgpt-9-20260101&variant=batch',
      'permaslug=a%2Fb-20260101&variant=standard',
    ]);
  });

  it.each<[string, object, string]>([
    ['a router whose price depends', { prompt: '-1', completion: '-1' }, 'price.negative'],
    ['a free variant', { prompt: '0', completion: '0' }, 'price.not_offered'],
    ['a price per million where per token was meant', { prompt: '1.25', completion: '10' }, 'price.absurd'],
    ['one side that is no number', { prompt: '0.000001', completion: 'call us' }, 'price.not_a_number'],
    ['no completion at all', { prompt: '0.000001' }, 'row.shape'],
  ])('%s is refused, and the others stand', (_name, pricing, reason) => {
    const answer = JSON.parse(models.text) as { data: object[] };
    const odd = { id: 'x/y', canonical_slug: 'x/y-1', pricing };
    const reading = readingOfSpecimen(models, JSON.stringify({ data: [...answer.data, odd] }));
    expect(reasonsOf(reading)).toEqual({ [reason]: 1 });
    expect(reading.tokens.length).toBe(3);
    expect(reading.failure).toBeNull();
  });

  it('one line with two prices says neither; one that is repeated is no news', () => {
    const answer = JSON.parse(models.text) as { data: Record<string, unknown>[] };
    const [first] = answer.data;
    const other = { ...first, pricing: { prompt: '0.000002', completion: '0.00001' } };
    const read = (data: unknown[]) => readingOfSpecimen(models, JSON.stringify({ data }));
    for (const data of [
      [...answer.data, other],
      [other, ...answer.data],
    ]) {
      expect(reasonsOf(read(data))).toEqual({ 'duplicate.in_sweep': 2 });
      expect(read(data).tokens.length).toBe(2);
    }
    expect(read([...answer.data, first])).toMatchObject({ quarantined: [] });
    expect(read([...answer.data, first]).tokens.length).toBe(3);
  });

  it('neither rows nor prices of tokens are an error', () => {
    expect(readingOfSpecimen(models, '{"data":[]}').failure).toBe(
      'canary: the answer holds not one row that could be read',
    );
    const free = JSON.stringify({
      data: [{ id: 'openai/x:free', canonical_slug: 'openai/x', pricing: { prompt: '0', completion: '0' } }],
    });
    const reading = readingOfSpecimen(models, free);
    expect(reading.failure).toMatch(/^price\.not_offered/);
    expect(reading.sweep.complete).toBe(false);
  });

  it.skipIf(rawResponse('openrouter/2026-08-08_models.json.gz') === null)('reads the recorded models', () => {
    const reading = readingOf(openrouter, rawResponse('openrouter/2026-08-08_models.json.gz') ?? '');
    expect(reading.failure).toBeNull();
    expect(tokenLines(reading)).toContain('listed meta/muse-spark-1.2-20260805 standard   1.25 4.25 ');
    expect(tokenLines(reading)).toContain('listed anthropic/claude-opus-5-20260723 batch   2.5 12.5 ');
    expect(reading.tokens.length).toBe(400 - Object.values(reasonsOf(reading)).reduce((sum, count) => sum + count, 0));
    expect(Object.keys(reasonsOf(reading)).sort()).toEqual(['price.negative', 'price.not_offered']);
    const fixture = readingOf(openrouter, rawResponse('openrouter/api_v1_models_2026-07-27_fixture.json') ?? '');
    expect(fixture.failure).toBeNull();
  });
});

describe('aws-spot-advisor', () => {
  const [advice] = specimensOf(awsSpotAdvisor) as [Specimen];

  it('two signals a type with accelerators, and never a price', () => {
    const reading = readingOfSpecimen(advice);
    expect(signalLines(reading)).toEqual([
      `us-east-1/p5.48xlarge H100-SXM-80 interruption_band 4 ${FETCHED_AT}`,
      `us-east-1/p5.48xlarge H100-SXM-80 savings_percent 52 ${FETCHED_AT}`,
      `eu-north-1/p5.48xlarge H100-SXM-80 interruption_band 2 ${FETCHED_AT}`,
      `eu-north-1/p5.48xlarge H100-SXM-80 savings_percent -12 ${FETCHED_AT}`,
      `eu-north-1/g6e.xlarge L40S-48 interruption_band 1 ${FETCHED_AT}`,
      `eu-north-1/g6e.xlarge L40S-48 savings_percent 61 ${FETCHED_AT}`,
    ]);
    expect([reading.observations, reading.tokens, reading.rates]).toEqual([[], [], []]);
  });

  it('bands that mean something else refuse the whole file', () => {
    const reading = readingOfSpecimen(advice, advice.text.replace('10-15%', '10-20%'));
    expect(reading.failure).toMatch(/^body\.unreadable: the bands are <5%,5-10%,10-20%/);
    expect(reading.signals).toEqual([]);
  });

  it('an unknown type with accelerators is told once, whatever its regions', () => {
    const reading = readingOfSpecimen(advice, advice.text.replaceAll('p5.48xlarge', 'p7.48xlarge'));
    expect(reasonsOf(reading)).toEqual({ 'hardware.unknown_label': 1 });
    expect(reading.signals.length).toBe(2);
  });

  it.skipIf(rawResponse('aws_spot_advisor/spot-advisor-data_2025-06-28.json.gz') === null)(
    'reads the recorded files',
    () => {
      const reading = readingOf(
        awsSpotAdvisor,
        rawResponse('aws_spot_advisor/spot-advisor-data_2025-06-28.json.gz') ?? '',
      );
      expect(reading.failure).toBeNull();
      expect(signalLines(reading)).toContain(`us-east-1/p5.48xlarge H100-SXM-80 interruption_band 4 ${FETCHED_AT}`);
      expect(signalLines(reading)).toContain(`us-east-1/p5.48xlarge H100-SXM-80 savings_percent 52 ${FETCHED_AT}`);
      expect(reading.signals.length).toBeGreaterThan(1000);
      // Five years ago a band had the same limits.
      const old = readingOf(awsSpotAdvisor, rawResponse('aws_spot_advisor/spot-advisor-data_2021-02-10.json.gz') ?? '');
      expect(old.failure).toBeNull();
      expect(old.signals.length).toBeGreaterThan(500);
    },
  );
});

describe('akash-gpu-prices', () => {
  const [gpus] = specimensOf(akashGpuPrices) as [Specimen];

  it('counts what there is and what is free', () => {
    expect(signalLines(readingOfSpecimen(gpus))).toEqual([
      `nvidia/h100/80Gi/SXM5 H100-SXM-80 gpus_total 8 ${FETCHED_AT}`,
      `nvidia/h100/80Gi/SXM5 H100-SXM-80 gpus_available 2 ${FETCHED_AT}`,
      `nvidia/rtx4090/24Gi/PCIe RTX4090-24 gpus_total 40 ${FETCHED_AT}`,
      `nvidia/rtx4090/24Gi/PCIe RTX4090-24 gpus_available 3 ${FETCHED_AT}`,
      `nvidia/a100/80Gi/PCIe A100-PCIE-80 gpus_total 12 ${FETCHED_AT}`,
      `nvidia/a100/80Gi/PCIe A100-PCIE-80 gpus_available 12 ${FETCHED_AT}`,
    ]);
  });

  it('more free than there are is no count', () => {
    const reading = readingOfSpecimen(gpus, gpus.text.replace('"available":2}', '"available":9}'));
    expect(reasonsOf(reading)).toEqual({ 'signal.inconsistent': 1 });
    expect(reading.signals.length).toBe(4);
  });

  it.skipIf(rawResponse('_documented_examples/README.md') === null)('reads the documented answer', () => {
    const text = rawResponse('_documented_examples/akash_console_v1_gpu_prices.json') ?? '';
    expect(signalLines(readingOf(akashGpuPrices, text)).length).toBe(2);
  });
});

describe('vast-metrics', () => {
  const [metrics] = specimensOf(vastMetrics) as [Specimen];
  const answer = () => JSON.parse(metrics.text) as { gpus: Record<string, Record<string, Record<string, unknown[]>>> };

  it('adds up verified and unverified, each at its own instant; percentiles are signals', () => {
    const reading = readingOfSpecimen(metrics);
    expect(signalLines(reading).filter((line) => line.startsWith('RTX 4090'))).toEqual([
      'RTX 4090 RTX4090-24 gpus_rented 4174 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 gpus_rented 4146 2026-08-03T11:15:00.000Z',
      'RTX 4090 RTX4090-24 gpus_available 272 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 gpus_available 300 2026-08-03T11:15:00.000Z',
      'RTX 4090 RTX4090-24 gpus_total 4446 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 gpus_total 4446 2026-08-03T11:15:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_p10 0.195 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_p10 0.19 2026-08-03T11:15:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_median 0.39 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_median 0.38 2026-08-03T11:15:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_p90 0.78 2026-08-03T11:00:00.000Z',
      'RTX 4090 RTX4090-24 rented_price_p90 0.76 2026-08-03T11:15:00.000Z',
    ]);
    expect(reading.observations).toEqual([]);
  });

  it('a series of another length than its instants costs the model, and no other', () => {
    const bent = answer();
    bent.gpus['H100 SXM']?.pricing?.rented_p10?.pop();
    const reading = readingOfSpecimen(metrics, JSON.stringify(bent));
    expect(reasonsOf(reading)).toEqual({ 'row.shape': 1 });
    expect(new Set(reading.signals.map((one) => one.label))).toEqual(new Set(['RTX 4090']));
  });

  it('a percentile that was not measured is none', () => {
    const bent = answer();
    const median = bent.gpus['RTX 4090']?.pricing?.rented_median;
    if (median) median[0] = null;
    expect(readingOfSpecimen(metrics, JSON.stringify(bent)).signals.length).toBe(23);
  });

  it('a host without machines is told nothing, and says so', () => {
    const reading = readingOfSpecimen(metrics, '{"success":true,"gpus":[],"needs_machine":true}');
    expect(reading.failure).toMatch(/^body\.unreadable: unexpected shape: gpus/);
  });

  it('asks for two hours up to now', () => {
    const url = new URL(vastMetrics.requests(new Date(FETCHED_AT))[0]?.url ?? '');
    const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)));
    expect([start, end]).toEqual([Date.parse(FETCHED_AT) / 1000 - 7200, Date.parse(FETCHED_AT) / 1000]);
    expect(url.searchParams.get('gpu_name')).toBe('all');
  });

  it.skipIf(rawResponse('_documented_examples/README.md') === null)('reads the documented answer', () => {
    const text = rawResponse('_documented_examples/vast_metrics_gpu_history.json') ?? '';
    // Its instants are older than the capture of this test, as they may be.
    const reading = readSweep(vastMetrics, [captureOf(vastMetrics, text)]);
    expect(reading.failure).toBeNull();
    expect(reading.signals.length).toBe(12);
  });
});
