import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { configOf, loadYaml, problemsOf } from './sources.ts';

const account = (name: string, rest = '') =>
  `  - { name: ${name}, client_id: a, client_secret: fake-secret${rest} }\n`;

function intervals(yaml: string, flags = {}) {
  const loaded = loadYaml(yaml, { flags });
  return configOf(loaded).accounts.map(({ collectors }) => collectors);
}

test('collectors are off unless set, and an account overrides the interval of all', () => {
  const accounts =
    account('a') +
    account('b', ', collectors: { online_accounts: 5m }') +
    account('c', ', collectors: { online_accounts: off }');
  expect(intervals(`accounts:\n${accounts}`)).toEqual([{}, { online_accounts: 300_000 }, {}]);
  expect(intervals(`collectors: { online_accounts: 1h }\naccounts:\n${accounts}`)).toEqual([
    { online_accounts: 3_600_000 },
    { online_accounts: 300_000 },
    {},
  ]);
  const flags = { 'collectors.online_accounts': '2m' };
  expect(intervals(`accounts:\n${account('a')}`, flags)).toEqual([{ online_accounts: 120_000 }]);
});

test('mistakes in the collectors of an account are explained like those of all', () => {
  const problems = (rest: string) => problemsOf(loadYaml(`accounts:\n${account('a', rest)}`));
  expect(problems(', collectors: { online_accounts: 5s }')).toMatchInlineSnapshot(`
    "1 problem in the configuration

      accounts[0].collectors.online_accounts (test.yml:2:72): "5s" is too often; write 1m or longer
          Meaning: How often to collect Online accounts and their inboxes; off unless set
          Example: collectors: { online_accounts: 10m }
    "
  `);
  expect(problems(', collectors: { online_account: 5m }')).toMatchInlineSnapshot(`
    "1 problem in the configuration

      test.yml:2:72: unknown key "online_account"; did you mean online_accounts?
          Meaning: How often to collect Online accounts and their inboxes; off unless set
          Example: collectors: { online_accounts: 10m }
    "
  `);
  expect(problems(', collectors: 5m')).toMatchInlineSnapshot(`
    "1 problem in the configuration

      accounts[0].collectors (test.yml:2:58): must be a mapping of keys to values
          Meaning: The keys here are online_accounts, registered_numbers, onboardings, monthly_statistics
          Example: collectors: { online_accounts: 10m }
    "
  `);
  expect(problems(', collector: { online_accounts: 5m }')).toMatchInlineSnapshot(`
    "1 problem in the configuration

      test.yml:2:58: unknown key "collector"; did you mean collectors?
          Meaning: The keys here are online_accounts, registered_numbers, onboardings, monthly_statistics
          Example: collectors: { online_accounts: 10m }
    "
  `);
  expect(problems(', online_accounts: 5m')).toMatchInlineSnapshot(`
    "1 problem in the configuration

      test.yml:2:58: unknown key "online_accounts"; it belongs under collectors
          Meaning: The keys here are online_accounts, registered_numbers, onboardings, monthly_statistics
          Example: collectors: { online_accounts: 10m }
    "
  `);
});

test('the printed configuration contains the collectors, and reads the same again', () => {
  const yaml = `collectors: { online_accounts: 1h }\naccounts:\n${account('a', ', collectors: { online_accounts: off }')}`;
  const loaded = loadYaml(yaml);
  if (!('config' in loaded)) throw new Error(problemsOf(loaded));
  const printed = describeConfig(loaded.config, loaded.merged);
  expect(printed).toContain('collectors:\n  online_accounts: 1h\n');
  expect(printed).toContain('    collectors:\n      online_accounts: off\n');
});
