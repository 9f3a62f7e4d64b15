import { readdirSync, readFileSync } from 'node:fs';
import { breaksOf, contractOf, type Json } from './contract.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const readJson = (path: string): unknown => JSON.parse(read(path));

/** What keeps the version in package.json from being released; with a tag, from being released today. */
export function findReleaseProblems(tag?: string): string[] {
  const { version } = readJson('package.json') as { version: string };
  const { release, ...recorded } = readJson('docs/contract.json') as Record<string, Json>;
  const problems = [...findOtherVersions(version), ...breaksOf(recorded, contractOf())];
  if (release !== version)
    problems.push(`docs/contract.json is not of version ${version}: npm run contract`);
  const [heading = 'nothing'] = read('CHANGELOG.md').match(/(?<=^## ).*/m) ?? [];
  const dated = new RegExp(`^${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`);
  if (!dated.test(heading) && (tag !== undefined || heading !== 'Unreleased'))
    problems.push(`CHANGELOG.md starts with "${heading}", not with "${version} - YYYY-MM-DD"`);
  if (tag !== undefined && tag !== `v${version}`)
    problems.push(`the tag is ${tag}, but package.json has ${version}`);
  return problems;
}

/** Other versions of this package in the lock file and in the manifests. */
function findOtherVersions(version: string): string[] {
  const lock = readJson('package-lock.json') as { version: string };
  const others = lock.version === version ? [] : [`package-lock.json has ${lock.version}`];
  const files = readdirSync('deploy', { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((path) => /\.(?:md|ya?ml|json)$/.test(path))) {
    const found = read(`deploy/${file}`).matchAll(
      /(?:exporter(?:[:-]| --version )|ref=v|^(?:appV|v)ersion: ['"]?)(\d+\.\d+\.\d+)/gm,
    );
    for (const [text, other] of found)
      if (other !== version) others.push(`deploy/${file} has "${text}", not ${version}`);
  }
  return others;
}
