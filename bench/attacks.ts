import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryMib, startHelper, stop, type Server } from './process.ts';
import { median, percentile } from './statistics.ts';
import { PASSWORD, row, statusOf, USER, users, withExporter } from './web-clients.ts';

/** `npm run bench:attacks`: prints the figures for the tables in docs/security.md. */
const NUMBERS = 4_000;
const NUMBERS_OF_A_LARGE_ACCOUNT = 50_000;
const ATTACK_MS = 5_000;
/** Pairs of bcrypt cost and tries. */
const LOGINS = [
  [4, 800],
  [10, 50],
  [12, 50],
] as const;

interface Attack {
  readonly name: string;
  /** Without it everybody may scrape. */
  readonly webConfig?: string;
  readonly isLarge?: boolean;
  readonly run: (port: number) => Promise<() => void>;
}

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

const ATTACKS: readonly Attack[] = [
  { name: 'nobody', run: () => Promise.resolve(() => {}) },
  {
    name: '100 clients, 40 pipelined requests each, unread',
    run: unread(100, ask('/metrics'), 40),
  },
  {
    name: '100 clients, 2,000 pipelined requests each, unread',
    run: unread(100, ask('/metrics'), 2_000),
  },
  {
    name: '400 clients without the password, 2,000 pipelined requests each',
    webConfig: users(10),
    run: unread(400, ask('/metrics'), 2_000),
  },
  { name: '500 clients that read nothing of /metrics', run: unread(500, ask('/metrics')) },
  { name: '39 clients that read nothing of /api/status', run: unread(39, ask('/api/status')) },
  { name: 'nobody, 50,000 numbers', isLarge: true, run: () => Promise.resolve(() => {}) },
  {
    name: '39 clients that read nothing of /api/status, 50,000 numbers',
    isLarge: true,
    run: unread(39, ask('/api/status')),
  },
  {
    name: '500 clients that read nothing of /api/status?q=9, 50,000 numbers',
    isLarge: true,
    run: unread(500, ask('/api/status?q=9')),
  },
  { name: '1,000 idle clients', run: unread(1_000, '') },
  {
    name: '100 wrong logins a second, bcrypt cost 12',
    webConfig: users(12),
    run: flood(10, (i) => `${USER}:guess-${i}`),
  },
  {
    name: '200 requests a second without the password, `rate_limit` of 40 a second',
    webConfig: `${users(10)}rate_limit: { interval: 25ms, burst: 20 }\n`,
    run: flood(5, () => undefined),
  },
];

function unread(clients: number, request: string, times = 1): Attack['run'] {
  return async (port) => {
    const sockets: Socket[] = [];
    for (let i = 0; i < clients; i += 1) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets.push(socket.pause());
      socket.write(request.repeat(times));
      if (i % 20 === 0) await sleep(5);
    }
    return () => sockets.forEach((socket) => socket.destroy());
  };
}

function flood(everyMs: number, auth: (i: number) => string | undefined): Attack['run'] {
  return (port) => {
    let i = 0;
    const timer = setInterval(() => void statusOf(port, auth((i += 1))), everyMs);
    return Promise.resolve(() => clearInterval(timer));
  };
}

function toEnv({ url }: Server): Record<string, string> {
  return {
    WHATSAPP_API_URL: url,
    WHATSAPP_ACCESS_TOKEN: 'FAKE-TOKEN',
    WHATSAPP_ACCOUNT: 'bench',
    WHATSAPP_POLL_SCHEDULE: '10s',
  };
}

function measure(provider: Server, { name, webConfig, run }: Attack): Promise<string> {
  return withExporter(toEnv(provider), webConfig, async ({ exporter, port }) => {
    const login = `${USER}:${PASSWORD}`;
    await sleep(3_000);
    for (let i = 0; i < 20; i += 1) await statusOf(port, login);
    const { now } = memoryMib(exporter);
    const end = await run(port);
    const scrapes: { status: number; ms: number }[] = [];
    for (const untilMs = performance.now() + ATTACK_MS; performance.now() < untilMs;) {
      scrapes.push(await statusOf(port, login));
      await sleep(50);
    }
    end();
    const failed = scrapes.filter(({ status }) => status !== 200).length;
    const times = scrapes.map(({ ms }) => ms);
    const { peak } = memoryMib(exporter);
    const cells = [
      `${failed} of ${scrapes.length}`,
      round(median(times)),
      round(Math.max(...times)),
    ];
    return row(name, ...cells, `${Math.round(now)} → ${Math.round(peak)}`);
  });
}

function measureLogins(provider: Server, cost: number, tries: number): Promise<string> {
  return withExporter(toEnv(provider), users(cost), async ({ port }) => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let i = 0; i < tries; i += 1) {
      times.known.push((await statusOf(port, `${USER}:guess-${i}`)).ms);
      times.unknown.push((await statusOf(port, `nobody:guess-${i}`)).ms);
    }
    const { known, unknown } = times;
    const cells = [known, unknown].map(
      (each) => `${round(median(each))} (${round(percentile(each, 95))})`,
    );
    return row(`bcrypt cost ${cost}, ${tries} tries each`, ...cells);
  });
}

const round = (ms: number): string => ms.toFixed(ms < 10 ? 1 : 0);

const provider = await startHelper('provider', String(NUMBERS));
const large = await startHelper('provider', String(NUMBERS_OF_A_LARGE_ACCOUNT));
console.log(row('attack', 'failed scrapes', 'median ms', 'slowest ms', 'MiB before → at most'));
for (const attack of ATTACKS) {
  console.log(await measure(attack.isLarge ? large : provider, attack));
}
console.log(row('wrong login', 'known user, ms (p95)', 'unknown user, ms (p95)'));
for (const [cost, tries] of LOGINS) console.log(await measureLogins(provider, cost, tries));
stop(provider);
stop(large);
