import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Files and folders of the package that operators copy: rules, dashboards, provisioning and manifests.
 * `files` in package.json names the same.
 */
export const ASSETS = [
  'deploy/systemd',
  'grafana/contact-points.example.yml',
  'grafana/dashboards',
  'grafana/provisioning',
  'prometheus/addresses.rules.yml',
  'prometheus/alertmanager.yml',
  'prometheus/alerts.rules.yml',
  'prometheus/prometheus.yml',
  'prometheus/recording.rules.yml',
] as const;

export type AssetsResult =
  | { readonly written: number; readonly unchanged: number }
  /** Nothing was written: these paths exist with other contents. */
  | { readonly changed: readonly string[] };

/** Copies the assets from the package's folder. Overwrites nothing. Throws if a path cannot be read or written. */
export function writeAssets(from: string, to: string): AssetsResult {
  const files = ASSETS.flatMap((path) => filesIn(from, path));
  const changed: string[] = [];
  const missing = files.filter((file) => {
    const existing = readIfThere(join(to, file));
    const isChanged = existing?.equals(readFileSync(join(from, file))) === false;
    if (isChanged) changed.push(join(to, file));
    return existing === undefined;
  });
  if (changed.length > 0) return { changed };
  for (const file of missing) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    // `wx` fails if the file has appeared meanwhile.
    writeFileSync(join(to, file), readFileSync(join(from, file)), { flag: 'wx' });
  }
  return { written: missing.length, unchanged: files.length - missing.length };
}

function filesIn(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesIn(root, `${path}/${name}`));
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
