import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

import { renderPrometheusRule, renderServiceMonitor } from './kubernetes.ts';
import { renderTests } from './render-tests.ts';
import { SILENT_BUSINESS_CASES } from './silent-business-cases.ts';
import { SILENT_SYSTEM_CASES } from './silent-system-cases.ts';
import { SPIKE_CASES } from './spike-cases.ts';

const ROOT = new URL('../../', import.meta.url);
/** The addresses come first: their place in the PrometheusRule is documented. */
export const RULE_FILES = ['addresses', 'recording', 'alerts'].map(
  (name) => `prometheus/${name}.rules.yml`,
);
const KUBERNETES = 'deploy/kubernetes/monitoring';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, ROOT));
const read = (relative: string): string => readFileSync(pathOf(relative), 'utf8');

/** Every generated file: its absolute path and its text. */
export function generated(): Map<string, string> {
  const config = parse(read('prometheus/prometheus.yml')) as Parameters<
    typeof renderServiceMonitor
  >[0];
  const rules = RULE_FILES.map(read);
  return new Map(
    Object.entries({
      [`${KUBERNETES}/prometheus-rule.yaml`]: renderPrometheusRule(rules),
      [`${KUBERNETES}/service-monitor.yaml`]: renderServiceMonitor(config),
      'prometheus/tests/WhatsAppNumberSilent.test.yml': renderTests('WhatsAppNumberSilent', [
        ...SILENT_BUSINESS_CASES,
        ...SILENT_SYSTEM_CASES,
      ]),
      'prometheus/tests/WhatsAppMarketingSpike.test.yml': renderTests(
        'WhatsAppMarketingSpike',
        SPIKE_CASES,
      ),
    }).map(([path, text]) => [pathOf(path), text]),
  );
}
