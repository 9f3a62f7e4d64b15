import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/prometheus/mutation.test.ts'] } });
