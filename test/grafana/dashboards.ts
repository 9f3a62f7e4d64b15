import { readFileSync } from 'node:fs';

/** The parts of Grafana's classic dashboard JSON that the tests use. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly refresh: string;
  readonly timezone: string;
  readonly time: { readonly from: string };
  readonly graphTooltip: number;
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
}

interface Link {
  readonly title: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly url?: string;
  readonly keepTime: boolean;
  readonly includeVars: boolean;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly datasource: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly fieldConfig: {
    readonly defaults: FieldConfig;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface FieldConfig {
  readonly unit?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds: { readonly steps: readonly Step[] };
  readonly noValue?: string;
  readonly mappings?: readonly unknown[];
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

export interface Step {
  /** The lowest step has none. */
  readonly value: number | null;
  readonly color: string;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly legendFormat?: string;
  readonly format?: string;
}

interface Annotation {
  readonly name: string;
  readonly enable: boolean;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly hide?: number;
  readonly current?: { readonly value: unknown };
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
  readonly regex?: string;
}

export const FILES = ['overview.json', 'usage.json', 'number.json', 'exporter.json'] as const;

export const readDashboardText = (file: string) =>
  readFileSync(new URL(`../../grafana/dashboards/${file}`, import.meta.url), 'utf8');

export const readDashboard = (file: string) => JSON.parse(readDashboardText(file)) as Dashboard;

export const readDashboards = () => FILES.map(readDashboard);

/** Every PromQL expression of a dashboard with its location. */
export function expressionsOf(dashboard: Dashboard): { where: string; expr: string }[] {
  return [
    ...dashboard.panels.flatMap((panel) =>
      panel.targets.map(({ refId, expr }) => ({
        where: `${dashboard.uid} panel ${String(panel.id)} «${panel.title}» ${refId}`,
        expr,
      })),
    ),
    ...dashboard.annotations.list.map(({ name, expr }) => ({
      where: `${dashboard.uid} annotation ${name}`,
      expr,
    })),
    ...dashboard.templating.list
      .filter(({ type }) => type === 'query')
      .map((variable) => ({
        where: `${dashboard.uid} variable ${variable.name}`,
        expr: toPromQl(queryOf(variable)),
      })),
  ];
}

export const queryOf = ({ query }: Variable) => (typeof query === 'string' ? query : query.query);

/** The PromQL within `label_values(metric, label)` and `query_result(expr)`. */
function toPromQl(variableQuery: string): string {
  const values = /^label_values\((.*), *(\w+)\)$/s.exec(variableQuery);
  if (values) return `group by (${values[2] ?? ''}) (${values[1] ?? ''})`;
  return /^query_result\((.*)\)$/s.exec(variableQuery)?.[1] ?? variableQuery;
}
