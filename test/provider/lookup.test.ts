import dns from 'node:dns';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createLookup } from '../../src/provider/lookup.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startNameServer, type NameServer } from '../support/name-server.ts';

const HOST = 'provider.example.com';

async function start(answer: NameServer['answer']) {
  const server = await startNameServer(answer);
  onTestFinished(() => server.close());
  const clock = createFakeClock();
  const lookup = createLookup(clock, () => {
    const resolver = new dns.promises.Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([server.address]);
    return resolver;
  });
  const find = (host: string, family?: 4 | 6) =>
    new Promise((resolve, reject) => {
      lookup(host, { all: true, ...(family && { family }) }, (error, addresses) =>
        error === null ? resolve(addresses) : reject(error),
      );
    });
  return { server, clock, lookup, find };
}
const found = (address: string) => [{ address, family: 4 }];

test('thirty concurrent connections resolve their host with one look-up', async () => {
  const { server, find } = await start(() => '192.0.2.1');
  const all = await Promise.all(Array.from({ length: 30 }, () => find(HOST)));
  expect(all).toEqual(all.map(() => found('192.0.2.1')));
  expect(server.asked).toEqual([HOST]);
});

test('an address is cached for 30 s; then it is refreshed in the background', async () => {
  const { server, clock, find } = await start(() => '192.0.2.1');
  await find(HOST);
  server.answer = () => '192.0.2.2';
  await clock.advance(29_999);
  expect(await find(HOST)).toEqual(found('192.0.2.1'));
  expect(server.asked).toHaveLength(1);
  await clock.advance(1);
  expect(await find(HOST)).toEqual(found('192.0.2.1'));
  await expect.poll(() => find(HOST)).toEqual(found('192.0.2.2'));
  expect(server.asked).toHaveLength(2);
});

test('while DNS fails, the last address is used for ten minutes', async () => {
  const { server, clock, find } = await start(() => '192.0.2.1');
  await find(HOST);
  server.answer = () => 'silent';
  await clock.advance(599_999);
  expect(await find(HOST)).toEqual(found('192.0.2.1'));
  await clock.advance(1);
  await expect(find(HOST)).rejects.toMatchObject({ code: 'ETIMEOUT' });
});

test('an unresponsive name does not affect others, and is not cached', async () => {
  const { server, find } = await start((name) => (name === HOST ? '192.0.2.1' : 'silent'));
  const silent = Array.from({ length: 6 }, (_, i) => find(`silent-${i}.example.com`));
  const failed = Promise.allSettled(silent);
  expect(await find(HOST)).toEqual(found('192.0.2.1'));
  expect((await failed).map(({ status }) => status)).toEqual(silent.map(() => 'rejected'));
  server.answer = () => '192.0.2.3';
  expect(await find('silent-0.example.com')).toEqual(found('192.0.2.3'));
});

test('names in /etc/hosts take precedence', async () => {
  const { server, find } = await start(() => '192.0.2.1');
  expect(await find('localhost', 4)).toEqual(found('127.0.0.1'));
  expect(server.asked).toEqual([]);
});

test('a name without a dot is resolved, as in a container network', async () => {
  const { server, find } = await start((name) => (name === 'proxy' ? '192.0.2.1' : undefined));
  expect(await find('proxy')).toEqual(found('192.0.2.1'));
  expect(server.asked.at(-1)).toBe('proxy');
});

test('a name that is not in DNS is resolved by the system', async () => {
  const { server, find } = await start(() => undefined);
  await expect(find('provider.invalid')).rejects.toMatchObject({
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
  expect(server.asked).toEqual(['provider.invalid']);
});

test('a single address is returned if requested, and only of the requested family', async () => {
  const { lookup, find } = await start(() => '192.0.2.1');
  expect(await promisify(lookup)(HOST, {})).toBe('192.0.2.1');
  expect(await find(HOST, 4)).toEqual(found('192.0.2.1'));
  await expect(find(HOST, 6)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});
