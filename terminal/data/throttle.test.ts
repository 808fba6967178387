import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttled } from './throttle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('turns a burst into one run, and a later call into another', () => {
  const run = vi.fn();
  const call = throttled(run, 500);
  for (let times = 0; times < 100; times += 1) call();
  vi.advanceTimersByTime(500);
  expect(run).toHaveBeenCalledTimes(1);
  call();
  vi.advanceTimersByTime(500);
  expect(run).toHaveBeenCalledTimes(2);
});
