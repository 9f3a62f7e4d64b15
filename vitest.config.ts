import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Takes minutes, so it is a separate command: npm run test:mutants.
    exclude: [...configDefaults.exclude, 'test/prometheus/mutation.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // For two cores: a third of the time of tests with real processes is waiting.
    maxWorkers: 3,
    // Real processes on a busy machine; a hanging test still ends.
    testTimeout: 30_000,
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
