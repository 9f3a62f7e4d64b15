import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { expect, onTestFinished } from 'vitest';
import { createCertificate } from '../../support/certificates.ts';
import { only, type Manifest } from '../../support/helm.ts';
import { eventually, portOf, startProgram } from '../../support/program.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from '../../support/simulated-provider.ts';
import { deploymentOf, podOf, rendered, withHelm, type PodSpec } from './workload.ts';

/** Texts by Secret and key. */
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The files of a volume, by name. */
function filesOf(
  volume: PodSpec['volumes'][number],
  manifests: readonly Manifest[],
  secrets: Secrets,
): Readonly<Record<string, string>> {
  const { configMap, projected, secret } = volume;
  if (configMap !== undefined) {
    const isIt = ({ kind, metadata }: Manifest) =>
      kind === 'ConfigMap' && metadata.name === configMap.name;
    return manifests.find(isIt)?.['data'] as Readonly<Record<string, string>>;
  }
  if (secret !== undefined) return secrets[secret.secretName] ?? {};
  const items = (projected?.sources ?? []).flatMap((source) =>
    source.secret.items.map(({ key, path }) => [path, secrets[source.secret.name]?.[key] ?? '']),
  );
  return Object.fromEntries(items) as Readonly<Record<string, string>>;
}

/** Runs the pod of the Deployment as a process of this machine, with its volumes in a folder. */
async function startPod(values: string, secrets: Secrets) {
  const manifests = rendered(values);
  const pod = podOf(deploymentOf(manifests));
  const [container] = pod.containers;
  const folder = mkdtempSync(join(tmpdir(), 'pod-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const toLocal = (text: string) => text.replaceAll(/\/(?:etc|run)\//g, `${folder}$&`);
  for (const { name, mountPath } of container?.volumeMounts ?? []) {
    mkdirSync(join(folder, mountPath), { recursive: true });
    const volume = pod.volumes.find((one) => one.name === name);
    const files = volume === undefined ? {} : filesOf(volume, manifests, secrets);
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(folder, mountPath, file), toLocal(text));
    }
  }
  const flags = (container?.args ?? []).map(toLocal);
  const program = startProgram([...flags, '--web.listen-address=127.0.0.1:0']);
  return { manifests, container, port: await portOf(program) };
}

/** The status that the kubelet sees: it verifies no certificate. */
async function probe(port: number, probed: { path: string; scheme?: string }): Promise<number> {
  const ask = probed.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const options = { host: '127.0.0.1', port, path: probed.path, rejectUnauthorized: false };
  const sent = ask({ ...options, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

/** Runs the pod of `helm test`, with this port in place of the Service's. */
async function runTest(manifests: readonly Manifest[], port: number) {
  const { spec } = only<Manifest & { spec: TestPod }>(manifests, 'Pod');
  const [{ command, args, env }] = spec.containers;
  const local = args.map((one) =>
    one.replace(/^(https?):\/\/[\w-]+:10972$/, `$1://127.0.0.1:${port}`),
  );
  const child = spawn(process.execPath, [...command.slice(1), ...local], {
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

interface TestPod {
  readonly containers: readonly [
    {
      readonly command: readonly string[];
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value: string }[];
    },
  ];
}

interface Probes {
  readonly livenessProbe: { readonly httpGet: { path: string; scheme?: string } };
  readonly readinessProbe: { readonly httpGet: { path: string; scheme?: string } };
}

withHelm(
  'the rendered pod polls, its probes pass, and `helm test` judges each account',
  async () => {
    const { url } = await startProvider();
    const account = (name: string) =>
      `  - { name: ${name}, clientId: ${CLIENT_ID}, existingSecret: ${name}, config: { api_url: '${url}' } }\n`;
    const secrets = {
      good: { 'client-secret': `${CLIENT_SECRET}\n` },
      bad: { 'client-secret': 'not-the-real-secret' },
    };
    const alone = await startPod(`accounts:\n${account('good')}`, secrets);
    const { livenessProbe, readinessProbe } = alone.container as unknown as Probes;
    expect(await probe(alone.port, livenessProbe.httpGet)).toBe(200);
    await eventually(
      async () => (await probe(alone.port, readinessProbe.httpGet)) === 200 || undefined,
      'readiness',
    );
    const passed = await runTest(alone.manifests, alone.port);
    expect(passed.output).toMatch(/^http:\S+: account good: ok\n$/);
    expect(passed.code).toBe(0);

    const both = await startPod(`accounts:\n${account('good')}${account('bad')}`, secrets);
    const { code, output } = await runTest(both.manifests, both.port);
    expect(output).toMatch(
      /account good: ok\n.*account bad: stale\n.*Check client_id and client_secret/s,
    );
    expect(code).toBe(1);
  },
);

withHelm('with TLS and passwords, probes and `helm test` still pass', async () => {
  const { url } = await startProvider();
  const { cert, key } = await createCertificate('exporter');
  const users = `basic_auth_users: { scraper: '${await hash('not-a-real-password', 4)}' }`;
  const web = `tls_server_config: { cert_file: tls.crt, key_file: tls.key }\n${users}\n`;
  const { manifests, container, port } = await startPod(
    `accounts: [{ name: a, clientId: ${CLIENT_ID}, existingSecret: a, config: { api_url: '${url}' } }]\n` +
      'webConfig: { existingSecret: web, tls: server }\n',
    {
      a: { 'client-secret': CLIENT_SECRET },
      web: { 'web.yml': web, 'tls.crt': cert, 'tls.key': key },
    },
  );
  const { livenessProbe } = container as unknown as Probes;
  expect(await probe(port, livenessProbe.httpGet)).toBe(200);
  expect(await probe(port, { path: '/metrics', scheme: 'HTTPS' })).toBe(401);
  const { code, output } = await runTest(manifests, port);
  expect(output).toContain('ready; its accounts need a password\n');
  expect(code).toBe(0);
});
