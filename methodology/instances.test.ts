import { describe, expect, it } from 'vitest';
import { identify } from '#ingest/identify';
import { countryOfRegion, instance, instances, instancesSchema } from '#methodology/instances';
import { parseReference } from '#methodology/reference';

describe('instances', () => {
  it('are found by their exact name', () => {
    expect(instance('aws', 'p5.48xlarge')).toMatchObject({ label: 'H100 SXM5', memory_gb: 80, gpus: 8 });
    expect(instance('azure', 'Standard_NC40ads_H100_v5')).toMatchObject({ label: 'H100 NVL', memory_gb: 94, gpus: 1 });
    expect(instance('aws', 'P5.48xlarge')).toBeUndefined();
    expect(instance('azure', 'p5.48xlarge')).toBeUndefined();
  });

  it('hold accelerators that identification knows, one way or the other', () => {
    const unknown = instances().flatMap(({ cloud, instance: name, label, memory_gb }) => {
      const found = identify({ source: cloud, label, memoryGb: memory_gb });
      return found.hardwareClass === null && found.why !== 'out_of_scope' ? [`${name}: ${found.detail}`] : [];
    });
    // The PCIe V100 with 16 GB is no class: its memory says so.
    expect(unknown.every((one) => one.startsWith('Standard_NC') && one.includes('V100-PCIE-32'))).toBe(true);
    expect(unknown.length).toBe(4);
  });

  it('know where a region lies', () => {
    expect(countryOfRegion('aws', 'eu-central-1')).toBe('DE');
    expect(countryOfRegion('azure', 'westeurope')).toBe('NL');
    expect(countryOfRegion('gcp', 'europe-west4')).toBe('NL');
    expect(countryOfRegion('aws', 'westeurope')).toBeNull();
  });

  it('refuse one instance twice', () => {
    const rows = [...instances(), instances()[0]];
    expect(() => parseReference('instances.json', { instances: rows, regions: [] }, instancesSchema)).toThrow(/twice/);
  });
});
