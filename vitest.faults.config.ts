import { defineConfig } from 'vitest/config';

/** These take all of the machine for a moment, and are themselves measured in milliseconds. */
const CROWDS = 'test/faults/clients.faults.ts';

/** What a busy machine may spoil, by how the error begins. Whatever else fails has failed. */
const OF_TIME = /^(?:95th percentile of response times|slowest response|recovery|memory|sockets):/;

const TIMEOUTS = { testTimeout: 240_000, hookTimeout: 30_000 };

/** The fault matrix: `npm run test:faults`. Apart from the other tests, since it takes minutes. */
export default defineConfig({
  test: {
    // Once: a project that extends this configuration would build the program again.
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['default', './test/faults/table.ts'],
    projects: [
      {
        test: {
          ...TIMEOUTS,
          name: 'faults',
          include: ['test/faults/**/*.faults.ts'],
          exclude: [CROWDS],
          // A row mostly waits: eight files at a time leave two cores half idle.
          maxWorkers: 8,
          // Times are measured, on a machine that may be busy. What fails twice has failed.
          retry: { count: 1, condition: OF_TIME },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...TIMEOUTS,
          name: 'crowds',
          include: [CROWDS],
          maxWorkers: 1,
          // To make hundreds of answers at once is work, of which a busy machine leaves no room.
          retry: { count: 3, condition: OF_TIME },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
