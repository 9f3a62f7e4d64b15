import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { statusOf } from '../support/status.ts';
import { startSite } from './site.ts';

const USERS = { users: new Map([['me', new Secret(`$2y$04$${'x'.repeat(53)}`)]]) };

test.each(['POST', 'PUT'])('%s /-/reload reads the configuration again', async (method) => {
  let calls = 0;
  const reload = () => {
    calls += 1;
    return Promise.resolve(undefined);
  };
  const { ask } = await startSite({ mayReload: () => true, reload });
  expect(await ask('/-/reload', { method })).toMatchObject({ status: 200, body: 'Reloaded.\n' });
  expect(calls).toBe(1);
});

test('configuration errors are returned with status 500', async () => {
  const reload = () => Promise.resolve('1 problem\n\n  poll.timeout: no\n');
  const { ask } = await startSite({ mayReload: () => true, reload });
  const { status, headers, body } = await ask('/-/reload', { method: 'POST' });
  expect([status, body]).toEqual([500, 'Not reloaded: 1 problem\n\n  poll.timeout: no\n']);
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
});

test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])('%s /-/reload does nothing', async (method) => {
  const reload = () => Promise.reject(new Error('called'));
  const { ask } = await startSite({ mayReload: () => true, reload });
  const { status, headers } = await ask('/-/reload', { method });
  expect([status, headers.allow]).toEqual([405, 'POST, PUT']);
});

test.each([
  { Origin: 'https://elsewhere.example' },
  { Origin: 'null' },
  { 'Sec-Fetch-Site': 'cross-site' },
])(
  'a request that a page makes the browser of its reader send (%j) reloads nothing',
  async (headers) => {
    const reload = () => Promise.reject(new Error('called'));
    const { ask } = await startSite({ mayReload: () => true, reload });
    expect(await ask('/-/reload', { method: 'POST', headers })).toMatchObject({
      status: 403,
      body: 'Reloads are not accepted from browsers.\n',
    });
  },
);

test('a reload must be enabled, which may change at any time', async () => {
  let mayReload = false;
  const { ask } = await startSite({ mayReload: () => mayReload });
  const answer = { status: 403, body: 'Lifecycle API is not enabled.\n' };
  expect(await ask('/-/reload', { method: 'POST' })).toMatchObject(answer);
  mayReload = true;
  expect((await ask('/-/reload', { method: 'POST' })).status).toBe(200);
});

test('a reload is as protected as the metrics, and so is whether it is enabled', async () => {
  for (const mayReload of [true, false]) {
    const reload = () => Promise.reject(new Error('called'));
    const { ask } = await startSite({ mayReload: () => mayReload, reload }, USERS);
    expect((await ask('/-/reload', { method: 'POST' })).status).toBe(401);
  }
});

test('the page and its JSON report a failed reload, and since when the previous configuration is active', async () => {
  const good = statusOf();
  const status = { ...good, reload: { ...good.reload, succeeded: false } };
  const { ask } = await startSite({ status: () => status });
  const page = (await ask('/')).body.replaceAll(/\s+/g, ' ');
  expect(page).toContain('The configuration has changed but is invalid');
  const { configuration } = JSON.parse((await ask('/api/status')).body) as Record<string, unknown>;
  expect(configuration).toEqual({ inForceSince: '2026-11-22T09:00:00Z', lastReload: 'failed' });
  const well = await startSite({ status: () => good });
  const without = (await well.ask('/')).body;
  expect(without).not.toContain('The configuration has changed');
  // The script of the page pairs elements by their position, so the notice always has its place.
  const paragraphs = (html: string) => html.match(/<p[\s>]/g)?.length;
  expect(paragraphs(without)).toBe(paragraphs(page));
});
