import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS: Readonly<Record<string, string[]>> = {
  // docs/metrics.md contains the texts of reasons and anomalies.
  core: ['test/core/*.test.ts', 'test/metrics/doc.test.ts'],
  provider: ['test/provider/*.test.ts'],
};
const SLOW = /http-faults|tls-and-proxy|token-life/;

/** Stryker stops at the first failing test, so fast tests run first. */
class SlowLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => Number(SLOW.test(moduleId));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Each mutant is tested by its own folder's tests only: all tests would take hours. */
export default defineConfig({
  test: {
    include: TESTS[process.env['MUTATED_FOLDER'] ?? ''] ?? [],
    sequence: { sequencer: SlowLast },
    // As in the ordinary run: a slow test must not count as a failing one.
    testTimeout: 30_000,
  },
});
