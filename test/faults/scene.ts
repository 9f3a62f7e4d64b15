import { once } from 'node:events';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';
import { createFleet, type FleetNumber } from '../../src/simulator/fleet.ts';
import type { Faults } from '../../src/simulator/faults.ts';
import { startSimulator, type Simulator } from '../../src/simulator/server.ts';
import { systemClock } from '../../src/system.ts';
import { eventually, portOf, startProgram, type Program } from '../support/program.ts';
import { CLIENT_ID } from '../support/simulated-provider.ts';
import { openDoor, tunnelTo, type Behind, type Door } from './door.ts';
import { createSkippedTime, type SkippedTime } from './skipped-time.ts';
import { linesOf } from './truth.ts';
import { createWallClock, type WallClock } from './wall-clock.ts';
import { page, watch, type Watch } from './watch.ts';

/** Short, so that a row takes seconds. A busy machine must not cause a timeout. */
const PACE = { intervalS: 1, timeoutS: 5, staleAfterS: 2, scrapeMs: 200 };
/** For polls that take longer, or a clock that jumps. */
export const SLOW_PACE = { intervalS: 2, staleAfterS: 4 };

/** Must not occur in any output: the prefixes of all keys, tokens and secrets. */
export const CANARIES = ['fake-api-key', 'fake-access-token', 'fake-secret'];
export const FIRST_SECRET = 'fake-secret-canary-1';
const HOUR_MS = 3_600_000;

export interface SceneOptions {
  readonly numbers?: number;
  /** The initial time of program and provider, as an ISO date; by default the real time. */
  readonly startsAt?: string;
  /** Additional environment of the program. */
  readonly env?: Readonly<Record<string, string>>;
  /** How the program reaches the door; by default plain HTTP on loopback. */
  readonly way?: (port: number) => Readonly<Record<string, string>>;
  /** The handler between door and simulator in normal operation. */
  readonly between?: (simulatorPort: number) => Behind;
  /** The scraped path; by default `/metrics`. */
  readonly metricsPath?: string;
  /** Faults of the simulator from the start. */
  readonly faults?: Faults;
  readonly stdout?: 'pipe' | number;
  readonly pace?: Partial<typeof PACE>;
  /** The cool-down that the fault causes; the row skips this time. */
  readonly cooldownS?: number;
}

/** A program, its provider, and everything that a row may break. */
export interface Scene {
  readonly provider: Simulator;
  readonly door: Door;
  /** The normal handler, which forwards to the simulator. */
  readonly normal: Behind;
  readonly folder: string;
  readonly secretFile: string;
  readonly pace: typeof PACE;
  /** Writes the configuration file, which sets poll.timeout. */
  readonly configure: (timeoutS: number) => void;
  /** Another origin, and the requests that it received, which must be none. */
  readonly elsewhere: { readonly url: string; readonly requests: string[] };
  /** How much the provider's clock is ahead. */
  readonly skew: { ms: number };
  /** Only for a scene with `startsAt`. */
  readonly clock: WallClock;
  /** Only for a scene with `cooldownS`. */
  readonly time: SkippedTime;
  /** Advances the fleet by hours, so that its values change. */
  readonly moveOn: (hours?: number) => void;
  /** The current or an earlier list. */
  readonly list: (hoursAgo?: number) => FleetNumber[];
  /** The series that must be served for the current list. */
  truth(): readonly string[];
  /** Sets a new secret at the provider and in the file. */
  changeSecret(): void;
  start(): Promise<Running>;
}

export interface Running {
  readonly program: Program;
  readonly port: number;
  readonly watch: Watch;
  /** Resolves right after the end of the next poll, with the scrape that shows it. */
  readonly nextPoll: () => Promise<string>;
}

export async function createScene(options: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const secretFile = join(folder, 'secret');
  const configFile = join(folder, 'config.yml');
  writeFileSync(secretFile, FIRST_SECRET);
  const fleet = createFleet({ seed: 1, numbers: options.numbers ?? 25 });
  const clock = createWallClock(folder, options.startsAt);
  const time = createSkippedTime(folder);
  let nowMs = Date.now() + clock.worldAheadMs();
  let secrets = 1;
  const skew = { ms: 0 };
  const provider = await startSimulator({
    fleet: { ...fleet, at: () => fleet.at(nowMs) },
    clock: { ...systemClock, unixMs: () => Date.now() + clock.worldAheadMs() + skew.ms },
    clientId: CLIENT_ID,
    clientSecret: FIRST_SECRET,
    ...(options.faults && { faults: options.faults }),
  });
  onTestFinished(() => provider.close());
  const providerPort = Number(new URL(provider.url).port);
  const normal = (options.between ?? tunnelTo)(providerPort);
  const door = await openDoor(normal);
  const scene: Scene = {
    provider,
    door,
    normal,
    folder,
    secretFile,
    pace: { ...PACE, ...options.pace },
    configure: (timeoutS) => writeFileSync(configFile, `poll: { timeout: ${timeoutS}s }\n`),
    elsewhere: await startElsewhere(),
    skew,
    clock,
    time,
    moveOn: (hours = 1) => void (nowMs += hours * HOUR_MS),
    list: (hoursAgo = 0) => fleet.at(nowMs - hoursAgo * HOUR_MS),
    truth: () => linesOf(fleet.at(nowMs)),
    changeSecret() {
      const secret = `fake-secret-canary-${(secrets += 1)}`;
      provider.rotateSecret(secret);
      writeFileSync(secretFile, secret);
    },
    start: () => startOn(scene, configFile, options),
  };
  scene.configure(scene.pace.timeoutS);
  return scene;
}

async function startOn(scene: Scene, configFile: string, options: SceneOptions): Promise<Running> {
  const toDoor = options.way ?? ((port) => ({ WHATSAPP_API_URL: `http://127.0.0.1:${port}/api` }));
  const env = {
    WHATSAPP_CLIENT_ID: CLIENT_ID,
    WHATSAPP_CLIENT_SECRET_FILE: scene.secretFile,
    WHATSAPP_ACCOUNT: 'acme',
    WHATSAPP_WEB_LISTEN_ADDRESS: '127.0.0.1:0',
    WHATSAPP_CONFIG_FILE: configFile,
    WHATSAPP_POLL_SCHEDULE: `${scene.pace.intervalS}s`,
    WHATSAPP_POLL_STALE_AFTER: `${scene.pace.staleAfterS}s`,
    WHATSAPP_LOG_LEVEL: 'trace',
    ...scene.clock.env,
    ...toDoor(scene.door.port),
    ...options.env,
  };
  const modules = [env, ...(options.cooldownS === undefined ? [] : [scene.time.env])];
  const preload = modules.flatMap((one) => ('NODE_OPTIONS' in one ? one.NODE_OPTIONS : []));
  const program = startProgram([], { ...env, NODE_OPTIONS: preload.join(' ') }, options.stdout);
  onTestFailed(() => console.log(program.stdout().slice(-1_500), program.stderr().slice(-500)));
  const fixed = /:([1-9]\d*)$/.exec(env.WHATSAPP_WEB_LISTEN_ADDRESS)?.[1];
  const port = fixed === undefined ? await portOf(program) : Number(fixed);
  await eventually(() => page(port, '/-/ready').catch(() => undefined), 'readiness');
  const path = options.metricsPath ?? '/metrics';
  const watched = watch({ port, path, everyMs: scene.pace.scrapeMs }, scene.clock);
  const polls = () => watched.samples.at(-1)?.polls;
  return {
    program,
    port,
    watch: watched,
    async nextPoll() {
      await eventually(polls, 'a scrape');
      const before = polls();
      return eventually(() => {
        const now = polls();
        return now !== undefined && now !== before ? watched.samples.at(-1)?.text : undefined;
      }, 'the next poll');
    },
  };
}

async function startElsewhere(): Promise<Scene['elsewhere']> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

/** Resident memory in MiB, as Linux counts it. */
export function memoryOf({ process: { pid } }: Program): number {
  const [, kib = '0'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

export function socketsOf({ process: { pid } }: Program): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(join(folder, fd)).startsWith('socket:');
    } catch {
      // Closed while it was being listed.
      return false;
    }
  }).length;
}
