import { expect, test } from 'vitest';
import { startSite } from './site.ts';

/** A site that responds with the requested names. */
const echo = () =>
  startSite({
    metrics: (_encoding, accounts) =>
      Promise.resolve(accounts === undefined ? 'all' : [...accounts].join(' ')),
  });

test.each([
  ['', 'all'],
  ['?', 'all'],
  ['?account=beta', 'beta'],
  ['?account=beta&account=acme', 'beta acme'],
  ['?account=acme&account=acme', 'acme'],
  ['?account=%61cme&x=1', 'acme'],
  ['?x=1?account=beta', 'all'],
  ['?target=http://elsewhere/&name[]=%ff', 'all'],
  ['?Account=beta', 'all'],
])('/metrics%s selects %s', async (query, expected) => {
  const { ask } = await echo();
  expect(await ask(`/metrics${query}`)).toMatchObject({ status: 200, body: expected });
});

test.each([
  ['?account=gone', 'There is no account "gone" here.\n'],
  ['?account=acme&account=gone', 'There is no account "gone" here.\n'],
  ['?account=Acme', 'There is no account "Acme" here.\n'],
  ['?account=acme,beta', 'There is no account "acme,beta" here.\n'],
  ['?account=__proto__', 'There is no account "__proto__" here.\n'],
  ['?account=%0a%22%1b', 'There is no account "\\n\\"\\u001b" here.\n'],
  [`?account=${'x'.repeat(5_000)}`, `There is no account "${'x'.repeat(64)}" here.\n`],
])('/metrics%s fails and names only the unknown account', async (query, body) => {
  const { ask } = await echo();
  for (const method of ['GET', 'HEAD']) {
    const answer = await ask(`/metrics${query}`, { method });
    expect(answer).toMatchObject({ status: 404, body: method === 'HEAD' ? '' : body });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  }
});

test.each(['?account=', '?account', '?account=acme&account='])(
  '/metrics%s is refused: an empty name may be a variable that was not filled in',
  async (query) => {
    const { status, body } = await (await echo()).ask(`/metrics${query}`);
    expect(status).toBe(400);
    expect(body).toMatch(/^The parameter account is empty/);
  },
);

test('/api/status selects one account or all', async () => {
  const { ask } = await echo();
  expect((await ask('/api/status?account=beta')).status).toBe(200);
  expect(await ask('/api/status?account=beta&account=acme')).toMatchObject({
    status: 400,
    body: 'Name one account, or none for all.\n',
  });
});
