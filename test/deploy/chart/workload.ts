import { test } from 'vitest';
import { RELEASE, only, optionalHelm, render, type Manifest } from '../../support/helm.ts';

const [helm = ''] = (await optionalHelm()) ?? [];

export const withHelm = test.skipIf(helm === '');
export const NAME = `${RELEASE}-whatsapp-numbers-exporter`;
export const PORT = 10_972;
export const SELECTOR = {
  'app.kubernetes.io/name': 'whatsapp-numbers-exporter',
  'app.kubernetes.io/instance': RELEASE,
  'app.kubernetes.io/component': 'exporter',
};

interface Source {
  readonly secret: { readonly name: string; readonly items: { key: string; path: string }[] };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
    readonly projected?: { readonly sources: readonly Source[] };
  }[];
  readonly affinity?: object;
  readonly topologySpreadConstraints?: readonly object[];
}

export interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: Record<string, string> };
      readonly spec: PodSpec;
    };
  };
}

const cache = new Map<string, readonly Manifest[]>();

/** The manifests for a file of values/, or for YAML with line breaks. */
export function rendered(values: string): readonly Manifest[] {
  const path = values.includes('\n') ? values : `test/deploy/chart/values/${values}.yaml`;
  const manifests = cache.get(path) ?? render(helm, path);
  cache.set(path, manifests);
  return manifests;
}

export const deploymentOf = (manifests: readonly Manifest[]): Workload =>
  only<Workload>(manifests, 'Deployment');

export const podOf = ({ spec }: Workload): PodSpec => spec.template.spec;
