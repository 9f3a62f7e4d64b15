import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The wall clocks of program and provider, as a test moves them; all in milliseconds. */
export interface WallClock {
  /** Has the program ask this clock. Empty where a scene begins at the real time, and stays there. */
  readonly env: Readonly<Record<string, string>>;
  /** How far the provider's clock is ahead of the test's own. */
  worldAheadMs(): number;
  /** How far the program's clock is ahead of the test's own. */
  programAheadMs(): number;
  /** The test's own time of a timestamp that the program made not long ago. */
  toTestMs(programMs: number): number;
  /** Sets the program's clock wrong, or right again. */
  jump(ms: number): void;
  /** Time passes for the whole world, though not on the monotonic clock of a machine that sleeps. */
  pass(ms: number): void;
}

export function createWallClock(folder: string, startsAt: string | undefined): WallClock {
  let worldMs = startsAt === undefined ? 0 : Date.parse(startsAt) - Date.now();
  let wrongMs = 0;
  const file = join(folder, 'ahead-ms');
  const module = join(folder, 'wall-clock.cjs');
  const programAheadMs = () => worldMs + wrongMs;
  const known = new Set<number>();
  const tell = () => {
    known.add(programAheadMs());
    // In one step: what is half written would be another time.
    writeFileSync(`${file}.new`, String(programAheadMs()));
    renameSync(`${file}.new`, file);
  };
  if (startsAt !== undefined) tell();
  // Read anew each time, so that a jump counts from one moment on. Timers are the real ones. node-cron
  // asks `new Date()` for the time.
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
      // Jumps are so much longer than a row that only one reading of a timestamp is near.
      const [nearest = programMs] = [...known]
        .map((aheadMs) => programMs - aheadMs)
        .toSorted((a, b) => Math.abs(a - Date.now()) - Math.abs(b - Date.now()));
      return nearest;
    },
    jump(ms) {
      wrongMs += ms;
      tell();
    },
    pass(ms) {
      worldMs += ms;
      tell();
    },
  };
}
