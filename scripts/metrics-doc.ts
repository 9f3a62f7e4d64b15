import { ANOMALIES } from '../src/core/anomalies.ts';
import { REASONS } from '../src/core/reasons.ts';
import { FAMILIES } from '../src/metrics/families.ts';
import type { Family } from '../src/metrics/family.ts';
import { MISNAMED } from '../src/metrics/registry.ts';
import { renderSeries, renderSeriesSection } from './series-doc.ts';

/** Renders docs/metrics.md from the tables in src, formatted as prettier would. */
export function renderMetricsDoc(): string {
  return `# Metrics

<!-- Generated from src/metrics/families.ts, src/core/reasons.ts and src/core/anomalies.ts: edit those. -->

All metrics are served at one path, by default \`/metrics\` (\`web.telemetry_path\`), in the Prometheus text
format 0.0.4. The names, types and labels below are a public contract.

Values are from the last successful poll, not from the time of the scrape. If polls fail, they are served until
\`poll.stale_after\`. Then all \`whatsapp_number_*\` and \`whatsapp_account_*\` series are dropped, except the two
timestamps of the month and the budgets of accounts, which come from the configuration. The metrics about polling
remain. An unknown value is a missing series, never 0, with two exceptions: \`whatsapp_up\` and
\`whatsapp_poll_duration_seconds\` are 0 until the first poll ends. Data of
[collectors](configuration.md#collectors) has an age of its own; \`whatsapp_collector_up\` and
\`whatsapp_collector_duration_seconds\` are 0 until the first run ends.

${renderTable(['metric', 'type', 'labels', 'series', 'provider field', 'meaning'], FAMILIES.map(toRow))}

\`account\` is the name of the configured account; \`number\` contains the digits of the number.

${renderSeriesSection()}

## Queries

Gauges with the suffix \`_this_month\` reset every month, so rates and differences over them are wrong at the
start of a month. For those, use the counter:

\`\`\`promql
sum by (account, number) (increase(whatsapp_number_conversations_total[1d]))
\`\`\`

The counter starts at 0 when the exporter first sees the number, and counts conversations from then on. A count that
drops adds nothing. If it stays lower for ten polls, the provider corrected it, and counting continues from the
new value. If the counts of a whole account collapse near the start of a month, they have restarted, and the new
counts are added. Two small errors are possible at the start of a month: a number whose count restarts later than
the others of its account may lose its conversations of up to ten polls, and an account with fewer than ten
conversations may lose the first ten.

## What is counted

The provider's fields are named after conversations. Since Meta started to charge per message, they count:

- **marketing**: marketing templates sent.
- **service**: utility templates sent outside an open 24-hour window. The provider does not document how
  authentication templates are counted.
- **incoming**: 24-hour windows opened by a customer.

The counts are not the bill. In all examples of the provider's documentation, \`conversationsThisMonth\` is the
sum of the three. If the sum of a number differs, the exporter counts the anomaly \`total_mismatch\`, which would
reveal a fourth category. For the monthly total, use \`whatsapp_number_conversations_this_month\`.

## The month

The documentation of the API does not say when the counts restart. Another page of the provider says at 04:00
Israel time on the first of the month. The exporter therefore watches the data: the new month of an account
starts when its counts collapse, at the earliest 12 hours before and at the latest 24 hours after the time set by
\`month.timezone\` and \`month.starts_at\`. If the counts restart late,
\`whatsapp_account_month_end_timestamp_seconds\` is in the past until then. If they restart early,
\`whatsapp_account_month_start_timestamp_seconds\` is in the future until the configured time. The settings alone
decide if the exporter was started shortly before, or if the account has fewer than ten conversations.

## Names

Only \`whatsapp_number_info\` has names as labels, so that a renamed number keeps its history. To add them:

\`\`\`promql
whatsapp_number_online * on (account, number) group_left (display_name) whatsapp_number_info
\`\`\`

## Age of the data

The age of the data in seconds, and the elapsed fraction of the month:

\`\`\`promql
time() - whatsapp_last_success_timestamp_seconds

(time() - whatsapp_account_month_start_timestamp_seconds)
  / (whatsapp_account_month_end_timestamp_seconds - whatsapp_account_month_start_timestamp_seconds)
\`\`\`

## Inbox ids

\`whatsapp_number_online_inbox\` and \`whatsapp_number_online_account\` are ids of the provider's inbox product;
the latter is not related to the label \`account\`. The ids are values instead of labels, so that a number that
moves to another inbox keeps its series. Compare them, but do not add them.
\`changes(whatsapp_number_online_inbox[1d])\` counts moves.

The collector \`online_accounts\` exports the names behind the ids. To join them, turn the value into a label:

\`\`\`promql
count_values by (account, number) ("online_account", whatsapp_number_online_account)
  * on (account, online_account) group_left (name) whatsapp_online_account_info
\`\`\`

## Reasons

Why a poll failed: the label \`reason\` of \`whatsapp_poll_failures_total\`, and the field \`reason\` in the log.

${Object.entries(REASONS).map(renderReason).join('\n\n')}

## Anomalies

Problems in an otherwise usable response: the label \`kind\` of \`whatsapp_response_anomalies_total\`. The log
shows where they are, once per change.

${renderTable(['kind', 'meaning'], Object.entries(ANOMALIES).map(toAnomalyRow))}

## Metrics of the process

The metrics of the process and of Node.js are those of
[prom-client](https://www.npmjs.com/package/prom-client); their names begin with \`process_\` and
\`nodejs_\`. Left out are \`nodejs_eventloop_lag_seconds\`, which says less than the
percentiles beside it, and three gauges whose names end in \`_total\`, which \`promtool check metrics\`
rejects:

${MISNAMED.map((name) => `- \`${name}\``).join('\n')}

\`nodejs_eventloop_lag_min_seconds\`, \`_max_\`, \`_mean_\`, \`_stddev_\` and the percentiles cover the time since
they were last read: of two Prometheus servers each sees only its own part.

\`--once\` omits the metrics of the process, because the process ends after the poll. It also omits the counters of
conversations and of dropped log lines, which one poll cannot increase. Other counters start at 0 in each run, so
failures and anomalies are those of this one poll.
`;
}

function toRow(family: Family): readonly string[] {
  const { name, type, labels, help } = family;
  const [, meaning = help, fields = ''] =
    /^(.*) Provider field: (.*)\. Polled, not live\.$/.exec(help) ?? [];
  const series = renderSeries(family);
  return [toCode(name), type, toCodes(labels), series, toCodes(fields.split(', ')), meaning];
}

function toAnomalyRow([kind, meaning]: readonly [string, string]): readonly string[] {
  return [toCode(kind), toSentence(meaning)];
}

function renderReason([reason, { meaning, remedy }]: readonly [
  string,
  { readonly meaning: string; readonly remedy: string },
]): string {
  return `### ${reason}\n\n${toSentence(meaning)} ${remedy}`;
}

/** A table in Markdown, its columns padded. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows].map(toLine).join('\n');
}

function toCodes(names: readonly string[]): string {
  return names.map(toCode).join(', ');
}

export function toCode(name: string): string {
  return name === '' ? '' : `\`${name}\``;
}

function toSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
