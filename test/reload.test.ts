import { expect, test } from 'vitest';
import type { Config } from '../src/config/config.ts';
import type { LoadedConfig } from '../src/config/load.ts';
import { createReloads, type Trigger } from '../src/reload.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { createMemoryLog } from './support/memory-log.ts';

const config = { accounts: [1, 2] } as unknown as Config;
const GOOD: LoadedConfig = { config, merged: {}, files: [] };
const PROBLEM = { name: 'poll.timeout', problem: 'is wrong', meaning: 'A time', example: '20s' };
const BAD: LoadedConfig = { problems: [PROBLEM], files: [] };

/** Applying takes until the test says so. */
function start() {
  const clock = createFakeClock();
  const { log, lines } = createMemoryLog();
  const next = { loaded: GOOD };
  const applying: { end: () => void; fail: (error: Error) => void }[] = [];
  const counts = { reads: 0 };
  const reloads = createReloads({
    read: () => {
      counts.reads += 1;
      return next.loaded;
    },
    apply: () => new Promise((end, fail) => applying.push({ end, fail })),
    clock,
    log,
  });
  const turn = () => clock.advance(0);
  const whole = async (trigger: Trigger = 'SIGHUP') => {
    const result = reloads.request(trigger);
    await turn();
    applying.at(-1)?.end();
    return result;
  };
  return { clock, lines, next, applying, counts, reloads, turn, whole };
}

test('the start counts as a successful reload', () => {
  const { reloads, clock } = start();
  expect(reloads.state()).toEqual({ succeeded: true, inForceSinceMs: clock.unixMs() });
});

test('a valid configuration is active from when it was read, and the trigger is logged', async () => {
  const { reloads, clock, lines, whole } = start();
  await clock.advance(60_000);
  expect(await whole('file')).toBeUndefined();
  expect(reloads.state()).toEqual({ succeeded: true, inForceSinceMs: clock.unixMs() });
  expect(lines).toEqual([
    { level: 'info', fields: { trigger: 'file', accounts: 2 }, message: 'configuration reloaded' },
  ]);
});

test('an invalid configuration is reported and logged, and the previous one stays active', async () => {
  const { reloads, clock, lines, next, applying, whole } = start();
  const startMs = clock.unixMs();
  await clock.advance(60_000);
  next.loaded = BAD;
  expect(await whole('HTTP')).toContain('poll.timeout: is wrong');
  expect(applying).toHaveLength(0);
  expect(reloads.state()).toEqual({ succeeded: false, inForceSinceMs: startMs });
  expect(lines[0]).toMatchObject({
    level: 'error',
    fields: { trigger: 'HTTP', problems: ['poll.timeout: is wrong'] },
  });
  next.loaded = GOOD;
  await whole();
  expect(reloads.state()).toEqual({ succeeded: true, inForceSinceMs: clock.unixMs() });
});

test('requests during a reload share one more reload, and reloads never overlap', async () => {
  const { reloads, next, applying, counts, turn } = start();
  const first = reloads.request('SIGHUP');
  await turn();
  next.loaded = BAD;
  const others = [
    reloads.request('file'),
    reloads.request('HTTP'),
    ...Array.from({ length: 100 }, () => reloads.request('SIGHUP')),
  ];
  await turn();
  expect(counts.reads).toBe(1);
  applying[0]?.end();
  expect(await first).toBeUndefined();
  const answers = new Set(await Promise.all(others));
  expect(counts.reads).toBe(2);
  expect([...answers]).toEqual([expect.stringContaining('is wrong')]);
});

test('an unexpected error is logged but not returned, and does not stop the exporter', async () => {
  const { reloads, applying, lines, turn, whole } = start();
  const result = reloads.request('HTTP');
  await turn();
  applying[0]?.fail(new Error('CANARY'));
  expect(await result).toBe('Internal error: see the log.\n');
  expect(reloads.state().succeeded).toBe(false);
  expect(lines[0]?.fields['err']).toEqual(new Error('CANARY'));
  expect(await whole()).toBeUndefined();
  expect(reloads.state().succeeded).toBe(true);
});
