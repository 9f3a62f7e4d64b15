import { expect, test } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { eventually } from '../support/program.ts';
import {
  anomaliesOf,
  expectBaseline,
  expectFailing,
  expectUp,
  failuresBetween,
  finish,
  recovery,
  seconds,
  settle,
  type RowOptions,
} from './checks.ts';
import { createScene, SLOW_PACE, type Running, type Scene, type SceneOptions } from './scene.ts';
import {
  expectTrueCounters,
  expectTrueValues,
  page,
  valueLines,
  valueOf,
  type Truth,
} from './watch.ts';

interface FailingOptions extends RowOptions {
  readonly reason: Reason;
  readonly begin: (scene: Scene, running: Running) => void | Promise<void>;
  /** In addition to resetting simulator and door. */
  readonly end?: (scene: Scene, running: Running) => void | Promise<void>;
  /** After a rejected secret the exporter waits 15 minutes; a changed secret file ends the cool-down. */
  readonly isRefusal?: boolean;
  readonly alsoExpect?: (scene: Scene, running: Running) => void | Promise<void>;
}

const PACES: Partial<Record<Reason, SceneOptions['pace']>> = {
  // A poll that hangs ends before the next one is due.
  timeout: { ...SLOW_PACE, timeoutS: 1 },
  // These are retried.
  network: SLOW_PACE,
};

/** A row in which polls fail for longer than data is served. */
export function failing(name: string, options: FailingOptions): void {
  test(name, async ({ task }) => {
    const pace = { ...PACES[options.reason], ...options.pace };
    const scene = await createScene({ ...options, pace });
    const running = await scene.start();
    const { program, watch } = running;
    const baseline = await settle(running);
    const truths: Truth[] = [{ sinceMs: 0, oneOf: [scene.truth()] }];

    const { text: good = '' } = watch.samples.at(-1) ?? {};
    const beganMs = Date.now();
    scene.moveOn();
    await options.begin(scene, running);
    await eventually(
      () => {
        const { text = '' } = watch.samples.at(-1) ?? {};
        const failed = Object.values(failuresBetween(good, text));
        const total = failed.reduce((sum, count) => sum + count, 0);
        return total >= 2 && valueLines(text).length === 0 ? true : undefined;
      },
      'two failures and stale data to be dropped',
      30_000,
    );
    const bad = await running.nextPoll();
    const during = watch.samples.filter(({ fromMs }) => fromMs >= beganMs);
    expectFailing(good, bad, options.reason);
    const landing = await page(running.port, '/');

    const faultEndMs = Date.now();
    scene.moveOn();
    await options.end?.(scene, running);
    scene.provider.faults.token = undefined;
    scene.provider.faults.numbers = undefined;
    scene.door.lead(scene.normal);
    await scene.door.open();
    let endedMs = faultEndMs;
    if (options.isRefusal) endedMs = await endRefusal(scene, running);
    if (options.cooldownS !== undefined) {
      endedMs = await endCooldown(scene, running, options.cooldownS);
    }
    truths.push({ sinceMs: endedMs, oneOf: [scene.truth()] });
    const recoveredMs = await recovery(running, endedMs, recoveryMsMax(scene, options));
    await expectBaseline(program, baseline, options.memoryMibMax);
    expectTrueValues(watch.samples, truths, scene.pace.staleAfterS * 1000);
    expectTrueCounters(watch.samples, options.onFall);
    expect(scene.elsewhere.requests, 'requests to another origin').toEqual([]);
    await options.alsoExpect?.(scene, running);
    await finish(
      { task },
      running,
      during,
      baseline,
      { ...options, pages: [landing] },
      {
        outcome: `\`${options.reason}\``,
        recovery: `${seconds(recoveredMs)}${afterWhat(options)}`,
      },
    );
  });
}

interface HarmlessOptions extends RowOptions {
  readonly begin: (scene: Scene, running: Running) => void | Promise<void>;
  readonly end?: (scene: Scene, running: Running) => void | Promise<void>;
  /** The allowed values during the fault; by default those of the provider's list. */
  readonly expected?: (list: FleetNumber[], scene: Scene) => readonly (readonly string[])[];
  /** The exact kinds of anomalies that must be counted. */
  readonly anomalies?: readonly string[];
  readonly alsoExpect?: (scene: Scene, running: Running) => void;
}

/** A row in which no poll may fail. */
export function harmless(name: string, options: HarmlessOptions): void {
  test(name, async ({ task }) => {
    const scene = await createScene(options);
    const running = await scene.start();
    const { program, watch } = running;
    const baseline = await settle(running);
    const truths: Truth[] = [{ sinceMs: 0, oneOf: [scene.truth()] }];
    const { text: good = '' } = watch.samples.at(-1) ?? {};
    const beganMs = Date.now();
    scene.moveOn();
    await options.begin(scene, running);
    const oneOf = options.expected?.(scene.list(), scene) ?? [scene.truth()];
    truths.push({ sinceMs: beganMs, oneOf });
    for (let poll = 0; poll < 3; poll += 1) await running.nextPoll();
    const odd = await running.nextPoll();
    const during = watch.samples.filter(({ fromMs }) => fromMs >= beganMs);
    const landing = await page(running.port, '/');
    expect(failuresBetween(good, odd), 'failures').toEqual({});
    expectUp(during);
    expect(anomaliesOf(odd), 'anomalies').toEqual(new Set(options.anomalies));
    expect(anomaliesOf(good), 'anomalies before').toEqual(new Set());

    const endedMs = Date.now();
    scene.moveOn();
    await options.end?.(scene, running);
    scene.skew.ms = 0;
    scene.provider.faults.token = undefined;
    scene.provider.faults.numbers = undefined;
    truths.push({ sinceMs: endedMs, oneOf: [scene.truth()] });
    const recoveredMs = await recovery(running, endedMs, recoveryMsMax(scene, options));
    await expectBaseline(program, baseline, options.memoryMibMax);
    expectTrueValues(watch.samples, truths, scene.pace.staleAfterS * 1000);
    expectTrueCounters(watch.samples, options.onFall);
    expect(failuresBetween(good, watch.samples.at(-1)?.text ?? ''), 'failures').toEqual({});
    options.alsoExpect?.(scene, running);
    await finish(
      { task },
      running,
      during,
      baseline,
      { ...options, pages: [landing] },
      {
        outcome: 'no failure',
        recovery: seconds(recoveredMs),
      },
    );
  });
}

function recoveryMsMax({ pace }: Scene, { waitS = 0 }: RowOptions): number {
  return (waitS + 2 * pace.intervalS) * 1000;
}

function afterWhat({ isRefusal, cooldownS }: FailingOptions): string {
  if (isRefusal) return ' after a new secret';
  return cooldownS === undefined ? '' : ` after ${cooldownS} s of cool-down`;
}

/** The cool-down after rejected credentials outlasts the fault; a changed secret ends it. */
async function endRefusal(scene: Scene, running: Running): Promise<number> {
  await expectNoRequests(scene, running);
  const changedMs = Date.now();
  scene.moveOn();
  scene.changeSecret();
  return changedMs;
}

async function endCooldown(scene: Scene, running: Running, cooldownS: number): Promise<number> {
  await expectNoRequests(scene, running);
  const endedMs = Date.now();
  scene.moveOn();
  scene.time.skip(cooldownS);
  return endedMs;
}

async function expectNoRequests(scene: Scene, running: Running): Promise<void> {
  const { token, numbers } = scene.provider.requests;
  const held = await running.nextPoll();
  expect(valueOf(held, 'whatsapp_up'), 'still waiting').toBe(0);
  expect(scene.provider.requests, 'no requests while waiting').toMatchObject({ token, numbers });
}
