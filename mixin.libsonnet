// A monitoring mixin (https://monitoring.mixins.dev/) over the rules and dashboards of this folder, for those who
// deploy with Jsonnet. docs/dashboards.md has an example.
local rules = importstr 'prometheus/recording.rules.yml';
local addresses = importstr 'prometheus/addresses.rules.yml';
local alerts = importstr 'prometheus/alerts.rules.yml';

// Whether a token is a metric of the exporter or of its scrape, not a series of a recording rule.
local isSource(token) =
  token == 'up' || (std.startsWith(token, 'whatsapp_') && !std.member(token, ':'));

local isName(char) = std.member('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:', char);

// Adds matchers to all metrics of an expression. Jsonnet has no regular expressions, so this reads characters:
// `token` is the name read so far, `quote` the quotation mark that is open.
local select(expr, matchers) =
  local next(state, char) =
    if state.quote != '' then
      { out: state.out + char, token: '', quote: if char == state.quote then '' else state.quote }
    else if isName(char) then
      { out: state.out, token: state.token + char, quote: '' }
    else
      local isBraced = isSource(state.token) && char == '{';
      local added =
        if !isSource(state.token) then '' else '{' + matchers + (if isBraced then ', ' else '}');
      {
        out: state.out + state.token + added + (if isBraced then '' else char),
        token: '',
        quote: if std.member('"\'`', char) then char else '',
      };
  local read(state, char) =
    local after = next(state, char);
    // Evaluates it now. Jsonnet is lazy, and a long expression would exceed its stack.
    if std.length(after.out + after.token) >= 0 then after;
  // The blank ends the last name.
  local end = std.foldl(read, std.stringChars(expr + ' '), { out: '', token: '', quote: '' });
  std.substr(end.out, 0, std.length(end.out) - 1);

{
  local config = $._config,

  _config+:: {
    // `job` of the scrape configuration.
    job: 'whatsapp-exporter',
    // Matchers of the series that the rules read, such as 'cluster="eu-1"'.
    selector: '',
    // Your Grafana, without a slash at the end. While it is empty, alerts have no `dashboard_url`.
    grafanaUrl: '',
    runbookUrl: 'https://github.com/whatsapp-numbers-exporter/whatsapp-numbers-exporter/blob/main/docs/runbooks.md',
    // By the name of the recording rule, such as 'whatsapp:spike_ratio:threshold': 5.
    thresholds: {},
  },

  local groups(yaml) = [
    group { rules: [change(rule) for rule in group.rules] }
    for group in std.parseYaml(std.strReplace(yaml, 'job="whatsapp-exporter"', 'job="%s"' % config.job)).groups
  ],

  local change(rule) =
    local record = std.get(rule, 'record', '');
    rule {
      expr:
        if std.objectHas(config.thresholds, record) then 'vector(%s)' % config.thresholds[record]
        else if config.selector != '' then select(super.expr, config.selector)
        else super.expr,
      [if record == 'whatsapp:addresses:info' then 'labels']+: {
        grafana_url: config.grafanaUrl,
        runbook_url: config.runbookUrl,
      },
    },

  local records = [rule.record for group in groups(rules) for rule in group.rules],
  local unknown = std.setDiff(std.set(std.objectFields(config.thresholds)), std.set(records)),
  assert unknown == [] : 'thresholds: no rule records %s' % std.join(', ', unknown),

  prometheusRules+:: { groups+: groups(addresses) + groups(rules) },

  prometheusAlerts+:: { groups+: groups(alerts) },

  grafanaDashboards+:: {
    'overview.json': import 'grafana/dashboards/overview.json',
    'usage.json': import 'grafana/dashboards/usage.json',
    'number.json': import 'grafana/dashboards/number.json',
    'exporter.json': import 'grafana/dashboards/exporter.json',
  },
}
