import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderChartReadme } from '../../../scripts/chart-doc.ts';
import { renderChartSchema } from '../../../scripts/chart-schema.ts';
import { CHART, askHelm, optionalHelm } from '../../support/helm.ts';
import { withHelm } from './workload.ts';

const [helm = ''] = (await optionalHelm()) ?? [];

test('the table of values in README.md is generated from values.yaml', async () => {
  await expect(renderChartReadme()).toMatchFileSnapshot(`../../../${CHART}/README.md`);
});

test('the keys of `config` in values.schema.json are those of the exporter', async () => {
  const schema = `../../../${CHART}/values.schema.json`;
  await expect(await renderChartSchema()).toMatchFileSnapshot(schema);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Paths of the properties in the schema, or of the values, as far as the schema goes. */
function pathsOf(schema: Schema, values?: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
    ...(values === undefined || key in values ? [key] : []),
    ...pathsOf(inner, values && ((values[key] ?? {}) as never)).map((path) => `${key}.${path}`),
  ]);
}

test('values and schema have the same keys', () => {
  const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8')) as Schema;
  const values = parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as Record<string, unknown>;
  // Helm itself adds `global` to the values of a subchart.
  const isOwn = (path: string) => path !== 'global' && !path.startsWith('config.');
  expect(pathsOf(schema).filter(isOwn)).toEqual(pathsOf(schema, values).filter(isOwn));
  const isClosed = (part: Schema & { additionalProperties?: boolean }): boolean =>
    part.properties === undefined ||
    (part.additionalProperties === false && Object.values(part.properties).every(isClosed));
  expect(isClosed(schema)).toBe(true);
});

const ACCOUNT = '{ name: default, clientId: fake-client, existingSecret: whatsapp }';
const ONE = `accounts: [${ACCOUNT}]`;

const MISTAKES: readonly (readonly [mistake: string, values: string, ...message: string[]])[] = [
  ['no account', '{}', 'accounts: give at least one'],
  ['a misspelt section', `${ONE}\ningres: { enabled: true }`, 'ingres', 'not allowed'],
  ['a misspelt key', `${ONE}\ningress: { hots: a }`, 'ingress', 'hots'],
  ['a key of the exporter', 'accounts: [{ name: a, client_id: b }]', 'accounts', 'client_id'],
  ['a client id that is a number', 'accounts: [{ name: a, clientId: 12 }]', 'clientId', 'string'],
  ['a name with a space', 'accounts: [{ name: a b }]', 'accounts', 'name', "'^[A-Za-z0-9_-]"],
  ['no secret', 'accounts: [{ name: a, clientId: b }]', '"a" needs either clientSecret or'],
  [
    'two secrets',
    `accounts: [{ name: a, clientId: b, clientSecret: c, existingSecret: d }]`,
    '"a" needs either clientSecret or existingSecret',
  ],
  ['two accounts of a name', `accounts: [${ACCOUNT}, ${ACCOUNT}]`, '"default" is used twice'],
  ['accounts in config', `${ONE}\nconfig: { accounts: [] }`, 'config.accounts', '`accounts`'],
  [
    'another address',
    `${ONE}\nconfig: { web: { listen_address: ':80' } }`,
    'config.web.listen_address',
  ],
  ['a misspelt section of the exporter', `${ONE}\nconfig: { pol: {} }`, 'config', 'pol'],
  ['a misspelt setting', `${ONE}\nconfig: { poll: { scedule: 1m } }`, 'poll', 'scedule'],
  [
    'a secret beside the Secret',
    'accounts: [{ name: a, existingSecret: b, config: { access_token: c } }]',
    'access_token',
  ],
  [
    'a key in a ConfigMap',
    `${ONE}\nconfig: { privacy: { hash_key: not-a-real-key } }`,
    'set WHATSAPP_PRIVACY_HASH_KEY in `env`',
  ],
  ['TLS without a file', `${ONE}\nwebConfig: { tls: server }`, 'webConfig.existingSecret'],
  ['a digest that is none', `${ONE}\nimage: { digest: abc }`, 'digest', 'sha256'],
  ['replicas of shards', `${ONE}\nshards: 2\nreplicas: 2`, 'replicas: shards have one pod each'],
  [
    'one page for several shards',
    `${ONE}\nshards: 2\ningress: { enabled: true, host: a.example.com }`,
    'each pod shows its own accounts only',
  ],
  ['a page without a host', `${ONE}\ningress: { enabled: true }`, 'ingress.host'],
  ['a page without a Gateway', `${ONE}\nhttpRoute: { enabled: true }`, 'httpRoute.parentRefs'],
  [
    'two kinds of scraping',
    `${ONE}\nscrapeAnnotations: true\nserviceMonitor: { enabled: true }`,
    'scraped twice',
  ],
  ['no ports at all', `${ONE}\nnetworkPolicy: { egressPorts: [] }`, 'egressPorts'],
  ['another kind', `${ONE}\ndashboards: { kind: configmap }`, 'dashboards', 'kind', 'ConfigMap'],
];

withHelm.each(MISTAKES)('%s is an error that names it', (_, values, ...message) => {
  const { status, problems } = askHelm(helm, 'template', `${values}\n`);
  expect(status).not.toBe(0);
  for (const part of message) expect(problems).toContain(part);
});
