import { expect, it } from 'vitest';
import { awsSpotAdvisor } from '#ingest/sources/aws-spot-advisor';
import { azure } from '#ingest/sources/azure';
import { explainLabel, suggestClasses } from '#ingest/suggest';

it('suggests the nearest classes, nearest first, and nothing for nonsense', () => {
  expect(suggestClasses('H100 SXM6')[0]).toBe('H100-SXM-80');
  expect(suggestClasses('rtx4090 ti')).toContain('RTX4090-24');
  expect(suggestClasses('quantum flux capacitor 9000')).toEqual([]);
});

it('looks past the vendor and the memory in a label', () => {
  expect(suggestClasses('NVIDIA GeForce H100 SXM6 80GB HBM')).toEqual(suggestClasses('h100 sxm6 hbm'));
  expect(suggestClasses('NVIDIA L40SX (48 GB)')[0]).toBe('L40S-48');
});

it.each([
  ['a class', 'vast', 'H100 SXM', 80, { is: 'class', hardwareClass: 'H100-SXM-80' }],
  ['a desktop card', 'vast', 'GTX 1080', 8, { is: 'deliberate', reason: 'desktop card outside the index' }],
  ['a card without its form', 'vast', 'H100', 80, { is: 'deliberate', reason: expect.stringMatching(/form factor/) }],
  [
    'a card without its memory',
    'vast',
    'A100 SXM4',
    null,
    { is: 'deliberate', reason: expect.stringMatching(/memory/) },
  ],
  ['a rebuilt card', 'vast', 'RTX 4090', 47.99, { is: 'deliberate', reason: expect.stringMatching(/rebuilt/) }],
  ['memory nobody has seen', 'vast', 'RTX 4090', 36, { is: 'unknown', detail: '36 GB is not RTX4090-24' }],
  ['a new card', 'vast', 'RTX 9090', 64, { is: 'unknown', detail: 'rtx 9090' }],
  ['an instance type', 'azure', 'Standard_ND96isr_H100_v5', null, { is: 'class', hardwareClass: 'H100-SXM-80' }],
  ['an old instance type', 'aws', 'p2.xlarge', null, { is: 'deliberate', reason: expect.stringMatching(/old/) }],
  ['a part of a card', 'gcp', 'g4-standard-6', null, { is: 'deliberate', reason: expect.stringMatching(/a part/) }],
  ['a new instance type', 'oci', 'BM.GPU.X999.8', null, { is: 'unknown', detail: 'bm gpu x999 8' }],
  ['a type of another cloud', 'aws', 'g4-standard-6', null, { is: 'unknown', detail: 'g4 standard 6' }],
  ['a type at no cloud', 'vast', 'g4-standard-6', null, { is: 'unknown', detail: 'g4 standard 6' }],
])('explains %s', (_what, source, label, memoryGb, explanation) => {
  expect(explainLabel({ source, label, memoryGb })).toEqual(explanation);
});

it('a refused instance type says its name in the words that the doctor looks for', () => {
  const facts = { content_type: '', fetched_at: '2026-08-03T12:00:00.000Z', url: '', sent: null };
  const item = {
    ...{
      armSkuName: 'Standard_NX1',
      armRegionName: 'eastus',
      retailPrice: 1,
      unitOfMeasure: '1 Hour',
      meterName: 'NX1',
    },
    ...{ productName: 'NX Series', currencyCode: 'USD', type: 'Consumption' },
  };
  const ranges = ['<5%', '5-10%', '10-15%', '15-20%', '>20%'].map((label, index) => ({ index, label }));
  const items = JSON.stringify({ Items: [{ ...item, armSkuName: 'Standard_NDx_X999_v1' }], NextPageLink: null });
  const advice = JSON.stringify({ ranges, spot_advisor: { 'us-east-1': { Linux: { 'p99.metal': { s: 1, r: 0 } } } } });
  for (const [source, text, name] of [
    [azure, items, 'Standard_NDx_X999_v1'],
    [awsSpotAdvisor, advice, 'p99.metal'],
  ] as const)
    expect(source.parse({ ...facts, text }).rejections).toMatchObject([
      { reason: 'hardware.unknown_label', detail: `${name} is no instance type of the table` },
    ]);
});
