import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { interpolate } from './data/grafana.ts';
import { readDashboards } from './dashboards.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

const dashboards = readDashboards();

/** Answers like Grafana, whose programs no registry serves here; CI asks the real one. */
async function startGrafana(answer: (target: Target) => object, uids: readonly string[]) {
  const asked: Target[] = [];
  const send = (response: ServerResponse, code: number, body: object) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url !== '/api/ds/query') {
        const isThere = uids.some((uid) => request.url === `/api/dashboards/uid/${uid}`);
        return send(response, isThere ? 200 : 404, {});
      }
      const { queries } = (await json(request)) as { queries: [Target] };
      const [target] = queries;
      asked.push(target);
      return send(response, 200, { results: { [target.refId]: answer(target) } });
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const run = (url: string) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/check-grafana.ts', url]);

const uids = dashboards.map(({ uid }) => uid);

test('every dashboard and the query of every panel are requested', async () => {
  const { url, asked } = await startGrafana(() => ({ frames: [] }), uids);
  const { stdout, stderr } = await run(url);
  expect(stderr).toBe('');
  const expected = dashboards.flatMap(({ panels, templating }) => {
    const variables = Object.fromEntries(templating.list.map(({ name }) => [name, '.+']));
    const intervals = ['__interval', '__range', '__rate_interval'].map((name) => [
      name,
      `$${name}`,
    ]);
    const all = { ...variables, ...(Object.fromEntries(intervals) as Record<string, string>) };
    return panels.flatMap(({ targets }) => targets.map(({ expr }) => interpolate(expr, all)));
  });
  expect(asked.map(({ expr }) => expr).toSorted()).toEqual(expected.toSorted());
  expect(new Set(asked.map(({ datasource }) => datasource.uid))).toEqual(
    new Set(['whatsapp-prometheus']),
  );
  expect(stdout).toBe(`${dashboards.length} dashboards, ${expected.length} queries, 0 problems\n`);
});

test('a missing dashboard and a failing query are reported', async () => {
  const { url } = await startGrafana(
    ({ expr }) => (expr.includes('whatsapp_number_online') ? { error: 'parse error' } : {}),
    uids.slice(1),
  );
  const { code, stderr } = (await run(url).catch((error: unknown) => error)) as Awaited<
    ReturnType<typeof run>
  > & { code: number };
  expect(code).toBe(1);
  expect(stderr).toContain(`${uids[0]}: HTTP 404\n`);
  expect(stderr).toContain('whatsapp-number, State, A: parse error\n');
  expect(stderr).not.toContain('whatsapp-usage');
});
