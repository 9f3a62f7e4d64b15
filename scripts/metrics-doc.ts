import { ANOMALIES } from '../src/core/anomalies.ts';
import { REASONS } from '../src/core/reasons.ts';
import { FAMILIES } from '../src/metrics/families.ts';
import type { Family } from '../src/metrics/family.ts';
import { MISNAMED } from '../src/metrics/registry.ts';

/** docs/metrics.md, from the tables that the program itself works by; formatted as prettier would. */
export function renderMetricsDoc(): string {
  return `# Metrics

<!-- Generated from src/metrics/families.ts, src/core/reasons.ts and src/core/anomalies.ts: edit those. -->

Everything is served at one path, \`/metrics\` unless \`web.telemetry_path\` says otherwise, in Prometheus'
text format 0.0.4. The names, types and labels below are a public contract.

The values are those of the last good poll, not of the moment of the scrape. A failed poll keeps them
for \`poll.stale_after\`; then every \`whatsapp_number_*\` and \`whatsapp_account_*\` series goes away,
except for the two timestamps of the month. The others, which say how polling fares, stay. What is not
known is an absent series, never a 0, with two exceptions: until the first poll has ended
\`whatsapp_up\` and \`whatsapp_poll_duration_seconds\` are 0.

${renderTable(['metric', 'type', 'labels', 'provider field', 'meaning'], FAMILIES.map(toRow))}

\`account\` is the name of the configured account, \`number\` the digits as the provider sends them.

## Queries

The gauges that end in \`_this_month\` start again each month, so that a rate or a difference over them
goes wrong at its turn. The counter does not:

\`\`\`promql
sum by (account, number) (increase(whatsapp_number_conversations_total[1d]))
\`\`\`

It starts at 0 when the exporter first sees the number, and adds what it sees from then on. A count that
falls adds nothing; one that stays lower for ten polls was corrected, and continues from its new level. Where
the counts of a whole account collapse near the turn of the month, they have restarted, and the new ones are
added. A number that first shows its new count a little later than the rest of its account may lose what it
had in those ten polls, and an account with fewer than ten conversations what it had in the first ten.

## What is counted

The field names say conversations. Since Meta charges per message, the provider counts:

- **marketing**: marketing templates that were sent.
- **service**: utility templates that were sent outside an open 24-hour window. The provider does not say
  where authentication templates go.
- **incoming**: 24-hour windows opened by a customer.

Counted does not mean billed. In every example of the provider's documentation \`conversationsThisMonth\` is
the sum of the three. A number for which it is not raises the anomaly \`total_mismatch\`: that is how a
fourth category would show. For the total of the month use \`whatsapp_number_conversations_this_month\`.

## The month

The counts restart at 04:00 Israel time on the first, according to another page of the provider; the page of
this API does not say when. So the data decides: an account enters a month when its counts collapse, from 12
hours before the turn that \`month.timezone\` and \`month.starts_at\` name until 24 hours after it, and
then at the latest. Until the counts restart, \`whatsapp_account_month_end_timestamp_seconds\` is in the
past. An exporter that starts near the turn, and an account with fewer than ten conversations, follow the
settings. Where counts restart before 04:00, \`whatsapp_account_month_start_timestamp_seconds\` is in the
future until then.

Names stand on \`whatsapp_number_info\` alone, so that a renamed number keeps its history. To show them:

\`\`\`promql
whatsapp_number_online * on (account, number) group_left (display_name) whatsapp_number_info
\`\`\`

How old the data is, in seconds, and how much of the month is over:

\`\`\`promql
time() - whatsapp_last_success_timestamp_seconds

(time() - whatsapp_account_month_start_timestamp_seconds)
  / (whatsapp_account_month_end_timestamp_seconds - whatsapp_account_month_start_timestamp_seconds)
\`\`\`

\`whatsapp_number_online_inbox\` and \`whatsapp_number_online_account\` hold ids of the provider's inbox
product; the latter has nothing to do with the label \`account\`. They are values and not labels so that
a number which moves to another inbox keeps its series. Compare them, but do not add them up;
\`changes(whatsapp_number_online_inbox[1d])\` counts moves, and a value mapping in Grafana shows names.

## Reasons

Why a poll failed: the label \`reason\` of \`whatsapp_poll_failures_total\`, and a field of the log line.

${Object.entries(REASONS).map(renderReason).join('\n\n')}

## Anomalies

What was wrong in a response that is usable as a whole: the label \`kind\` of
\`whatsapp_response_anomalies_total\`. The log says where, once for each change.

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

\`--once\` leaves out all metrics of the process: they would be those of a process that has ended.
It leaves out the counters that one poll cannot raise, too: those of conversations and of dropped lines of the log.
The other counters begin with each run, so that failures and anomalies are those of this one poll.
`;
}

function toRow({ name, type, labels, help }: Family): readonly string[] {
  const [, meaning = help, fields = ''] =
    /^(.*) Provider field: (.*)\. Polled, not live\.$/.exec(help) ?? [];
  return [toCode(name), type, toCodes(labels), toCodes(fields.split(', ')), meaning];
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
