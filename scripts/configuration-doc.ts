import { ACCOUNT_SETTINGS, CONFIG_FILE, SETTINGS } from '../src/config/schema.ts';
import type { Setting } from '../src/config/setting.ts';
import { renderTable, toCode } from './metrics-doc.ts';

/** docs/configuration.md, from the schema that the program itself works by. */
export function renderConfigurationDoc(): string {
  return `# Configuration

<!-- Generated from src/config/settings.ts, selection-settings.ts and account.ts by scripts/configuration-doc.ts: edit those. -->

Flags win over variables, variables over the file, the file over the defaults. An empty variable counts
as not set. All problems are reported at once, and the exporter does not start until there are none.
\`--check-config\` reports them too, or prints the effective configuration without secrets. To test the credentials as
well, see [operating.md](operating.md#test-your-credentials).

## Settings

The key is the path in the file: \`poll.timeout\` is \`timeout\` in the section \`poll\`.

${renderTable(['key', 'flag', 'variable', 'default', 'meaning'], [CONFIG_FILE, ...SETTINGS].map(toRow))}

Secrets have no flag, because every user of the machine can see the flags of a process.

## Account

Variables configure a single account. The file lists one or more accounts under \`accounts\`; with several,
each needs a name, and the variables are refused.

${renderTable(['key', 'variable', 'default', 'meaning'], ACCOUNT_SETTINGS.map(toAccountRow))}

An account needs \`client_id\` with \`client_secret\` or \`client_secret_file\`; or a token that something else
renews, since it lives for an hour: \`access_token\` or \`access_token_file\`. Files with secrets are read again
whenever they are needed. Placeholders such as \`\${SECRET}\` and secrets in quotes are refused.

\`budget\` is a plan for each calendar month. Metrics, a dashboard and two alerts compare it with what is used and
what is expected; nothing is blocked. As a variable: \`WHATSAPP_BUDGET=marketing=20000,total=50000\`. In the file, it can also set budgets for up to 1,000 single numbers. Write their digits, even if numbers are hashed:

\`\`\`yaml
budget:
  marketing: 20000
  total: 50000 # all categories together
  numbers:
    972501234567: { marketing: 500 }
\`\`\`

## Other variables

\`HTTPS_PROXY\`, \`HTTP_PROXY\` and \`NO_PROXY\` work as for curl, but \`NO_PROXY\` takes no address ranges. A proxy
is never used for loopback addresses.

All other variables start with \`WHATSAPP_\`. An unknown variable of a section, such as
\`WHATSAPP_POLL_INTERVAL\`, is refused, because a default in place of the intended value could do harm
silently. All other unknown variables are ignored.

## File

\`\`\`yaml
web: { listen_address: ':10972', telemetry_path: /metrics, max_requests: 40 }
privacy: { number_label: full, no_names: false }
poll: { schedule: '* * * * *', timeout: 20s }
month: { timezone: Asia/Jerusalem }
limits: { numbers: 50000 }
metrics: { exclude: [whatsapp_number_created_timestamp_seconds] }
numbers: { exclude: ['972501234567'] }
sharding: { shard: 0, total_shards: 3 } # for one of several processes
log: { level: info, format: json }
accounts:
  - name: acme
    client_id: '...'
    client_secret_file: /run/secrets/acme
    budget: { marketing: 20000, total: 50000 }
  - name: beta
    access_token_file: /run/secrets/beta
\`\`\`

Relative paths in the file are relative to its folder; those in flags and variables to the working directory.
Durations are written \`90s\`, \`5m\` or \`1h30m\`. Booleans are \`true\`, \`false\`, \`1\` or \`0\`.

## Fewer numbers and metrics

\`numbers.include\` and \`numbers.exclude\` select numbers of all accounts by the digits that they begin with; a
whole number selects itself. Excluded numbers appear in no metric, page, JSON or log. Spaces, dashes and a leading
\`+\` are ignored.

\`\`\`yaml
numbers: { include: ['97250', '97252'], exclude: ['972501234567'] }
\`\`\`

\`whatsapp_account_numbers_excluded\` counts them. The totals of an account (\`whatsapp_account_*\`), such as those of
conversations, registered numbers and onboardings, are the provider's and still contain excluded numbers, so they
are higher than the sum over the numbers. A reload with another selection
discards the data collected before, counters included.

\`metrics.exclude\` leaves whole metrics out of \`/metrics\`; status page and JSON are not affected. Metrics about the
exporter's health cannot be excluded. What each metric costs, and which to leave out first:
[metrics.md](metrics.md#series). A change needs a restart.

## Schedule

\`poll.schedule\` is an interval or a cron expression in UTC. Refused are:

- an interval under 10s, except for an API on this machine (demo, tests);
- a step that does not divide its field (\`*/45\`, \`*/90\`), since cron would leave uneven gaps; write the interval;
- an expression that restricts both the day of the month and the day of the week (\`0 9 1-15 * mon-fri\`):
  node-cron polls only on days that match both, while other cron programs also run on days that match one.

\`poll.stale_after\` counts due time: a pause that is longer than the schedule's shortest gap, such as a night or
a weekend, counts as one such gap. Its default is 5m, or three gaps and a \`poll.timeout\` if that is longer, so
data is stale once the third poll in a row has failed. A value that is not longer than one gap is refused, since
good data would vanish between two polls.

Polls of different accounts are spread at fixed offsets: over a whole interval, or over the minute (five fields)
or second (six fields) that a cron expression names. The first account is polled at that time exactly. After a
start the first polls come 100 ms apart.

## Collectors

Collectors request more than the numbers, and are off unless they have an interval, which is \`1m\` or longer. \`collectors\` in the file sets
intervals for all accounts, and in an entry of \`accounts\` for that account; \`off\` turns one off:

\`\`\`yaml
collectors: { online_accounts: 10m }
accounts:
  - { name: acme, client_id: '...', client_secret_file: /run/secrets/acme }
  - { name: beta, access_token_file: /run/secrets/beta, collectors: { online_accounts: off } }
\`\`\`

Numbers come first. A collector that is due runs after a poll of the numbers, so it runs at most as often as they
are polled. If the numbers are due while it runs, it is aborted, and counts as failed with the reason \`timeout\`.
Collectors use the access token of the poll, and never request one. A failing collector affects its own series only:
they are dropped after three intervals, or after \`poll.stale_after\` if that is longer. A failed run is repeated
after five minutes, or at the next run if that is sooner.

## Reload

The configuration file is read again within a few seconds of a change, and at once on SIGHUP or, with
\`--web.enable-lifecycle\`, on \`POST /-/reload\`, which answers 500 with the problems. An invalid configuration
is rejected and the previous one stays active: \`whatsapp_exporter_config_last_reload_successful\` is 0, log
and page show the reason, and an alert fires.

A reload polls the accounts that are new or changed. An unchanged account keeps its token, numbers and
counters. Files with secrets and the web configuration need no reload. Flags and variables are those of
the start. The rest of \`web\`, \`metrics\` and \`log.format\` need a restart; the log says so.

## Exit codes

0 after SIGTERM or SIGINT, and after \`--help\`, \`--version\`, \`--once\`, \`--check-config\`, \`--login\`, \`history\` and \`assets\` without problems.
1 for an invalid configuration, an address that cannot be listened on, a failed poll with \`--once\` or \`--login\`, or an incomplete \`history\` or \`assets\`.
`;
}

function toRow({ key, flag = '', env, default: text = '', meaning }: Setting): readonly string[] {
  return [toCode(key), toCode(flag), toCode(env), toCode(text), meaning];
}

function toAccountRow({ key, env, default: text = '', meaning }: Setting): readonly string[] {
  return [toCode(key.replace('accounts.', '')), toCode(env), toCode(text), meaning];
}
