import { describe, expect, it } from 'vitest';
import { compareDecimal, count, decimal, direction, percent, plural, quoted } from './number';

describe('decimal', () => {
  it('shows the digits that were published, not those of a float', () => {
    expect(decimal('2.2134', 4)).toBe('2.2134');
    expect(decimal('0.1', 4)).toBe('0.1000');
    expect(decimal('9007199254740993.0001', 4)).toBe('9\u2009007\u2009199\u2009254\u2009740\u2009993.0001');
  });
  it('rounds half to even', () => {
    expect(['0.125', '0.135', '0.1250001'].map((text) => decimal(text, 2))).toEqual(['0.12', '0.14', '0.13']);
  });
  it('sets a true minus, a plus where asked, and no sign on zero', () => {
    expect(decimal('-0.0482', 4, true)).toBe('\u22120.0482');
    expect(decimal('0.0482', 4, true)).toBe('+0.0482');
    expect(decimal('-0.00001', 2, true)).toBe('0.00');
  });
  it('shows what is no decimal as it came', () => {
    expect(decimal('n/a', 2)).toBe('n/a');
  });
});

describe('percent', () => {
  it('moves the point in the text', () => {
    expect(percent('0.2345')).toBe('23.4');
    expect(percent('0.2355')).toBe('23.6');
    expect(percent('1')).toBe('100.0');
    expect(percent('-0.0123', 2, true)).toBe('\u22121.23');
  });
});

describe('the rest', () => {
  it('groups counts, names them and tells directions', () => {
    expect(count(1912331)).toBe('1\u2009912\u2009331');
    expect(plural(1, 'provider')).toBe('1 provider');
    expect(plural(5, 'provider')).toBe('5 providers');
    expect([direction('-0.1'), direction('0.000'), direction('3'), direction(null)]).toEqual([-1, 0, 1, 0]);
    expect(quoted('-1.50')).toBe('\u22121.50');
  });
  it('compares exactly, across scales and signs', () => {
    expect(compareDecimal('10', '9.9999')).toBe(1);
    expect(compareDecimal('-2', '-1')).toBe(-1);
    expect(compareDecimal('1.10', '1.1')).toBe(0);
  });
});
