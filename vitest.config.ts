import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Real processes on a busy machine; a test that hangs still ends.
    testTimeout: 30_000,
  },
});
