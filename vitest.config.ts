import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Takes minutes, so it has a command of its own: npm run test:mutants.
    exclude: [...configDefaults.exclude, 'test/prometheus/mutation.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // One for each core: by default one core would wait for the other.
    maxWorkers: 2,
    // Real processes on a busy machine; a test that hangs still ends.
    testTimeout: 30_000,
    // `npm run coverage`. Of the processes that tests start nothing is counted.
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      // These have a src of their own, which the pattern takes for ours.
      exclude: ['grafana/**', 'prometheus/**'],
      reporter: ['text', 'json-summary'],
      // A little below docs/coverage.md, so that what falls is seen.
      thresholds: { lines: 96, branches: 93.5 },
    },
  },
});
