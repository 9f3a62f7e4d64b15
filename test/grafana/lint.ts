import { queryOf, type Dashboard, type Panel, type Target, type Variable } from './dashboards.ts';

/** A violation of a rule, named as in grafana/dashboard-linter. */
export interface Finding {
  readonly rule: string;
  readonly dashboard: string;
  readonly panel?: string;
  readonly message: string;
}

type Complaint = string | { readonly panel: string; readonly message: string };

const DATASOURCE_UIDS = ['$datasource', '${datasource}'];
/** Panels that show unaggregated data; the linter is stricter for them. */
const DATA_PANELS = ['stat', 'gauge', 'table', 'timeseries', 'bargauge', 'state-timeline'];
const UNITS = [
  'none',
  'short',
  'locale',
  'percent',
  'percentunit',
  's',
  'dthms',
  'bytes',
  'string',
  'dateTimeFromNow',
  'dateTimeAsIso',
];

/** The Prometheus rules of grafana/dashboard-linter, and the dashboard rules of mixtool. */
const RULES: Readonly<Record<string, (dashboard: Dashboard) => Complaint[]>> = {
  'template-datasource-rule': ({ templating: { list } }) => {
    const [first, ...more] = list.filter(({ type }) => type === 'datasource');
    if (!first || more.length > 0) return ['needs one data source variable'];
    return first.name === 'datasource' && first.label === 'Data source' ? [] : ['misnamed'];
  },
  'template-job-rule': (dashboard) => targetVariable(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => targetVariable(dashboard, 'instance', 'Instance'),
  'template-label-promql-rule': (dashboard) =>
    queryVariables(dashboard)
      .filter((variable) => !/^(label_values|query_result)\(.+\)$/.test(queryOf(variable)))
      .map(({ name }) => `${name}: not a query for values`),
  'template-on-time-change-reload-rule': (dashboard) =>
    queryVariables(dashboard)
      .filter(({ refresh }) => refresh !== 2)
      .map(({ name }) => `${name}: refresh must be 2`),
  'panel-datasource-rule': (dashboard) =>
    eachPanel(dashboard, ({ datasource }) =>
      DATASOURCE_UIDS.includes(datasource.uid) ? [] : ['names a data source'],
    ),
  'panel-title-description-rule': (dashboard) =>
    eachPanel(dashboard, ({ title, description }) =>
      title !== '' && description !== '' ? [] : ['needs title and description'],
    ),
  'panel-units-rule': (dashboard) =>
    eachPanel(dashboard, ({ fieldConfig: { defaults, overrides } }) => {
      const units = overrides.flatMap(({ properties }) =>
        properties.filter(({ id }) => id === 'unit').map(({ value }) => String(value)),
      );
      return [...units, defaults.unit ?? '(none)']
        .filter((unit) => !UNITS.includes(unit))
        .map((unit) => `unknown unit ${unit}`);
    }),
  'panel-no-targets-rule': (dashboard) =>
    eachPanel(dashboard, ({ targets }) => (targets.length > 0 ? [] : ['has no query'])),
  'target-rate-interval-rule': (dashboard) =>
    eachTarget(dashboard, ({ expr }) =>
      [...expr.matchAll(/\bi?rate\([^[]*\[([^\]]*)\]/g)]
        .filter(([, window]) => window !== '$__rate_interval')
        .map(([rate]) => `${rate}: needs [$__rate_interval]`),
    ),
  'target-job-rule': (dashboard) => eachSelectorHas(dashboard, 'job=~"$job"'),
  'target-instance-rule': (dashboard) => eachSelectorHas(dashboard, 'instance=~"$instance"'),
  'target-counter-agg-rule': (dashboard) =>
    eachTarget(dashboard, ({ expr }) => {
      const counters = [...expr.matchAll(/(\w*)\(?\b(\w+_total)\b/g)];
      const direct = /(?:rate|irate|increase)\($/;
      return counters
        .filter(({ index, 0: match, 2: name }) => {
          const before = expr.slice(0, index + match.length - (name?.length ?? 0));
          return !direct.test(before);
        })
        .map(([, , name]) => `${String(name)}: a counter outside of rate or increase`);
    }),
  // From pint: a rate of a metric that is not a counter.
  'promql/rate': (dashboard) =>
    eachTarget(dashboard, ({ expr }) =>
      [...expr.matchAll(/\b(?:rate|irate|increase)\((\w+)/g)]
        .filter(([, name]) => name?.endsWith('_total') !== true)
        .map(([rate]) => `${rate}: not a counter`),
    ),
  // The sum changes by a whole month when a number joins or leaves.
  'difference-of-sums': (dashboard) =>
    eachTarget(dashboard, ({ expr }) =>
      /\bsum(?: by \([^)]*\))? ?\([^()]*(?:\([^()]*\))?[^()]*\) - sum\b/.test(expr)
        ? ['subtracts sums']
        : [],
    ),
  'uneditable-dashboard': ({ editable }) => (editable ? ['must not be editable'] : []),
  'dashboard-identity': ({ uid, title }) => (uid && title ? [] : ['needs uid and title']),
};

export const RULE_NAMES = Object.keys(RULES);

export function lint(dashboard: Dashboard): Finding[] {
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(dashboard).map((complaint) => ({
      rule,
      dashboard: dashboard.title,
      ...(typeof complaint === 'string' ? { message: complaint } : complaint),
    })),
  );
}

const queryVariables = (dashboard: Dashboard): Variable[] =>
  dashboard.templating.list.filter(({ type }) => type === 'query');

function targetVariable(dashboard: Dashboard, name: string, label: string): string[] {
  const variable = queryVariables(dashboard).find((candidate) => candidate.name === name);
  if (!variable) return [`needs a query variable ${name}`];
  return [
    DATASOURCE_UIDS.includes(variable.datasource?.uid ?? '') ? [] : 'names a data source',
    variable.multi === true ? [] : 'must be multi',
    variable.allValue === '.+' ? [] : 'All must be .+',
    variable.label === label ? [] : `must be labelled ${label}`,
  ].flat();
}

const eachPanel = (dashboard: Dashboard, check: (panel: Panel) => string[]): Complaint[] =>
  dashboard.panels
    .filter(({ type }) => DATA_PANELS.includes(type))
    .flatMap((panel) => check(panel).map((message) => ({ panel: panel.title, message })));

const eachTarget = (dashboard: Dashboard, check: (target: Target) => string[]): Complaint[] =>
  eachPanel(dashboard, ({ targets }) => targets.flatMap(check));

/** The parts between the braces of every selector. */
export function selectorsOf(expr: string): { metric: string; matchers: string }[] {
  const braced = [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)].map(
    ([, metric, matchers]) => ({
      metric: metric ?? '',
      matchers: matchers ?? '',
    }),
  );
  const bare = [...expr.matchAll(/\b(whatsapp_\w+|up|ALERTS)\b(?!\w*[{(=])/g)].map(([metric]) => ({
    metric,
    matchers: '',
  }));
  return [...braced, ...bare];
}

const eachSelectorHas = (dashboard: Dashboard, matcher: string): Complaint[] =>
  eachTarget(dashboard, ({ expr }) =>
    selectorsOf(expr)
      .filter(({ matchers }) => !matchers.split(/, */).includes(matcher))
      .map(({ metric }) => `${metric}: needs ${matcher}`),
  );
