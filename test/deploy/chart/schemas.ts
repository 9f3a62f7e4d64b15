import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { z } from 'zod';
import type { Manifest } from '../../support/helm.ts';

/** A class of kubernetes-models. */
type Kind = new (data: never) => { validate(): void };

const KINDS: Readonly<Record<string, Kind>> = {
  ConfigMap,
  Deployment,
  HTTPRoute,
  Ingress,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  PrometheusRule,
  Secret,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
};

/** The Prometheus operator has it since version 0.65. */
const NEWER_THAN_THE_MODELS = /^\/spec\/groups\/\d+\/rules\/\d+\/keep_firing_for$/;

/** No registry has a model of it. These are the fields of grafana.integreatly.org/v1beta1 that we use. */
const GRAFANA_DASHBOARD = z.strictObject({
  apiVersion: z.literal('grafana.integreatly.org/v1beta1'),
  kind: z.literal('GrafanaDashboard'),
  metadata: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()),
  }),
  spec: z.strictObject({
    allowCrossNamespaceImport: z.boolean(),
    folder: z.string(),
    instanceSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    json: z.string(),
  }),
});

/**
 * The violations of a manifest's schema. The validator ignores unknown keys, so
 * a key that it never reads is misspelt.
 */
export function problemsOf(manifest: Manifest): string[] {
  if (manifest.kind === 'GrafanaDashboard') {
    const { error } = GRAFANA_DASHBOARD.safeParse(manifest);
    return error?.issues.map(({ message }) => message) ?? [];
  }
  const KnownKind = KINDS[manifest.kind];
  if (KnownKind === undefined) return [`no schema for ${manifest.kind}`];
  const model = new KnownKind(structuredClone(manifest) as never);
  const unread = new Set<string>();
  watchReads(model, '', unread);
  try {
    model.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread]
    .filter((path) => !NEWER_THAN_THE_MODELS.test(path))
    .map((path) => `unknown key ${path}`);
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
