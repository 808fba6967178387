import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { countries, countryOf, regionBlock } from '#methodology/regions';

const recorded = new URL('../../shared/data/recorded/vast/', import.meta.url);

describe('regions', () => {
  it('hold every ISO 3166-1 country once', () => {
    expect(countries()).toHaveLength(249);
    expect(new Set(countries()).size).toBe(249);
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const country of countries()) expect(names.of(country), country).toBeDefined();
  });

  it.each([
    ['US', 'US'],
    ['PR', 'US'],
    ['DE', 'EU'],
    ['NO', 'EU'],
    ['CH', 'EU'],
    ['GB', 'EU'],
    ['SG', 'APAC'],
    ['TW', 'APAC'],
    ['IN', 'APAC'],
    ['AU', 'APAC'],
    ['CA', 'OTHER'],
    ['UA', 'OTHER'],
    ['AE', 'OTHER'],
  ])('%s is in %s', (country, block) => {
    expect(regionBlock(country)).toBe(block);
  });

  it.each(['us', 'UK', 'EU', 'XX', '', 'USA'])('refuses %j rather than call it OTHER', (text) => {
    expect(() => regionBlock(text)).toThrow(RangeError);
  });

  it.each([
    ['Utah, US', 'US'],
    [', US', 'US'],
    ['The Netherlands, NL', 'NL'],
    ['Türkiye, TR', 'TR'],
    ['US', 'US'],
    ['Portland, me', null],
    ['US, Utah', null],
    ['Somewhere, UK', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('reads the country of %j as %s', (text, country) => {
    expect(countryOf(text)).toBe(country);
  });

  it.skipIf(!existsSync(recorded))('read every recorded place (skipped without the recorded data)', () => {
    const places = new Set<string>();
    for (const name of readdirSync(recorded))
      for (const line of gunzipSync(readFileSync(new URL(name, recorded)))
        .toString('utf8')
        .split('\n'))
        if (line) {
          const { geolocation } = JSON.parse(line) as { geolocation: string | null };
          if (geolocation) places.add(geolocation);
        }
    expect(places.size).toBeGreaterThan(100);
    for (const place of places) expect(countryOf(place), place).toMatch(/^[A-Z]{2}$/);
  });
});
