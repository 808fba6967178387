import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'terminal/dist/**', 'data/**'],
    // Two cores, and every embedded engine takes one: files run in processes of their own, two at a time.
    pool: 'forks',
    maxWorkers: 2,
    // Real engines on a machine that may be busy with other things: no test is about its own speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
