import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatProblems } from '../../src/config/problems.ts';
import { ACCOUNT_SETTINGS, SETTINGS } from '../../src/config/schema.ts';
import { readWebConfig } from '../../src/web/web-config-file.ts';
import { misspelt, oneOf } from './misspelt.ts';
import { load, loadYaml, problemsOf } from './sources.ts';

const CANARY = 'canary-5ecret';
const secrets = [...SETTINGS, ...ACCOUNT_SETTINGS].filter(({ hidden }) => hidden);

const secretKey = oneOf(secrets.map(({ key }) => key.replace(/.*\./, '')));
const secretEntry = fc.tuple(
  fc.oneof(secretKey, secretKey.chain(misspelt)),
  fc.oneof(
    oneOf([CANARY, `"${CANARY}"`, `'${CANARY} '`, `[${CANARY}]`, `{a: ${CANARY}}`, `{${CANARY}}`]),
    oneOf([`!!int ${CANARY}`, `!${CANARY}`, `&${CANARY} x`, `*${CANARY}`, `{${CANARY}: 1}`]),
    oneOf([`|\n    ${CANARY}\n    ${CANARY}`, `https://user:${CANARY}@host/?${CANARY}#${CANARY}`]),
  ),
);
const secretYaml = fc
  .tuple(
    oneOf([
      'accounts:\n- name: acme\n  ',
      'accounts:\n  ',
      'privacy:\n  ',
      'basic_auth_users:\n  ',
    ]),
    fc.array(secretEntry, { minLength: 1, maxLength: 4 }),
    fc.nat(),
    oneOf(['', '', '"', '{', '\t', ':', '- ', '\n', '#', '%', '@']),
  )
  .map(([head, entries, at, slip]) => {
    const yaml = head + entries.map((pair) => pair.join(': ')).join('\n  ');
    const place = at % yaml.length;
    return slip === '' ? yaml : yaml.slice(0, place) + slip + yaml.slice(place);
  });
const secretEnv = fc.dictionary(
  oneOf([
    ...secrets.map(({ env }) => env),
    'http_proxy',
    'HTTPS_PROXY',
    'WHATSAPP_PRIVACY_HASH_KEI',
  ]),
  oneOf([
    CANARY,
    ` ${CANARY}\n`,
    `http://u:${CANARY}@p:99999`,
    `http://u:${CANARY}%@p:1`,
    `:${CANARY}`,
  ]),
  { maxKeys: 4 },
);

const nowhere = () => {
  throw Object.assign(new Error(CANARY), { code: 'ENOENT' });
};

test('a secret is in no problem, however wrong the place or the way it is written', () => {
  fc.assert(
    fc.property(secretYaml, secretEnv, (yaml, env) => {
      const web = readWebConfig('web.yml', () => yaml);
      const told = [
        problemsOf(loadYaml(yaml, { env })),
        problemsOf(load({ env, readFile: nowhere })),
        'problems' in web ? formatProblems(web.problems) : '',
      ];
      expect(told.join('')).not.toContain(CANARY);
    }),
    { numRuns: 1_000, interruptAfterTimeLimit: 20_000 },
  );
});
