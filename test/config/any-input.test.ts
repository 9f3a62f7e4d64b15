import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { parseCommandLine } from '../../src/config/cli.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { ACCOUNT_SETTINGS, SETTINGS } from '../../src/config/schema.ts';
import { loadYaml } from './sources.ts';

const settings = SETTINGS.flatMap(({ flag, key }) => (flag === undefined ? [] : [{ flag, key }]));
const all = [...SETTINGS, ...ACCOUNT_SETTINGS];

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  oneOf(all.flatMap(({ example, env, key }) => [example, env, key])),
  oneOf(['', '0', '-1', ':', 'https://', '99999999h', '[::]:1', '/-/', 'true', '~', '*a', '\0']),
);
const proxies = ['http_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'WHATSAPP_ACCOUNTS'];
const env = fc.dictionary(oneOf([...all.map((setting) => setting.env), ...proxies]), text);
const flags = fc.dictionary(oneOf(settings.map(({ key }) => key)), text);

const account = fc.dictionary(
  oneOf(ACCOUNT_SETTINGS.map(({ key }) => key.slice('accounts.'.length))),
  text,
);
const section = fc.dictionary(oneOf(settings.map(({ key }) => key.replace(/.*\./, ''))), text);
const likely = fc.record({
  accounts: fc.array(account),
  poll: section,
  web: section,
  log: section,
});
const yaml = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(oneOf([...Array.from('\n\t -:{}[]&*!|>\'"#%@,?a1~'), '\n  - ', 'accounts:', 'poll: ']))
    .map((parts) => parts.join('')),
  fc.oneof(likely, fc.object(), fc.array(account)).map((value) => stringify(value)),
);

test('any flags, variables and file give a configuration or problems, and nothing throws', () => {
  fc.assert(
    fc.property(flags, env, yaml, fc.boolean(), (someFlags, someEnv, file, demo) => {
      const demoAccount = { name: 'demo', access_token: 'fake-token' };
      const loaded = loadYaml(file, {
        flags: someFlags,
        env: someEnv,
        ...(demo && { demoAccount }),
      });
      if ('config' in loaded) {
        expect(describeConfig(loaded.config, loaded.merged)).toContain('accounts:');
      } else {
        expect(loaded.problems).not.toHaveLength(0);
        expect(formatProblems(loaded.problems)).not.toContain('undefined');
      }
    }),
    { numRuns: 1000 },
  );
});

test('any command line is a mode, or text to print with an exit code', () => {
  const argument = fc.oneof(
    text,
    oneOf(['--demo', '--once', '--check-config', '--login', '--', '-h', '--help', '--version']),
    oneOf(settings.map(({ flag }) => flag)),
    fc.tuple(oneOf(settings.map(({ flag }) => flag)), text).map((pair) => pair.join('=')),
  );
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 5 }), (argv) => {
      const line = parseCommandLine(argv, '1.2.3');
      if (line.kind === 'exit') {
        expect([0, 1]).toContain(line.code);
        expect(line.code === 0 ? line.stdout : line.stderr).not.toBe('');
        expect(line.code === 0 ? line.stderr : line.stdout).toBe('');
      }
    }),
    { numRuns: 300 },
  );
});
