import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { fetchPrograms, findProgram, unlessMissing } from './programs.ts';

export const CHART = 'deploy/helm';
export const RELEASE = 'wa';
export const NAMESPACE = 'whatsapp';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** Paths of helm: of versions 3 and 4, or of the one in the PATH. Undefined if there is none, except in CI. */
export async function optionalHelm(): Promise<readonly string[] | undefined> {
  return unlessMissing('helm', async () => {
    try {
      const folder = await fetchPrograms('helm');
      return [join(folder, 'helm3'), join(folder, 'helm4')];
    } catch (error) {
      const installed = await findProgram('helm');
      if (installed === undefined) throw error;
      return [installed];
    }
  });
}

const argumentsFor = (command: string, values: string) =>
  command === 'lint'
    ? ['lint', '--strict', CHART, '--values', values]
    : [command, RELEASE, CHART, '--namespace', NAMESPACE, '--values', values];

/** What helm says about the chart with these values (a path, or YAML with line breaks). */
export function askHelm(
  helm: string,
  command: 'lint' | 'template',
  values: string,
): { readonly status: number | null; readonly stdout: string; readonly problems: string } {
  const isPath = !values.includes('\n');
  const { status, stdout, stderr } = spawnSync(helm, argumentsFor(command, isPath ? values : '-'), {
    encoding: 'utf8',
    input: isPath ? '' : values,
  });
  // The links to rules and dashboards.
  const problems = stderr.split('\n').filter((line) => !line.includes('found symbolic link'));
  return { status, stdout, problems: problems.join('\n').trim() };
}

/** The manifests that helm would send. YAML 1.1 as in Kubernetes, in which 0440 is octal. */
export function render(helm: string, values: string): Manifest[] {
  const { status, stdout, problems } = askHelm(helm, 'template', values);
  if (status !== 0) throw new Error(problems);
  return parseAllDocuments(stdout, { version: '1.1' }).map((one) => one.toJS() as Manifest);
}

/** The manifest of this kind, of which there is one. */
export function only<T extends Manifest>(manifests: readonly Manifest[], kind: T['kind']): T {
  const found = manifests.filter((one) => one.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} manifests of kind ${kind}`);
  return found[0] as T;
}
