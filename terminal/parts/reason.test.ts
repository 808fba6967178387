import { expect, it } from 'vitest';
import { reasonWords } from './reason';

it('puts codes into words, and makes an unknown one legible', () => {
  expect(reasonWords('grade.lot_size')).toBe('off the standard grade: lot size');
  expect(reasonWords('price.zero')).toBe('a price of zero, which means not offered');
  expect(reasonWords('some_new.thing_here')).toBe('some new: thing here');
  expect(reasonWords('odd')).toBe('odd');
});
