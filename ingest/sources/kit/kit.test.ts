import { describe, expect, it } from 'vitest';
import { readEc2, signAws } from '#ingest/sources/kit/aws';
import { carried, carrying, needCarried } from '#ingest/sources/kit/carry';
import { dollars, embeddedJson, wholePage } from '#ingest/sources/kit/html';
import { countryNamed, leadingCountry } from '#ingest/sources/kit/places';
import { isZero, originOf } from '#ingest/sources/kit/rows';

describe('signature version 4', () => {
  const key = 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const now = new Date('2015-08-30T12:36:00.000Z');
  const get = (url: string) => ({ method: 'GET' as const, url });

  it("is AWS's own: get-vanilla of the test suite", () => {
    const headers = signAws(key, get('https://example.amazonaws.com/'), now, {
      service: 'service',
      region: 'us-east-1',
    });
    expect(headers).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    });
  });

  it("is AWS's own: the documented ListUsers", () => {
    const { authorization } = signAws(key, get('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'), now, {
      service: 'iam',
      region: 'us-east-1',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    });
    expect(authorization).toContain('Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  });

  it('takes a session token along, and never tells a broken key', () => {
    const facts = { service: 'ec2', region: 'us-east-1' };
    expect(signAws('a:b:c:d', get('https://ec2.us-east-1.amazonaws.com/'), now, facts)['x-amz-security-token']).toBe(
      'c:d',
    );
    expect(() => signAws('hush', get('https://ec2.us-east-1.amazonaws.com/'), now, facts)).toThrow(/^(?!.*hush)/);
  });

  it('reads one item as a list, and none as an empty one', () => {
    const answer = (inner: string) => `<R><set>${inner}</set><nextToken>t</nextToken></R>`;
    expect(readEc2(answer('<item><a>1</a></item>'), 'R', 'set')).toEqual({ items: [{ a: '1' }], more: true });
    expect(readEc2('<R><set/><nextToken/></R>', 'R', 'set')).toEqual({ items: [], more: false });
    expect(() => readEc2('<R><other/></R>', 'R', 'set')).toThrow(/no set in a R/);
    expect(() => readEc2('<R><set>', 'R', 'set')).toThrow(/not whole XML/);
  });
});

describe('what travels with a request', () => {
  it('comes back as it was, and is not sent', () => {
    const url = carrying('https://example.org/a?b=1', { name: '8x A100 & more', queue: 'x|y\nz' });
    expect(carried(url)).toEqual({ name: '8x A100 & more', queue: 'x|y\nz' });
    expect(new URL(url).search).toBe('?b=1');
    expect(() => needCarried(url, 'height')).toThrow(/"height"/);
  });
});

describe('pages', () => {
  it.each([
    ['$4.29', '', '4.29'],
    ['$1,234.50', '', '1234.50'],
    ['$4.29/GPU-hr', '/GPU-hr', '4.29'],
    ['Contact sales', '', null],
    ['––', '', null],
    ['N/A', '', null],
    ['', '', null],
  ])('%j reads %s %s', (cell, suffix, price) => expect(dollars(cell, suffix)).toBe(price));

  it.each(['€4.29', 'from $4.29', '$4.29/month', '$1,23', '$', '4.29', '$4.29 $3.99', 'free'])(
    '%j is refused',
    (cell) => expect(() => dollars(cell)).toThrow(/is no price/),
  );

  it('an end that is missing is an error', () => {
    expect(() => wholePage('<html><table><tr><td>$4')).toThrow(/not whole/);
    expect(() => embeddedJson('{\\"a\\":[1,2', '{\\"a\\":')).toThrow(/no end/);
    expect(embeddedJson('x{\\"a\\":[1,\\"]\\"],\\"b\\":2}', '{\\"a\\":')).toEqual([1, ']']);
  });
});

it('places and origins are exact', () => {
  expect(countryNamed('United States')).toBe('US');
  expect(countryNamed('us')).toBe('US');
  expect(countryNamed('Europe')).toBeNull();
  expect(leadingCountry('gb-bournemouth-1')).toBe('GB');
  expect(leadingCountry('eu-north-6')).toBeNull();
  expect(leadingCountry('Utah, US')).toBeNull();
  expect(originOf('Prime Intellect')).toBe('primeintellect');
  expect(originOf('verda')).toBe('datacrunch');
  expect(originOf('Nobody Knows')).toBe('nobody knows');
  expect([isZero('0.00'), isZero(0), isZero(''), isZero('0.01')]).toEqual([true, true, false, false]);
});
