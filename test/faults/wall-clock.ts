import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The wall clocks of program and provider, moved by a test; all values in milliseconds. */
export interface WallClock {
  /** Makes the program use this clock. Empty if the scene uses the real time. */
  readonly env: Readonly<Record<string, string>>;
  /** How far the provider's clock is ahead of the test's own. */
  worldAheadMs(): number;
  /** How far the program's clock is ahead of the test's own. */
  programAheadMs(): number;
  /** Converts a recent timestamp of the program to the test's clock. */
  toTestMs(programMs: number): number;
  /** Moves only the program's clock. */
  jump(ms: number): void;
  /** Moves both clocks, but not the monotonic clock, as on a machine that sleeps. */
  pass(ms: number): void;
}

export function createWallClock(folder: string, startsAt: string | undefined): WallClock {
  let worldMs = startsAt === undefined ? 0 : Date.parse(startsAt) - Date.now();
  let wrongMs = 0;
  const file = join(folder, 'ahead-ms');
  const module = join(folder, 'wall-clock.cjs');
  const programAheadMs = () => worldMs + wrongMs;
  const offsets = new Set<number>();
  const writeOffset = () => {
    offsets.add(programAheadMs());
    // Renamed, because a partly written file would be another time.
    writeFileSync(`${file}.new`, String(programAheadMs()));
    renameSync(`${file}.new`, file);
  };
  if (startsAt !== undefined) writeOffset();
  // Read on every call, so that a jump takes effect at once. Timers are not affected. node-cron uses
  // `new Date()`.
  writeFileSync(
    module,
    `const { readFileSync } = require('node:fs'), now = Date.now;
Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
});
`,
  );
  return {
    env: startsAt === undefined ? {} : { NODE_OPTIONS: `--require=${module}` },
    worldAheadMs: () => worldMs,
    programAheadMs,
    toTestMs(programMs) {
      // Jumps are much longer than a row, so only one offset yields a time close to now.
      const [nearest = programMs] = [...offsets]
        .map((aheadMs) => programMs - aheadMs)
        .toSorted((a, b) => Math.abs(a - Date.now()) - Math.abs(b - Date.now()));
      return nearest;
    },
    jump(ms) {
      wrongMs += ms;
      writeOffset();
    },
    pass(ms) {
      worldMs += ms;
      writeOffset();
    },
  };
}
