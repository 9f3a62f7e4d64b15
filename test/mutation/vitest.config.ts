import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS: Readonly<Record<string, string[]>> = {
  // docs/metrics.md repeats the texts of reasons and anomalies.
  core: ['test/core/*.test.ts', 'test/metrics/doc.test.ts'],
  provider: ['test/provider/*.test.ts'],
};
const SLOW = /http-faults|tls-and-proxy|token-life/;

/** The first test that notices a mutant is the last that runs. */
class SlowLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => Number(SLOW.test(moduleId));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** A mutant is held against the tests of its own folder alone: all of them would take hours. */
export default defineConfig({
  test: {
    include: TESTS[process.env['MUTATED_FOLDER'] ?? ''] ?? [],
    setupFiles: 'test/mutation/seed.ts',
    sequence: { sequencer: SlowLast },
    // As in the ordinary run: a test that is only slow must not be taken for one that has noticed.
    testTimeout: 30_000,
  },
});
