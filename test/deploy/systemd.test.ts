import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createConfigLoader } from '../../src/config/load.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { fetchPrograms, findProgram, unlessMissing } from '../support/programs.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

const NAME = 'whatsapp-numbers-exporter';
const unit = readFileSync(`deploy/systemd/${NAME}.service`, 'utf8');

function valuesOf(directive: string): string[] {
  return [...unit.matchAll(new RegExp(`^${directive}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

test('it runs the command that the package installs, and reloads it by SIGHUP', () => {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: object };
  expect(Object.keys(bin)).toEqual(valuesOf('ExecStart'));
  expect(valuesOf('ExecReload')).toEqual(['kill -HUP $MAINPID']);
});

test('it runs as a dynamic user', () => {
  expect(valuesOf('DynamicUser')).toEqual(['yes']);
});

test('the secret reaches the exporter as a credential, which the configuration accepts', () => {
  const [credential = '', source] = valuesOf('LoadCredential')[0]?.split(':') ?? [];
  expect(source).toBe(`/etc/${NAME}/client-secret`);
  const given = valuesOf('Environment')[0]
    ?.split(' ')
    .map((text) => text.split('='));
  const env = Object.fromEntries(given ?? []) as Record<string, string>;
  expect(env['WHATSAPP_CLIENT_SECRET_FILE']).toBe(`%d/${credential}`);
  const loaded = createConfigLoader({
    checkWebConfig,
    readFile: () => 'not-a-real-secret',
    whyNotExcludable,
    usualGapMs: () => 60_000,
  })({ flags: {}, env: { ...env, WHATSAPP_CLIENT_ID: 'a-client' } });
  expect(loaded).toHaveProperty('config.accounts.0.credentials.kind', 'client');
});

/** The unit and the offline rating need version 250. */
const SYSTEMD_OLDEST = 250;

async function systemdAnalyze(): Promise<string> {
  const installed = await findProgram('systemd-analyze');
  if (installed !== undefined && versionOf(installed) >= SYSTEMD_OLDEST) return installed;
  const fetched = join(await fetchPrograms('systemd'), 'systemd-analyze');
  if (versionOf(fetched) >= SYSTEMD_OLDEST) return fetched;
  throw new Error(`systemd ${SYSTEMD_OLDEST} is needed; this is ${versionOf(fetched)}`);
}

function versionOf(program: string): number {
  const [, version = '0'] =
    /systemd (\d+)/.exec(String(spawnSync(program, ['--version']).stdout)) ?? [];
  return Number(version);
}

const systemd = await unlessMissing('systemd-analyze', systemdAnalyze);

test.skipIf(systemd === undefined)(
  'systemd accepts every directive and rates the sandbox as good',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'systemd-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const copy = join(folder, `${NAME}.service`);
    // The exporter need not be installed on this machine.
    writeFileSync(copy, unit.replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true'));
    const socket = join(folder, `${NAME}.socket`);
    copyFileSync(`deploy/systemd/${NAME}.socket`, socket);
    const analyze = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(systemd ?? '', args, { encoding: 'utf8' });
      return { status, complaints: stderr, stdout };
    };
    const sound = { status: 0, complaints: '', stdout: '' };
    expect(analyze('verify', '--man=no', copy, socket)).toEqual(sound);
    // In tenths; currently 14. A service without a sandbox has 96.
    const security = analyze('security', '--offline=true', '--threshold=20', '--no-pager', copy);
    expect(security.status, security.stdout).toBe(0);
  },
);
