import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { startSite } from './site.ts';

test('each account is a target, at the address of the request', async () => {
  const { ask } = await startSite({ telemetryPath: '/internal/metrics' });
  const { status, headers, body } = await ask('/sd', { headers: { Host: 'exporter.lan:10972' } });
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  const target = (account: string) => ({
    targets: ['exporter.lan:10972'],
    labels: {
      __metrics_path__: '/internal/metrics',
      __param_account: account,
      __meta_whatsapp_account: account,
      instance: `exporter.lan:10972/${account}`,
    },
  });
  expect(JSON.parse(body)).toEqual([target('acme'), target('beta')]);
});

test('without accounts the list is empty, which Prometheus accepts', async () => {
  const { ask } = await startSite({ accounts: () => [] });
  expect((await ask('/sd')).body).toBe('[]');
});

test.each(['exporter', '10.0.0.1', '10.0.0.1:80', '[::1]:10972', '[fe80::1]', 'a_b-c.svc:1'])(
  'the address %s is taken as it is',
  async (host) => {
    const { ask } = await startSite();
    const { body } = await ask('/sd', { headers: { Host: host } });
    expect(JSON.parse(body)).toMatchObject([{ targets: [host] }, { targets: [host] }]);
  },
);

test.each(['a b', 'a/b', 'http://a', 'a:b', 'a:123456', 'u@a', '::1', '[x]', 'a\\', '"a"', '.a'])(
  'an address such as %j is refused, since it would be repeated',
  async (host) => {
    const { ask } = await startSite();
    const { status, headers, body } = await ask('/sd', { headers: { Host: host } });
    expect([status, headers['content-type']]).toEqual([400, 'text/plain; charset=utf-8']);
    expect(body).toBe('The header Host must be a name or address, with its port.\n');
  },
);

test('a request without a host is rejected', async () => {
  const { server } = await startSite();
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /sd HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
});

test('the targets are as protected as the metrics', async () => {
  const { web, ask } = await startSite();
  web.current = { ...web.current, users: new Map([['me', new Secret('')]]) };
  expect((await ask('/sd')).status).toBe((await ask('/metrics')).status);
  expect((await ask('/sd')).status).toBe(401);
});
