import { NUMBERS_MAX } from '../core/parse.ts';
import { LOG_FORMATS, LOG_LEVELS, NUMBER_LABELS } from './config.ts';
import { parseListenAddresses } from './listen-address.ts';
import { invalid } from './problems.ts';
import { SHARD_SETTINGS } from './sharding.ts';
import {
  parseBoolean,
  parseChoice,
  parseHashKey,
  parsePositiveDuration,
  parseTelemetryPath,
  parseTimeOfDay,
  parseTimezone,
  PROVIDER_TIMEZONE,
} from './values.ts';

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
  /** May be given more than once: flags and a list of the file become one text, with commas. */
  readonly isList?: true;
  /** What the flag means without a value. */
  readonly bare?: string;
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
  listenAddresses: {
    key: 'web.listen_address',
    flag: '--web.listen-address',
    env: 'WEB_LISTEN_ADDRESS',
    default: ':10972',
    parse: parseListenAddresses,
    value: 'address',
    meaning: 'Where to serve: host:port, :port for every interface, or unix:/path; may be repeated',
    example: '127.0.0.1:10972',
    isList: true,
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
  webConfigFile: {
    key: 'web.config_file',
    flag: '--web.config.file',
    env: 'WEB_CONFIG_FILE',
    parse: (text) => text,
    value: 'path',
    meaning: 'File with TLS, users and headers, in the format of Prometheus exporters',
    example: '/etc/whatsapp-numbers-exporter.web.yml',
  },
  maxRequests: {
    key: 'web.max_requests',
    flag: '--web.max-requests',
    env: 'WEB_MAX_REQUESTS',
    default: '40',
    parse: (text) =>
      /^\d{1,6}$/.test(text) ? Number(text) : invalid('must be a whole number of up to 6 digits'),
    value: 'count',
    meaning: 'How many requests are answered at once; 0 for no limit',
    example: '40',
  },
  enableLifecycle: {
    key: 'web.enable_lifecycle',
    flag: '--web.enable-lifecycle',
    env: 'WEB_ENABLE_LIFECYCLE',
    default: 'false',
    parse: parseBoolean,
    value: 'boolean',
    meaning: 'Read the configuration again when asked by POST /-/reload',
    example: 'true',
    bare: 'true',
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
    meaning:
      'How long the last good data is served while polls fail; pauses of the schedule, such as nights, ' +
      'do not count; unless set, long enough for 3 polls where that is more',
    example: '5m',
  },
  timezone: {
    key: 'month.timezone',
    flag: '--month.timezone',
    env: 'MONTH_TIMEZONE',
    default: PROVIDER_TIMEZONE,
    parse: parseTimezone,
    value: 'zone',
    meaning: "IANA time zone of the provider's calendar month",
    example: 'Asia/Jerusalem',
  },
  monthStartsAt: {
    key: 'month.starts_at',
    flag: '--month.starts-at',
    env: 'MONTH_STARTS_AT',
    default: '04:00',
    parse: parseTimeOfDay,
    value: 'HH:MM',
    meaning:
      'Time of day in month.timezone at which the month starts on the first, until the data shows another',
    example: '04:00',
  },
  numbersMax: {
    key: 'limits.numbers',
    flag: '--limits.numbers',
    env: 'LIMITS_NUMBERS',
    default: String(NUMBERS_MAX),
    parse: (text) =>
      /^[1-9]\d{0,6}$/.test(text)
        ? Number(text)
        : invalid('must be a whole number from 1, of up to 7 digits'),
    value: 'count',
    meaning: 'How many numbers an account may have; what is beyond is left out and counted',
    example: '50000',
  },
  ...SHARD_SETTINGS,
  logLevel: {
    key: 'log.level',
    flag: '--log.level',
    env: 'LOG_LEVEL',
    default: 'info',
    parse: (text) => parseChoice(LOG_LEVELS, text.toLowerCase()),
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
  numberLabel: {
    key: 'privacy.number_label',
    flag: '--privacy.number-label',
    env: 'PRIVACY_NUMBER_LABEL',
    default: 'full',
    parse: (text) => parseChoice(NUMBER_LABELS, text),
    value: 'form',
    meaning: 'Numbers as they are (full), or replaced by a keyed hash (hashed)',
    example: 'hashed',
  },
  noNames: {
    key: 'privacy.no_names',
    flag: '--privacy.no-names',
    env: 'PRIVACY_NO_NAMES',
    default: 'false',
    parse: parseBoolean,
    value: 'boolean',
    meaning: 'Leave the names of numbers out',
    example: 'true',
    bare: 'true',
  },
} satisfies Record<string, Setting & { flag: string }>;

/** Secrets have no flag. */
export const PRIVACY_KEY_SETTINGS = {
  hashKey: {
    key: 'privacy.hash_key',
    env: 'PRIVACY_HASH_KEY',
    parse: parseHashKey,
    value: 'key',
    meaning: 'Key of the hash that stands for a number: 16 characters or more, kept for good',
    example: '<the hash key>',
    hidden: true,
  },
  hashKeyFile: {
    key: 'privacy.hash_key_file',
    env: 'PRIVACY_HASH_KEY_FILE',
    parse: (text) => text,
    value: 'path',
    meaning: 'File that holds the hash key',
    example: '/run/secrets/hash-key',
    hidden: true,
  },
} satisfies Record<string, Setting>;
