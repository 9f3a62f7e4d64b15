import { defineConfig } from 'vitest/config';

/** These take all of the machine for a moment, and are themselves measured in milliseconds. */
const CROWDS = 'test/faults/clients.faults.ts';

/** The fault matrix: `npm run test:faults`. Apart from the other tests, since it takes minutes. */
export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['default', './test/faults/table.ts'],
    testTimeout: 120_000,
    // Times are measured, on a machine that may be busy. What fails twice has failed.
    retry: 1,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.faults.ts'],
          exclude: [CROWDS],
          // A row mostly waits: several files at a time leave two cores half idle.
          maxWorkers: 6,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'crowds',
          include: [CROWDS],
          maxWorkers: 1,
          // To make hundreds of answers at once is work, of which a busy machine leaves no room.
          retry: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
