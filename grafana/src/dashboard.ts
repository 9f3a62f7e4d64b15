import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
  type Dashboard,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { account, target } from './promql.ts';

const TAG = 'whatsapp';
/** Of the dashboards in the menu, which passes on all variables. Number cannot show all numbers. */
const MENU_TAG = 'whatsapp-menu';
const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
/** What each alert means and what to check first. */
export const RUNBOOKS =
  'https://github.com/whatsapp-numbers-exporter/whatsapp-numbers-exporter/blob/main/docs/runbooks.md';

/** Panels of the same height, side by side; each has its own width in 24ths of the page. */
interface Band {
  readonly height: number;
  readonly panels: readonly Panel[];
}

export interface DashboardContent {
  readonly uid: `whatsapp-${string}`;
  readonly title: string;
  readonly description: string;
  /** Grafana's notation: `now-24h`, `now/M`. */
  readonly from: string;
  /** Whether the dashboard shows many numbers or one selected number. */
  readonly numbers: 'many' | 'one';
  /** Whether job and instance can be selected. They take half a phone's screen. */
  readonly hasTargets?: boolean;
  /** The names of the alerts that are marked in its graphs, and whether they are marked from the start. */
  readonly alerts: { readonly names: string; readonly areOn: boolean };
  readonly bands: readonly Band[];
}

export function createDashboard(content: DashboardContent): Dashboard {
  const dashboard = new DashboardBuilder(content.title)
    .uid(content.uid)
    .description(content.description)
    .tags(content.numbers === 'many' ? [TAG, MENU_TAG] : [TAG])
    .readonly()
    .refresh('1m')
    .timezone('browser')
    .time({ from: content.from, to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(content))
    .annotations(annotations(content))
    .links(links(content))
    .build();
  return { ...dashboard, panels: placed(content.bands) };
}

/** The SDK would let a wide panel exceed the page, and give panels no id. */
function placed(bands: readonly Band[]): Panel[] {
  const panels: Panel[] = [];
  let y = 0;
  for (const { height, panels: row } of bands) {
    let x = 0;
    for (const panel of row) {
      const w = panel.gridPos?.w ?? 24;
      panels.push({ ...panel, id: panels.length + 1, gridPos: { x, y, w, h: height } });
      x += w;
    }
    y += height;
  }
  return panels;
}

function variables({ numbers, hasTargets = false }: DashboardContent) {
  const hide = hasTargets ? VariableHide.DontHide : VariableHide.HideVariable;
  return [
    // The provisioned data source. If there is none, Grafana selects the first Prometheus.
    new DatasourceVariableBuilder('datasource')
      .label('Data source')
      .type('prometheus')
      .current({ selected: true, text: 'Prometheus (WhatsApp)', value: 'whatsapp-prometheus' }),
    // All jobs of exporters. With `.+`, every target of the Prometheus would count as an exporter.
    query('job', 'Job', 'label_values(whatsapp_up, job)', { hasAllValue: false }).hide(hide),
    query('instance', 'Instance', 'label_values(whatsapp_up{job=~"$job"}, instance)').hide(hide),
    query('account', 'Account', `label_values(${target('whatsapp_up')}, account)`),
    // The list includes names, to be searchable; the value is the number only.
    query(
      'number',
      'Number',
      `query_result(max by (account, number, text) (label_join(last_over_time(${account('number_info')}` +
        `[$__range]), "text", " ", "number", "display_name")))`,
      { isMulti: numbers === 'many' },
    ).regex('/number="(?<value>[^"]*)",text="(?<text>.*)"\\}/'),
  ];
}

function query(
  name: string,
  label: string,
  expr: string,
  { isMulti = true, hasAllValue = true } = {},
) {
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query({ query: expr, refId: 'StandardVariableQuery' })
    .definition(expr)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    // oxlint-disable-next-line unicorn/no-array-sort -- a builder is no array
    .sort(VariableSort.AlphabeticalAsc)
    .multi(isMulti)
    .includeAll(isMulti);
  if (!isMulti) return variable;
  variable.current({ selected: true, text: ['All'], value: ['$__all'] });
  return hasAllValue ? variable.allValue('.+') : variable;
}

function annotations({ alerts, numbers }: DashboardContent) {
  const annotation = (name: string, color: string, expr: string, isOn = true) =>
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(PROMETHEUS)
      .enable(isOn)
      .iconColor(color)
      .expr(expr)
      .step('60s');
  return [
    annotation('Alerts', 'red', firingAlerts(alerts.names, numbers), alerts.areOn)
      .titleFormat('{{alertname}}')
      .textFormat('{{account}} {{number}}')
      .tagKeys('severity'),
    annotation(
      'Start of month',
      'blue',
      `max(${account('account_month_start_timestamp_seconds')}) * 1000`,
    )
      .titleFormat('Monthly counts restarted')
      .useValueForTime(true),
    annotation('Exporter starts', 'orange', `${target('process_start_time_seconds')} * 1000`)
      .titleFormat('Exporter started')
      .textFormat('{{instance}}')
      .useValueForTime(true),
  ];
}

/**
 * Alerts for the selected accounts and numbers, and unless a single number is shown, those that concern
 * no number. Not filtered by `job` and `instance`: the rules drop `instance`, and `job` may be relabelled.
 */
export const firingAlerts = (names: string, numbers: 'many' | 'one' = 'many') =>
  `ALERTS{alertname=~"WhatsApp(${names})", alertstate="firing", account=~"$account|", ` +
  `number=~"$number${numbers === 'many' ? '|' : ''}"}`;

/** The variables that select no account and no number, for a link. */
const CONTEXT = '${datasource:queryparam}&${job:queryparam}&${instance:queryparam}';

function links({ numbers }: DashboardContent) {
  const link = (title: string) => new DashboardLinkBuilder(title).targetBlank(false);
  const toFirstNumber = link('Number')
    .type(DashboardLinkType.Link)
    .icon('dashboard')
    .url(`/d/whatsapp-number?${CONTEXT}&\${account:queryparam}`)
    .tooltip('Details of one number')
    .keepTime(true);
  return [
    link('WhatsApp dashboards')
      .type(DashboardLinkType.Dashboards)
      .tags([MENU_TAG])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    numbers === 'many' ? toFirstNumber : [],
    link('Runbooks')
      .type(DashboardLinkType.Link)
      .icon('doc')
      .url(RUNBOOKS)
      .tooltip('What each alert means and what to do')
      .targetBlank(true),
  ].flat();
}

/** A link from a panel to the dashboard of a number; `of` says where the panel has its labels. */
export function toNumber(of: 'series' | 'row') {
  const [whose, which] =
    of === 'series'
      ? ['${__field.labels.account}', '${__field.labels.number}']
      : ['${__data.fields.Account}', '${__data.fields.Number}'];
  return {
    title: 'Show this number',
    url: `/d/whatsapp-number?var-account=${whose}&var-number=${which}&\${__url_time_range}&${CONTEXT}`,
  };
}

/**
 * The JSON as committed: keys sorted as in Grafana's export, and without `placement`, whose only value
 * hides links and annotations in a menu in recent versions.
 */
export function renderDashboard(dashboard: Dashboard): string {
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const ordered = (_key: string, value: unknown) =>
    isPlain(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, entry]) => entry !== 'inControlsMenu')
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;
  return `${JSON.stringify(dashboard, ordered, 2)}\n`;
}
