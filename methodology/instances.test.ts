import { describe, expect, it } from 'vitest';
import { identify } from '#ingest/identify';
import {
  countryOfRegion,
  instance,
  instances,
  instancesSchema,
  isTabledCloud,
  whyUnknownInstance,
} from '#methodology/instances';
import { parseReference } from '#methodology/reference';

describe('instances', () => {
  it('are found by their exact name', () => {
    expect(instance('aws', 'p5.48xlarge')).toMatchObject({ label: 'H100 SXM5', memory_gb: 80, gpus: 8 });
    expect(instance('azure', 'Standard_NC40ads_H100_v5')).toMatchObject({ label: 'H100 NVL', memory_gb: 94, gpus: 1 });
    expect(instance('aws', 'P5.48xlarge')).toBeUndefined();
    expect(instance('azure', 'p5.48xlarge')).toBeUndefined();
  });

  it('hold accelerators that identification knows, one way or the other', () => {
    for (const { cloud, instance: name, label, memory_gb } of instances()) {
      const found = identify({ source: cloud, label, memoryGb: memory_gb });
      expect(found.hardwareClass !== null || found.deliberate, `${cloud}/${name}`).toBe(true);
    }
  });

  it('that are unknown on purpose say why', () => {
    expect(whyUnknownInstance('azure', 'Standard_NV6ads_A10_v5')).toBe('a part of an A10: a sixth, a third or half');
    expect(whyUnknownInstance('aws', 'Standard_NV6ads_A10_v5')).toBeNull();
    expect(whyUnknownInstance('aws', 'p5.48xlarge')).toBeNull();
    expect(isTabledCloud('oci')).toBe(true);
    expect(isTabledCloud('vast')).toBe(false);
  });

  it('know where a region lies', () => {
    expect(countryOfRegion('aws', 'eu-central-1')).toBe('DE');
    expect(countryOfRegion('azure', 'westeurope')).toBe('NL');
    expect(countryOfRegion('gcp', 'europe-west4')).toBe('NL');
    expect(countryOfRegion('aws', 'westeurope')).toBeNull();
  });

  it('refuse one instance twice', () => {
    const rows = [...instances(), instances()[0]];
    const unknown = [{ cloud: 'aws', instances: ['p5.48xlarge'], reason: 'a test' }];
    for (const file of [
      { instances: rows, deliberately_unknown: [] },
      { instances: instances(), deliberately_unknown: unknown },
    ])
      expect(() => parseReference('instances.json', { ...file, regions: [] }, instancesSchema)).toThrow(/twice/);
  });
});
