import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Moves the program's monotonic clock forward, to skip a cool-down of minutes. */
export interface SkippedTime {
  /** Makes the program read the clock that `skip` moves. */
  readonly env: { readonly NODE_OPTIONS: string };
  skip(seconds: number): void;
}

export function createSkippedTime(folder: string): SkippedTime {
  const file = join(folder, 'skipped-ms');
  const module = join(folder, 'skipped-time.cjs');
  writeFileSync(file, '0');
  writeFileSync(
    module,
    `const { readFileSync } = require('node:fs'), now = performance.now.bind(performance);
performance.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${module}` },
    skip: (seconds) => writeFileSync(file, String(seconds * 1000)),
  };
}
