import { configDefaults, defineConfig } from 'vitest/config';

/** These wait for a browser, Prometheus or the program. */
const LONG = [
  'test/e2e/*.test.ts',
  'test/grafana/data/*.test.ts',
  'test/prometheus/rules.test.ts',
  'test/deploy/{demo-stack,release}.test.ts',
];

/** Real processes on a busy machine; a hanging test still ends. */
const TIMEOUT_MS = 30_000;

export default defineConfig({
  test: {
    // Not in the projects: each would build the program.
    globalSetup: 'test/support/global-setup.ts',
    // For two cores.
    maxWorkers: 4,
    // Start in the order of their names, so that no long file is alone at the end.
    projects: [
      { test: { name: 'long', include: LONG, testTimeout: TIMEOUT_MS } },
      {
        test: {
          name: 'short',
          include: ['test/**/*.test.ts'],
          // Takes minutes, so it is a separate command: npm run test:mutants.
          exclude: [...configDefaults.exclude, ...LONG, 'test/prometheus/mutation.test.ts'],
          // A process for each file would take as long as its tests.
          isolate: false,
          testTimeout: TIMEOUT_MS,
        },
      },
    ],
    // `npm run coverage`. Processes that tests start are not counted.
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      // These have their own src, which the pattern would match.
      exclude: ['grafana/**', 'prometheus/**'],
      reporter: ['text', 'json-summary'],
      // A little below the measured values, so that a drop fails.
      thresholds: { lines: 96, branches: 93.5 },
    },
  },
});
