import { isIPv4, isIPv6 } from 'node:net';

import { parseDuration } from '../core/duration.ts';
import { LOG_FORMATS, LOG_LEVELS, type ListenAddress } from './config.ts';
import { invalid } from './problems.ts';

/**
 * One setting: its names, its default and how its text is read. Every layer hands over text, so
 * a value means the same in a flag, in the environment and in the file.
 */
export interface Setting<T = unknown> {
  /** Its path in the configuration file; of an account's setting, the key within the account. */
  readonly key: string;
  readonly flag?: string;
  readonly env: string;
  readonly default?: string;
  /** Throws InvalidValue, whose message never repeats the text. */
  readonly parse: (text: string) => T;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly meaning: string;
  readonly example: string;
  /** Problems do not show the value: it is, or by a mix-up may be, a secret. */
  readonly hidden?: true;
}

/** Has a flag and a variable like the other settings, but no key: a file cannot name itself. */
export const CONFIG_FILE = {
  key: 'config.file',
  flag: '--config.file',
  env: 'WHATSAPP_CONFIG_FILE',
  parse: (text) => text,
  value: 'path',
  meaning: 'YAML file to read settings and accounts from',
  example: '/etc/whatsapp-numbers-exporter.yml',
} satisfies Setting;

export const SETTINGS = {
  listenAddress: {
    key: 'web.listen_address',
    flag: '--web.listen-address',
    env: 'WEB_LISTEN_ADDRESS',
    default: ':10972',
    parse: parseListenAddress,
    value: 'host:port',
    meaning: 'Address to serve on; without a host, every interface',
    example: '127.0.0.1:10972',
  },
  telemetryPath: {
    key: 'web.telemetry_path',
    flag: '--web.telemetry-path',
    env: 'WEB_TELEMETRY_PATH',
    default: '/metrics',
    parse: parseTelemetryPath,
    value: 'path',
    meaning: 'Path of the metrics',
    example: '/metrics',
  },
  schedule: {
    key: 'poll.schedule',
    flag: '--poll.schedule',
    env: 'POLL_SCHEDULE',
    default: '* * * * *',
    parse: (text) => text,
    value: 'cron',
    meaning: 'When to poll: a cron expression (5 or 6 fields, UTC) or an interval such as 90s',
    example: '*/5 * * * *',
  },
  timeout: {
    key: 'poll.timeout',
    flag: '--poll.timeout',
    env: 'POLL_TIMEOUT',
    default: '20s',
    parse: parsePositiveDuration,
    value: 'duration',
    meaning: 'How long a poll may take, from connecting to the last byte',
    example: '20s',
  },
  staleAfter: {
    key: 'poll.stale_after',
    flag: '--poll.stale-after',
    env: 'POLL_STALE_AFTER',
    default: '5m',
    parse: parsePositiveDuration,
    value: 'duration',
    meaning: 'How long the last good data is served while polls fail',
    example: '5m',
  },
  timezone: {
    key: 'month.timezone',
    flag: '--month.timezone',
    env: 'MONTH_TIMEZONE',
    default: 'Asia/Jerusalem',
    parse: parseTimezone,
    value: 'zone',
    meaning: "IANA time zone of the provider's calendar month",
    example: 'Asia/Jerusalem',
  },
  logLevel: {
    key: 'log.level',
    flag: '--log.level',
    env: 'LOG_LEVEL',
    default: 'info',
    parse: (text) => parseChoice(LOG_LEVELS, text),
    value: 'level',
    meaning: `Least severe level to log: ${LOG_LEVELS.join(', ')}`,
    example: 'info',
  },
  logFormat: {
    key: 'log.format',
    flag: '--log.format',
    env: 'LOG_FORMAT',
    default: 'json',
    parse: (text) => parseChoice(LOG_FORMATS, text),
    value: 'format',
    meaning: 'json for machines, pretty for people',
    example: 'json',
  },
} satisfies Record<string, Setting & { flag: string; default: string }>;

function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^[\]]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  const [, ipv6, name = '', digits] = match ?? invalid('must be host:port or :port');
  const port = Number(digits);
  if (port > 65_535) invalid('has a port above 65535');
  if (ipv6 !== undefined && !isIPv6(ipv6)) invalid('has no IPv6 address within the brackets');
  if (/^[\d.]+$/.test(name) && !isIPv4(name)) invalid('has a host that is no IPv4 address');
  return { host: ipv6 ?? (name === '' ? undefined : name), port };
}

/** Plain segments only: routers read `:` and `*` as patterns, clients resolve `.` and `..`. */
function parseTelemetryPath(text: string): string {
  if (text.startsWith('/-/')) invalid('lies under /-/, which is kept for the health endpoints');
  if (text === '/') invalid('is the path of the landing page');
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text)
    ? text
    : invalid('must begin with / and hold only letters, digits and . _ ~ - between slashes');
}

const DURATION_MS_MAX = 2 ** 31 - 1; // Node fires a longer timer at once.

function parsePositiveDuration(text: string): number {
  const ms = parseDuration(text) ?? invalid('is not a duration; write 90s, 5m or 1h30m');
  if (ms === 0) invalid('must be more than zero');
  return ms <= DURATION_MS_MAX ? ms : invalid('is longer than 24 days');
}

function parseTimezone(text: string): string {
  // Newer Node versions also take offsets such as +02:00, which know no daylight saving.
  if (!/^[A-Za-z]/.test(text)) invalid('is not a known IANA time zone');
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    invalid('is not a known IANA time zone');
  }
  return text;
}

function parseChoice<const T extends string>(choices: readonly T[], text: string): T {
  return (
    choices.find((choice) => choice === text) ?? invalid(`must be one of ${choices.join(', ')}`)
  );
}
