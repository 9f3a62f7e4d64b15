import { METHODS } from 'node:http';
import { row, users, withExporter, type Env } from '../web-clients.ts';
import { send, untilPolled } from './raw.ts';
import { SMUGGLING, VARIANTS } from './requests.ts';

export const ACCOUNT = 'bench-account';
/** Names of accounts and metrics, keys, and numbers. */
const LEAK = new RegExp(`${ACCOUNT}|whatsapp_|apiKey|\\d{11}`);
const TOGETHER = 40;

const HEALTH = ['/-/healthy', '/-/ready'];
const PATHS = [
  ...HEALTH,
  ...'/ /metrics /api/status /api/status?q=9 /api/numbers.csv /sd /-/reload /debug/pprof /favicon.ico /none'.split(
    ' ',
  ),
  ...'/metrics/ //metrics /METRICS /%6detrics /./metrics /-/healthy/../../metrics'.split(' '),
  `/metrics?account=${ACCOUNT}`,
];

/** Requests without a password, every kind to the same exporter. */
export function withoutPassword(env: Env): Promise<string[]> {
  return withExporter(env, users(10), async ({ port }) => {
    await untilPolled(port);
    const table = METHODS.flatMap((method) =>
      PATHS.map((path) => ({
        path,
        bytes: `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      })),
    );
    const answers = await inTurn(table, async ({ path, bytes }) => {
      const answer = await send(port, bytes);
      const isOpen = / 200 /.test(firstLine(answer)) && !HEALTH.includes(path);
      return { answer, isLeak: isOpen || LEAK.test(answer) };
    });
    const smuggled = await inTurn(SMUGGLING, (bytes) => send(port, bytes));
    const varied = await inTurn(VARIANTS, (bytes) => send(port, bytes));
    const seconds = smuggled.filter((answer) => heads(answer) > 1);
    const open = varied.filter((answer) => LEAK.test(answer) || shows(answer));
    return [
      row(
        `requests without the password: ${METHODS.length} methods, ${PATHS.length} paths`,
        String(answers.length),
        `${answers.filter(({ isLeak }) => isLeak).length} leaks`,
      ),
      row(
        'request smuggling, to the exporter directly',
        String(smuggled.length),
        `${seconds.length} answered twice, ${smuggled.filter((a) => LEAK.test(a)).length} leaks`,
      ),
      row(
        'targets and headers without the password',
        String(varied.length),
        `${open.length} leaks`,
      ),
    ];
  });
}

const firstLine = (answer: string): string => answer.split('\r\n', 1)[0] ?? '';
/** Responses, without `100 Continue`, and the 400 of Node.js to what is no request. */
const heads = (answer: string): number =>
  answer.match(/HTTP\/1\.1 (?!100|400)\d{3} /g)?.length ?? 0;
/** A 200 with another body than that of health. */
const shows = (answer: string): boolean =>
  / 200 /.test(firstLine(answer)) && !/\r\n\r\n(?:Healthy|Ready)\.\n$/.test(answer);

async function inTurn<T, R>(all: readonly T[], use: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < all.length; i += TOGETHER) {
    results.push(...(await Promise.all(all.slice(i, i + TOGETHER).map(use))));
  }
  return results;
}
