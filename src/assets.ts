import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from './core/error-code.ts';

/**
 * Files and folders of the package that operators copy: rules, dashboards, provisioning and manifests.
 * `files` in package.json names the same.
 */
export const ASSETS = [
  'deploy/helm',
  'deploy/systemd',
  'grafana/contact-points.example.yml',
  'grafana/dashboards',
  'grafana/provisioning',
  'mixin.libsonnet',
  'prometheus/addresses.rules.yml',
  'prometheus/alertmanager.yml',
  'prometheus/alerts.rules.yml',
  'prometheus/prometheus.yml',
  'prometheus/recording.rules.yml',
] as const;

/** Links of the chart, which npm does not pack, and what they link to. */
export const LINKS: Readonly<Record<string, string>> = {
  'deploy/helm/files/dashboards': 'grafana/dashboards',
  'deploy/helm/files/rules/addresses.rules.yml': 'prometheus/addresses.rules.yml',
  'deploy/helm/files/rules/alerts.rules.yml': 'prometheus/alerts.rules.yml',
  'deploy/helm/files/rules/recording.rules.yml': 'prometheus/recording.rules.yml',
};

export type AssetsResult =
  | { readonly written: number; readonly unchanged: number }
  /** Nothing was written: these paths exist with other contents. */
  | { readonly changed: readonly string[] };

/** Copies the assets from the package's folder. Overwrites nothing. Throws if a path cannot be read or written. */
export function writeAssets(from: string, to: string): AssetsResult {
  const files = [
    ...ASSETS.flatMap((path) => filesIn(from, path)).map((file) => [file, file] as const),
    ...Object.entries(LINKS).flatMap(([link, path]) =>
      filesIn(from, path).map((file) => [file, file.replace(path, link)] as const),
    ),
  ].map(([source, target]) => ({ source: join(from, source), target: join(to, target) }));
  const changed: string[] = [];
  const missing = files.filter(({ source, target }) => {
    const existing = readIfThere(target);
    if (existing?.equals(readFileSync(source)) === false) changed.push(target);
    return existing === undefined;
  });
  if (changed.length > 0) return { changed };
  for (const { source, target } of missing) {
    mkdirSync(dirname(target), { recursive: true });
    // `wx` fails if the file has appeared meanwhile.
    writeFileSync(target, readFileSync(source), { flag: 'wx' });
  }
  return { written: missing.length, unchanged: files.length - missing.length };
}

function filesIn(root: string, path: string): string[] {
  const stats = lstatSync(join(root, path));
  if (stats.isSymbolicLink()) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesIn(root, `${path}/${name}`));
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The same, with a report on the streams; returns whether it succeeded. */
export function printAssets(
  root: string,
  folder: string,
  { stdout, stderr }: Readonly<Record<'stdout' | 'stderr', NodeJS.WritableStream>>,
): boolean {
  try {
    const result = writeAssets(root, folder);
    if ('written' in result) {
      const { written, unchanged } = result;
      stdout.write(`${written} files written to ${folder}, ${unchanged} unchanged\n`);
      return true;
    }
    const changed = result.changed.map((path) => `  ${path}\n`).join('');
    stderr.write(
      `Nothing was written, because these files differ from this version's:\n${changed}` +
        'Name an empty folder, compare the two, and move the files.\n',
    );
  } catch (error) {
    stderr.write(`assets: ${(error as Error).message}\n`);
  }
  return false;
}
