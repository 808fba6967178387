import { expect, it } from 'vitest';
import { sparklineShape } from './sparkline-shape';

it('breaks the line at a gap', () => {
  const { path, last } = sparklineShape(['1', '2', null, '2', '1'], 44, 10);
  expect(path).toBe('M2 8L12 2M32 2L42 8');
  expect(last).toEqual({ x: 42, y: 8 });
});

it('shows a lone strike as a dot and no end where the series is suspended now', () => {
  const { path, last } = sparklineShape([null, '3', null], 24, 10);
  expect(path).toBe('M12 5h.01');
  expect(last).toBeNull();
});

it('is empty without values', () => {
  expect(sparklineShape([null, null], 24, 10)).toEqual({ path: '', last: null });
  expect(sparklineShape([], 24, 10)).toEqual({ path: '', last: null });
});
