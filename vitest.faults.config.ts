import { defineConfig } from 'vitest/config';

/** The fault matrix: `npm run test:faults`. Apart from the other tests, since it takes minutes. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.faults.ts'],
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['default', './test/faults/table.ts'],
    // A row mostly waits: several files at a time leave two cores half idle.
    maxWorkers: 6,
    testTimeout: 120_000,
    // Times are measured, on a machine that may be busy. What fails twice has failed.
    retry: 1,
    hookTimeout: 30_000,
  },
});
