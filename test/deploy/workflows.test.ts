import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fetchPrograms, unlessMissing } from '../support/programs.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, { readonly tags?: readonly string[] } | null>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const files = readdirSync(FOLDER).map((file) => ({ file, workflow: read(file) }));
const ci = read('ci.yml');
const release = read('release.yml');
const checkers = await unlessMissing('actionlint and zizmor', () => fetchPrograms('checkers'));

function read(file: string): Workflow {
  return parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow;
}

function commandsOf(job: Job | undefined): string[] {
  return job?.steps.flatMap(({ run }) => run ?? []) ?? [];
}

function actionsOf(job: Job | undefined): string[] {
  return job?.steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []) ?? [];
}

test.skipIf(checkers === undefined).each([
  // Without the linters of shells and Python that a machine may have.
  ['actionlint', '-shellcheck=', '-pyflakes='],
  ['zizmor', '--offline', '--persona=pedantic', '--quiet', '--no-config', '.'],
])('%s finds nothing', (program, ...flags) => {
  const { status, stdout } = spawnSync(join(checkers ?? '', 'bin', program), flags, {
    encoding: 'utf8',
    // zizmor prints colours in CI.
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout.trim()).toMatch(/^(?:No findings to report\b.*)?$/);
  expect(status).toBe(0);
});

test.each(files)('$file has no write permission by default, and has a timeout', (given) => {
  const { permissions, jobs } = given.workflow;
  expect(Object.values(permissions).filter((right) => right !== 'read')).toEqual([]);
  for (const [name, job] of Object.entries(jobs)) {
    expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  }
});

test.each(files)('$file pins every action by commit, with the version beside it', (given) => {
  const actions = readFileSync(join(FOLDER, given.file), 'utf8').match(/uses: .*/g) ?? [];
  expect(actions).not.toEqual([]);
  const pinned = /^uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  expect(actions.filter((action) => !pinned.test(action))).toEqual([]);
});

test('an action has the same commit everywhere', () => {
  const texts = files.map(({ file }) => readFileSync(join(FOLDER, file), 'utf8'));
  const actions = new Set(texts.flatMap((text) => text.match(/(?<=uses: ).*/g) ?? []));
  const names = [...actions].map((action) => action.split('@')[0]);
  expect(names).toEqual([...new Set(names)]);
});

test.each(files)('$file keeps no credentials and caches nothing', ({ workflow }) => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  for (const { uses, with: inputs } of steps) {
    if (uses?.startsWith('actions/checkout@'))
      expect(inputs).toEqual({ 'persist-credentials': false });
    if (uses?.startsWith('actions/setup-node@'))
      expect(inputs).toMatchObject({ 'package-manager-cache': false });
  }
});

test.each(files)('$file passes no untrusted value to a shell', ({ workflow }) => {
  const commands = Object.values(workflow.jobs).flatMap(commandsOf);
  expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
});

test('CI runs on every supported Node.js', () => {
  expect(ci.jobs['test']?.strategy?.matrix['node']).toEqual(['20', '22', '24']);
  expect(commandsOf(ci.jobs['test'])).toEqual(['.ci/run']);
  expect(existsSync('.ci/run')).toBe(true);
  expect(Object.keys(ci.on)).toEqual(['push', 'pull_request']);
});

test('CI starts the image on both architectures and asks its Grafana', () => {
  expect(ci.jobs['image']?.strategy?.matrix['runner']).toEqual([
    'ubuntu-24.04',
    'ubuntu-24.04-arm',
  ]);
  const [compose, , check = ''] = commandsOf(ci.jobs['image']);
  expect(compose).toContain('docker compose -f deploy/compose.yml up --build --wait');
  expect(check).toContain('scripts/check-grafana.ts');
});

test('a release needs a tag and passing tests', () => {
  expect(release.on).toEqual({ push: { tags: ['v*.*.*'] } });
  expect(commandsOf(release.jobs['test'])).toEqual(['.ci/run']);
  const others = Object.entries(release.jobs).filter(([name]) => name !== 'test');
  expect(others.map(([name, { needs }]) => [name, needs])).toEqual([
    ['npm', 'test'],
    ['image', 'test'],
    ['chart', 'image'],
  ]);
});

test('each release job has only the permissions that it needs', () => {
  expect(release.permissions).toEqual({});
  const rights = Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]);
  const signs = { contents: 'read', 'id-token': 'write', attestations: 'write' };
  expect(Object.fromEntries(rights)).toEqual({
    test: { contents: 'read' },
    npm: signs,
    image: { ...signs, packages: 'write' },
    chart: { ...signs, packages: 'write' },
  });
});

test('the package is published as rehearsed, with provenance and SBOM', () => {
  expect(commandsOf(release.jobs['npm'])).toEqual([
    'npm ci',
    'npm run release:dry -- "$GITHUB_REF_NAME"',
    'npm publish release/*.tgz --provenance --access public',
  ]);
  const attested = release.jobs['npm']?.steps.filter(({ uses }) => uses?.includes('/attest@'));
  expect(attested?.map((step) => step.with)).toEqual([
    { 'subject-path': 'release/*.tgz' },
    { 'subject-path': 'release/*.tgz', 'sbom-path': 'release/sbom.cdx.json' },
  ]);
});

test('image and chart are signed and published with provenance, the image with an SBOM', () => {
  for (const name of ['image', 'chart']) {
    const job = release.jobs[name];
    expect(actionsOf(job)).toEqual(
      expect.arrayContaining(['actions/attest', 'sigstore/cosign-installer']),
    );
    expect(commandsOf(job).at(-1)).toMatch(/^cosign sign --yes "ghcr\.io\/.*@\$DIGEST"$/);
  }
  const build = release.jobs['image']?.steps.find(({ uses }) => uses?.includes('/build-push-'));
  expect(build?.with).toMatchObject({ push: true, sbom: true, provenance: 'mode=max' });
  expect(readFileSync('Dockerfile', 'utf8')).toContain('ARG REVISION');
  expect(build?.with?.['build-args']).toBe('REVISION=${{ github.sha }}');
});

test('Dependabot updates everything that is pinned', () => {
  const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8')) as {
    updates: { 'package-ecosystem': string; directory: string }[];
  };
  expect(updates.map((each) => `${each['package-ecosystem']} ${each.directory}`)).toEqual([
    'npm /',
    'github-actions /',
    'docker /',
    'docker-compose /deploy',
  ]);
});
