import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { ACCOUNT_SETTINGS } from '../../src/config/account-settings.ts';
import { describeConfig } from '../../src/config/describe.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { PRIVACY_KEY_SETTINGS, SETTINGS, type Setting } from '../../src/config/settings.ts';
import { readWebFile } from '../../src/config/web-file.ts';
import { misspelt, oneOf } from './misspelt.ts';
import { load, loadYaml } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'fake-token' };
const CANARY = 'canary-5ecret';
const settings: Setting[] = Object.values(SETTINGS);
const ofAccounts: Setting[] = Object.values(ACCOUNT_SETTINGS);
const secrets = [...Object.values<Setting>(PRIVACY_KEY_SETTINGS), ...ofAccounts].filter(
  ({ hidden }) => hidden,
);
const all = [...settings, ...secrets];

const word = fc.oneof(
  oneOf(all.flatMap(({ key, example }) => [key.replace(/.*\./, ''), example])),
  oneOf(['poll', 'web', 'log', 'privacy', 'accounts', 'basic_auth_users', 'tls_server_config']),
  oneOf([
    '<<',
    '__proto__',
    'constructor',
    '~',
    'null',
    '1',
    '1.0',
    '0x1f',
    '0o17',
    '1e999',
    '.nan',
  ]),
  oneOf([
    '9'.repeat(400),
    'yes',
    'TRUE',
    '2001-01-01',
    '""',
    "''",
    '"a\\0b"',
    '"\\uD800"',
    'a b',
    '\ufeff',
  ]),
  oneOf([
    '*a',
    '*b',
    '!!int 5',
    '!!binary aGk=',
    '!!set {a}',
    '!x y',
    '!!null ""',
    '|\n  5s\n',
    '>-\n x',
  ]),
);
const scalar = fc.oneof(word, fc.string({ maxLength: 6 }), fc.double().map(String));
const prefix = oneOf(['', '', '', '', '&a ', '&b ', '!!map ', '!!seq ', '!!str ', '? ']);
const { node } = fc.letrec<{ node: string; list: string; map: string }>((tie) => ({
  node: fc
    .tuple(prefix, fc.oneof({ depthSize: 'small' }, scalar, tie('list'), tie('map')))
    .map((parts) => parts.join('')),
  list: fc.array(tie('node'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  map: fc
    .array(fc.tuple(fc.oneof({ weight: 4, arbitrary: word }, tie('node')), tie('node')), {
      maxLength: 4,
    })
    .map((entries) => `{${entries.map((pair) => pair.join(': ')).join(', ')}}`),
}));
const top = oneOf(['poll', 'web', 'log', 'privacy', 'month', 'limits', 'accounts', '? x\n', '*a ']);
const anyYaml = fc
  .tuple(
    oneOf([
      '',
      '',
      '',
      '%YAML 1.1\n---\n',
      '%TAG ! tag:x,2000:\n---\n',
      '---\n',
      '\ufeff',
      '# x\n',
    ]),
    fc.oneof(
      fc
        .array(fc.tuple(top, node), { maxLength: 4 })
        .map((entries) => entries.map((pair) => pair.join(': ')).join('\n')),
      node,
    ),
    oneOf(['', '', '', '\n...\nlog: {}', '\n---\nlog: {}', '\n\t', '\0']),
  )
  .map((parts) => parts.join(''));

function problemsOf(loaded: LoadedConfig | ReturnType<typeof readWebFile>): string | undefined {
  if (!('problems' in loaded)) return undefined;
  expect(loaded.problems).not.toHaveLength(0);
  for (const problem of loaded.problems) {
    expect(Object.values(problem), 'name, problem, meaning, example').not.toContain('');
  }
  return formatProblems(loaded.problems);
}

/** What a careless reader would come to grief over; tried first. */
const FOUND = [
  'poll: &a { timeout: *a }',
  'accounts: &a [*a]',
  'poll: *nope',
  'log: {<<: {level: info}}',
  `a: &a [x, x]\n${Array.from('bcdefghij', (name, i) => `${name}: &${name} [*${'abcdefghij'[i]}, *${'abcdefghij'[i]}]`).join('\n')}\npoll: *j`,
  'poll: {timeout: 5s, "timeout": 6s}',
  'poll: {timeout: 5s}\n---\nlog: {level: debug}',
];

test('any YAML makes a configuration, or a few problems with name and remedy', () => {
  fc.assert(
    fc.property(anyYaml, (yaml) => {
      const text = problemsOf(loadYaml(yaml, { env: TOKEN }));
      expect(text ?? '').not.toMatch(/undefined|\[object/);
      expect(text?.length ?? 0).toBeLessThan(20_000);
      problemsOf(readWebFile('web.yml', () => yaml));
    }),
    { numRuns: 1_500, examples: FOUND.map((yaml): [string] => [yaml]) },
  );
});

test.each([
  ['[', ''],
  ['[', ']'],
  ['{a: ', '}'],
  ['- ', ''],
  ['? ', ''],
])('YAML that is nested too deeply (%j) is refused in a few words', (open, close) => {
  const text = problemsOf(loadYaml(`poll: ${open.repeat(20_000)}${close.repeat(20_000)}`));
  expect(text).toContain('not valid YAML');
  expect(text?.length).toBeLessThan(2_000);
});

const withDefault = settings.filter((setting) => setting.default !== undefined);
const anyGiven = fc.uniqueArray(
  fc.record({
    setting: oneOf(withDefault),
    from: oneOf(['flag', 'environment', 'file'] as const),
    text: fc.oneof(oneOf(withDefault.map(({ example }) => example)), word, scalar),
  }),
  { selector: ({ setting }) => setting.key, maxLength: 6 },
);
type Given = typeof anyGiven extends fc.Arbitrary<(infer T)[]> ? T : never;

function loadGiven(given: readonly Given[]): LoadedConfig {
  const from = (source: Given['from']) => given.filter((one) => one.from === source);
  const sections: Record<string, Record<string, string>> = {};
  for (const { setting, text } of from('file')) {
    const [section = '', key = ''] = setting.key.split('.');
    sections[section] = { ...sections[section], [key]: text };
  }
  return loadYaml(JSON.stringify(sections), {
    flags: Object.fromEntries(from('flag').map(({ setting, text }) => [setting.key, text])),
    env: {
      ...TOKEN,
      ...Object.fromEntries(from('environment').map(({ setting, text }) => [setting.env, text])),
    },
  });
}

/** Undefined where the setting does not take this text. */
function parsed({ setting, text }: Pick<Given, 'setting' | 'text'>): unknown {
  try {
    return JSON.stringify(setting.parse(text));
  } catch {
    return undefined;
  }
}

test('what is given counts or is refused by name: no default stands in for it silently', () => {
  fc.assert(
    fc.property(anyGiven, (some) => {
      // An empty variable is one that is not set.
      const given = some.filter(({ from, text }) => from !== 'environment' || text !== '');
      const loaded = loadGiven(given);
      const text = problemsOf(loaded);
      for (const one of given) {
        const { setting, from } = one;
        const name = { flag: setting.flag, environment: setting.env, file: setting.key }[from];
        const value = parsed(one);
        if (value === undefined) expect(text).toContain(`${name}`);
        const standard = parsed({ setting, text: setting.default ?? '' });
        if (text !== undefined || value === standard) continue;
        expect(loadGiven(given.filter((other) => other !== one))).not.toEqual(loaded);
      }
    }),
    { numRuns: 500 },
  );
});

test('a misspelt variable of our own is refused, wherever the slip is', () => {
  const known = new Set(all.map(({ env }) => env));
  const slips = (which: RegExp) =>
    oneOf([...known].filter((env) => which.test(env))).chain(misspelt);
  const name = fc.oneof(
    slips(/^(?!LOG_|SHARD$)/),
    slips(/^LOG_/).filter((other) => other.startsWith('LOG_')),
  );
  fc.assert(
    fc.property(
      name.filter((other) => !known.has(other)),
      (wrong) => {
        const text = problemsOf(load({ env: { ...TOKEN, [wrong]: CANARY } }));
        expect(text).toContain(`${wrong}: unknown variable; did you mean`);
        expect(text).not.toContain(CANARY);
      },
    ),
    { numRuns: 300, examples: [['PRIVACY_NO_NAME'], ['LOG_LEVL'], ['WHATSAP_CLIENT_ID']] },
  );
});

test('a configuration that is described is the same again, but for the secrets', () => {
  fc.assert(
    fc.property(anyGiven, (given) => {
      const loaded = loadGiven(given);
      if ('problems' in loaded) return;
      const described = describeConfig(loaded.config);
      const again = loadYaml(described.replace('[redacted]', 'fake-token'));
      expect(again).toEqual(loaded);
    }),
    { numRuns: 300 },
  );
});
