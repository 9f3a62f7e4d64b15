import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
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

function read(file: string): Workflow {
  return parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow;
}

function commandsOf(job: Job | undefined): string[] {
  return job?.steps.flatMap(({ run }) => run ?? []) ?? [];
}

test.each(files)('$file has no write permission by default, and has a timeout', (given) => {
  const { permissions, jobs } = given.workflow;
  expect(Object.values(permissions).filter((right) => right !== 'read')).toEqual([]);
  for (const [name, job] of Object.entries(jobs)) {
    expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  }
});

test.each(files)('$file pins every action to an exact version', ({ workflow }) => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const actions = steps.flatMap(({ uses }) => uses ?? []);
  expect(actions).not.toEqual([]);
  expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  for (const step of checkouts) expect(step.with).toEqual({ 'persist-credentials': false });
});

test.each(files)('$file passes no untrusted value to a shell', ({ workflow }) => {
  const commands = Object.values(workflow.jobs).flatMap(commandsOf);
  expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
});

test('CI runs on every supported Node.js', () => {
  expect(ci.jobs['test']?.strategy?.matrix.node).toEqual(['20', '22', '24']);
  expect(commandsOf(ci.jobs['test'])).toEqual(['.ci/run']);
  expect(existsSync('.ci/run')).toBe(true);
  expect(Object.keys(ci.on)).toEqual(['push', 'pull_request']);
});

test('a release needs a tag that equals the version, and passing tests', () => {
  expect(release.on).toEqual({ push: { tags: ['v*.*.*'] } });
  expect(commandsOf(release.jobs['test'])).toEqual([
    expect.stringContaining('$GITHUB_REF_NAME'),
    '.ci/run',
  ]);
  const others = Object.entries(release.jobs).filter(([name]) => name !== 'test');
  expect(others.map(([name, { needs }]) => [name, needs])).toEqual([
    ['npm', 'test'],
    ['image', 'test'],
  ]);
});

test('each release job has only the permissions that it needs', () => {
  expect(release.permissions).toEqual({});
  const rights = Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]);
  expect(Object.fromEntries(rights)).toEqual({
    test: { contents: 'read' },
    npm: { contents: 'read', 'id-token': 'write' },
    image: { contents: 'read', packages: 'write' },
  });
});

test('package and image are published with provenance, the image with an SBOM', () => {
  expect(commandsOf(release.jobs['npm'])).toEqual([
    'npm ci',
    'npm run build',
    'npm publish --provenance --access public',
  ]);
  const build = release.jobs['image']?.steps.at(-1);
  expect(build?.uses).toMatch(/^docker\/build-push-action@/);
  expect(build?.with).toMatchObject({ push: true, sbom: true, provenance: 'mode=max' });
  expect(readFileSync('Dockerfile', 'utf8')).toContain('ARG REVISION');
  expect(build?.with?.['build-args']).toBe('REVISION=${{ github.sha }}');
});
