import { FAMILIES } from '../../src/metrics/families.ts';
import { nameOf, recordsIn, rulesOf, type Group, type Rule } from './rule-files.ts';

const ADDRESSES = '{{ with query "whatsapp:addresses:info" }}';
/** A link into the runbooks, whose address is in prometheus/addresses.rules.yml. */
export const runbookUrl = (section: string): string =>
  `${ADDRESSES}{{ . | first | label "runbook_url" }}#${section}{{ end }}`;
/** A link to a dashboard; empty while the address of Grafana is. */
export const dashboardUrl = (path: string): string =>
  `${ADDRESSES}{{ with . | first | label "grafana_url" }}{{ . }}/d/${path}{{ end }}{{ end }}`;
/** A link to the remedy of the last failure, for alerts that quote it. */
const REMEDY_URL = [
  `{{ with printf "count by (reason) (whatsapp_poll_failure_info{account='%s'})" $labels.account | query }}`,
  `{{ $reason := . | first | label "reason" }}${runbookUrl('{{ $reason }}')}{{ end }}`,
].join('');

const SEVERITIES = ['critical', 'warning', 'info'];
const COUNTER_FUNCTIONS = /\b(?:rate|irate|increase)\(\s*([\w:]+)/g;

/** The complaints of the linters of mixins and pint that matter for these rules. */
export function lintGroups(groups: readonly Group[]): string[] {
  const rules = rulesOf(groups);
  const records = rules.flatMap(({ record }) => record ?? []);
  return [
    ...groups.flatMap(lintGroup),
    ...rules.flatMap((rule) => [
      ...lintExpression(rule),
      ...(rule.alert === undefined ? [] : lintAlert(rule, records)),
    ]),
    ...duplicates(rules).map((name) => `${name}: is defined twice`),
  ];
}

function lintGroup({ name, interval = '', rules }: Group): string[] {
  return problems(name, {
    'the name has more than 40 characters': name.length > 40,
    'more than 20 rules': rules.length > 20,
    // A longer one makes the series stale between two evaluations.
    'the interval must be set, and 5m or less': !/^(?:[1-5]m|\d\ds)$/.test(interval),
  });
}

function lintExpression(rule: Rule): string[] {
  const { expr } = rule;
  const counted = [...expr.matchAll(COUNTER_FUNCTIONS)].map((match) => match[1] ?? '');
  return problems(nameOf(rule), {
    'topk and bottomk are fragile': /\b(?:top|bottom)k\b/.test(expr),
    'a rate of a metric that is not a counter': counted.some(
      (metric) => !metric.endsWith('_total'),
    ),
    'a regular expression that is a plain string': /[=!]~"[\w.-]*"/.test(expr),
    'a sum before the rate of a counter': /\b(?:sum|max)(?: by \([^)]*\))?\s*\(\s*\w+_total\b/.test(
      expr,
    ),
  });
}

function lintAlert(rule: Rule, records: readonly string[]): string[] {
  const { alert = '', expr, labels = {}, annotations = {} } = rule;
  const {
    summary = '',
    description = '',
    runbook_url: runbook,
    dashboard_url: url = '',
    remedy_url: remedy,
  } = annotations;
  const [, path = ''] = /\/d\/(.*?)(?:\{\{ end \}\})*$/.exec(url) ?? [];
  const known = labelsOf(expr, records);
  // Numbers that wait to be connected are not among those of a dashboard.
  const hasNumber =
    known.includes('number') && !/whatsapp_(?:registered_number|onboarding)_/.test(expr);
  const asked = [...JSON.stringify([labels, annotations]).matchAll(/\$labels\.(\w+)/g)];
  return problems(alert, {
    'the name is not in CamelCase': !/^(?:[A-Z]+[a-z0-9]+)+$/.test(alert),
    'the name has more than 40 characters': alert.length > 40,
    'the name does not begin with WhatsApp': !alert.startsWith('WhatsApp'),
    'the severity is unknown': !SEVERITIES.includes(labels['severity'] ?? ''),
    'a label that changes with the value': /\$value/.test(JSON.stringify(labels)),
    'the summary is not a sentence': !/^[A-Z].+\.$/.test(summary),
    'the summary is templated': summary.includes('{{'),
    'the description is not templated': !description.includes('{{'),
    'the runbook_url does not lead to its section': runbook !== runbookUrl(alert.toLowerCase()),
    'the dashboard_url does not lead to a dashboard':
      url !== dashboardUrl(path) ||
      !/^whatsapp-(?:overview|usage|number|exporter)(?:\?|$)/.test(path),
    'the remedy_url does not lead to the remedy of the failure in the description':
      remedy !== (description.includes('whatsapp_poll_failure_info') ? REMEDY_URL : undefined),
    'the dashboard_url leaves out the account':
      known.includes('account') && !url.includes('var-account={{ $labels.account }}'),
    'the dashboard_url leaves out the number':
      hasNumber && !/var-number=\{\{ (?:\$labels\.number|\.) \}\}/.test(url),
    'the expression has no condition': !/[<>=]=|[<>]|\babsent\b|\bunless\b/.test(expr),
    'absent without for of two scrapes': /\babsent\b/.test(expr) && !/^\d+m$/.test(rule.for ?? ''),
    [`a label that the expression does not have, of ${known.join(', ')}`]: asked.some(
      ([, label = '']) => !known.includes(label),
    ),
  });
}

/** The labels of an alert's series: those of the first metric or grouping in its expression. */
function labelsOf(expr: string, records: readonly string[]): string[] {
  const grouped = /^\W*(?:sum|max|avg|count) by \(([^)]*)\)/.exec(expr);
  if (grouped !== null) return (grouped[1] ?? '').split(/,\s*/);
  if (/^\W*absent\(up\{job=/.test(expr)) return ['job'];
  const first = /(?:time\(\) - )?(?:max by \(([^)]*)\)|([\w:]*(?:whatsapp_|up\b)[\w:]*))/.exec(
    expr,
  );
  if (first?.[1] !== undefined) return first[1].split(/,\s*/);
  const [record] = recordsIn({ expr: first?.[2] ?? '' }, records);
  if (record !== undefined) {
    const [level = ''] = record.split(':');
    return ['account', 'number', 'category'].filter((label) => level.split('_').includes(label));
  }
  const family = FAMILIES.find(({ name }) => name === first?.[2]);
  return ['job', 'instance', ...(family?.labels ?? [])];
}

function duplicates(rules: readonly Rule[]): string[] {
  const seen = rules.map((rule) => `${nameOf(rule)} ${rule.expr}`);
  return rules.filter((_, index) => seen.indexOf(seen[index] ?? '') !== index).map(nameOf);
}

const problems = (subject: string, found: Readonly<Record<string, boolean>>): string[] =>
  Object.entries(found).flatMap(([text, isFound]) => (isFound ? `${subject}: ${text}` : []));
