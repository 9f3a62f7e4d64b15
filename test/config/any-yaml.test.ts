import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { LoadedConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { ACCOUNT_SETTINGS, SETTINGS } from '../../src/config/schema.ts';
import type { Setting } from '../../src/config/setting.ts';
import { readWebConfig } from '../../src/web/web-config-file.ts';
import { oneOf } from './misspelt.ts';
import { configOf, describe, loadYaml } from './sources.ts';

const TOKEN = { WHATSAPP_ACCESS_TOKEN: 'fake-token' };
const settings = SETTINGS.filter(({ hidden }) => hidden === undefined);
const all = [...SETTINGS, ...ACCOUNT_SETTINGS];

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

function problemsOf(loaded: LoadedConfig | ReturnType<typeof readWebConfig>): string | undefined {
  if (!('problems' in loaded)) return undefined;
  expect(loaded.problems).not.toHaveLength(0);
  for (const problem of loaded.problems) {
    expect(Object.values(problem), 'name, problem, meaning, example').not.toContain('');
  }
  return formatProblems(loaded.problems);
}

/** Hazards for a careless reader; tried first. */
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
      problemsOf(readWebConfig('web.yml', () => yaml));
    }),
    {
      numRuns: 1_000,
      interruptAfterTimeLimit: 20_000,
      examples: FOUND.map((yaml): [string] => [yaml]),
    },
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

test('a mistake that thousands of aliases repeat is reported quickly, a hundred times', () => {
  const aliases = Array.from({ length: 5_000 }, () => '*a').join(', ');
  const loaded = loadYaml(`log: &a { levl: info }\naccounts: [${aliases}]`);
  expect('problems' in loaded && loaded.problems.length).toBe(100);
});

test('20,000 aliases are refused at once', () => {
  const yaml = `accounts:\n  - &a { name: x }\n${'  - *a\n'.repeat(20_000)}`;
  const startedMs = performance.now();
  expect(problemsOf(loadYaml(yaml))).toContain('more than 5000 aliases');
  expect(performance.now() - startedMs).toBeLessThan(8_000);
});

test('2,000 aliases are fine', () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `  - { name: a${i}, access_token: *t }\n`);
  const accounts = `accounts:\n  - { name: a, access_token: &t fake-token }\n${names.join('')}`;
  expect(configOf(loadYaml(accounts)).accounts).toHaveLength(2_001);
});

const withDefault = settings.filter((setting) => setting.default !== undefined);
const anyGiven = fc.uniqueArray(
  fc.record({
    setting: oneOf(withDefault),
    from: oneOf(['flag', 'environment', 'file'] as const),
    text: fc.oneof(oneOf(withDefault.map(({ example }) => example)), word, scalar),
  }),
  { selector: ({ setting }) => setting.key, maxLength: 3 },
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

/** The configuration with this text alone; undefined if the setting refuses it. */
function parsed(setting: Setting, text: string): string | undefined {
  const loaded = loadGiven([{ setting, from: 'flag', text }]);
  return 'config' in loaded ? JSON.stringify(loaded.config) : undefined;
}

test('every given value is used or refused by name, never replaced by a default', () => {
  fc.assert(
    fc.property(anyGiven, (some) => {
      // An empty variable is one that is not set.
      const given = some.filter(({ from, text }) => from !== 'environment' || text !== '');
      const loaded = loadGiven(given);
      const text = problemsOf(loaded);
      for (const one of given) {
        const { setting, from } = one;
        const name = { flag: setting.flag, environment: setting.env, file: setting.key }[from];
        const value = parsed(setting, one.text);
        if (value === undefined) expect(text).toContain(`${name}`);
        const standard = parsed(setting, setting.default ?? '');
        if (text !== undefined || value === standard) continue;
        expect(loadGiven(given.filter((other) => other !== one))).not.toEqual(loaded);
      }
    }),
    { numRuns: 200, interruptAfterTimeLimit: 20_000 },
  );
});

test('a described configuration loads to the same configuration, apart from secrets', () => {
  fc.assert(
    fc.property(anyGiven, (given) => {
      const loaded = loadGiven(given);
      if ('problems' in loaded) return;
      const described = describe(loaded);
      const again = loadYaml(described.replace('[redacted]', 'fake-token'));
      expect(configOf(again)).toEqual(loaded.config);
    }),
    { numRuns: 200 },
  );
});
