/**
 * Rehearses a release: checks versions, changelog and contract, packs the package into release/, installs it
 * elsewhere, runs it, writes its SBOM, and renders the chart. Publishes nothing.
 * Run: npm run release:dry, and with the tag as argument (v0.2.0) on release day.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { findReleaseProblems } from './release.ts';

const FOLDER = 'release';
const [tag] = process.argv.slice(2);
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
};

const problems = findReleaseProblems(tag);
if (problems.length > 0) {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exit(1);
}
say('versions, changelog and contract agree');

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', FOLDER);
const tarball = resolve(FOLDER, `${name}-${version}.tgz`);
say(`packed ${tarball}`);

const temporary = mkdtempSync(join(tmpdir(), 'release-'));
// The SBOM takes the name of the folder.
const elsewhere = join(temporary, `${name}-installation`);
mkdirSync(elsewhere);
try {
  writeFileSync(join(elsewhere, 'package.json'), JSON.stringify({ version, private: true }));
  npm('install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball);
  const command = join(elsewhere, 'node_modules/.bin', name);
  expect(run(command, '--version').trim() === version, '--version prints another version');
  const metrics = run(command, '--demo', '--once', '--log.level=error');
  expect(/^whatsapp_up\{.*\} 1$/m.test(metrics), 'the demo does not poll');
  say('installed, and polls the demo');

  const assets = join(elsewhere, 'assets');
  say(run(command, 'assets', assets).trim());
  const values = 'test/deploy/chart/values/operators.yaml';
  const chart = run(
    helm(),
    'template',
    'rehearsal',
    join(assets, 'deploy/helm'),
    '--values',
    values,
  );
  expect(chart.includes('WhatsAppNumberOffline'), 'the chart renders no rules');
  say('rendered the chart of the package');
  writeFileSync(join(FOLDER, 'sbom.cdx.json'), npm('sbom', '--sbom-format', 'cyclonedx'));
  say('wrote the SBOM');
} finally {
  rmSync(temporary, { recursive: true });
}

function npm(...args: string[]): string {
  return run('npm', '--prefix', elsewhere, ...args);
}

/** The one that the tests use, or the one in the PATH. */
function helm(): string {
  const cache = 'node_modules/.cache/helm';
  try {
    run('scripts/fetch-helm.sh', cache);
    return join(cache, 'helm4');
  } catch {
    return 'helm';
  }
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function expect(isSo: boolean, problem: string): void {
  if (!isSo) throw new Error(problem);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
