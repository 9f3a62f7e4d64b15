import { stringify as stringifyYaml } from 'yaml';

const NAME = 'whatsapp-numbers-exporter';
const HEADER = `# Generated from prometheus/ by scripts/generate-prometheus.ts: do not edit.
`;
const LABELS = { 'app.kubernetes.io/name': NAME };

const stringify = (value: object): string => stringifyYaml(value, { aliasDuplicateObjects: false });

interface ScrapeConfigs {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly scrape_interval: string;
  }[];
}

/** The rule files, one after the other, as one PrometheusRule. Their text stays, comments included. */
export function renderPrometheusRule(ruleFiles: readonly string[]): string {
  const head = stringify({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: NAME, labels: LABELS },
  });
  const groups = ruleFiles.map((text) =>
    text.slice(text.indexOf('groups:\n') + 'groups:\n'.length),
  );
  const indented = groups.join('\n').replaceAll(/^(?=.)/gm, '  ');
  return `${HEADER}${head}spec:\n  groups:\n${indented}`;
}

/** The exporter's job of the scrape configuration as a ServiceMonitor for its Service's port `http`. */
export function renderServiceMonitor({ scrape_configs: jobs }: ScrapeConfigs): string {
  const job = jobs.find(({ job_name }) => job_name === 'whatsapp-exporter');
  if (job === undefined) throw new Error('prometheus.yml has no job whatsapp-exporter');
  return (
    HEADER +
    stringify({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: NAME, labels: LABELS },
      spec: {
        selector: { matchLabels: LABELS },
        endpoints: [
          {
            port: 'http',
            interval: job.scrape_interval,
            // The alerts ask for this job, and the operator would call it after the Service.
            relabelings: [{ targetLabel: 'job', replacement: job.job_name }],
          },
        ],
      },
    })
  );
}
