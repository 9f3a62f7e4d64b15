import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
// Without its build, which would remove the program that other tests run.
const rehearse = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/release-dry.ts', ...args], {
    encoding: 'utf8',
  });

test('the rehearsal packs the package, installs it elsewhere and runs it', () => {
  const { status, stdout, stderr } = rehearse();
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(
    /^versions.*\npacked .*\ninstalled.*\n\d+ files written.*\nrendered.*\nwrote the SBOM\n/,
  );
  expect(existsSync(`release/whatsapp-numbers-exporter-${version}.tgz`)).toBe(true);
  const sbom = JSON.parse(readFileSync('release/sbom.cdx.json', 'utf8')) as {
    components: { name: string; version: string }[];
  };
  expect(sbom.components).toContainEqual(
    expect.objectContaining({ name: 'whatsapp-numbers-exporter', version }),
  );
  expect(sbom.components.map(({ name }) => name)).not.toContain('vitest');
}, 120_000);

test('the rehearsal refuses a tag of another version', () => {
  const { status, stderr } = rehearse('v99.0.0');
  expect(status).toBe(1);
  expect(stderr).toContain(`the tag is v99.0.0, but package.json has ${version}\n`);
});
