import { describe, expect, it } from 'vitest';
import { countryOfCloudRegion } from '#methodology/cloud-regions';

describe('regions of clouds', () => {
  it.each([
    ['aws', 'eu-central-1', 'DE'],
    ['gcp', 'us-central2', 'US'],
    ['oci', 'uk-london-1', 'GB'],
    ['ovh', 'WAW', 'PL'],
  ])('%s %s lies in %s', (cloud, region, code) => {
    expect(countryOfCloudRegion(cloud, region)).toBe(code);
  });

  it('one that nobody typed in is unknown, however telling its name, and so is another cloud of the same region', () => {
    expect(countryOfCloudRegion('lambda', 'europe-central-1')).toBeNull();
    expect(countryOfCloudRegion('aws', 'uk-london-1')).toBeNull();
    expect(countryOfCloudRegion('nobody', 'us-east-1')).toBeNull();
  });
});
