import { z } from 'zod';

import { NUMBERS_MAX } from '../core/parse.ts';
import type { ReadFile } from '../edge.ts';
import { readNamedFile } from './read-file.ts';
import { toSelectionSections } from './selection-settings.ts';
import { optional, setting } from './setting.ts';
import * as t from './text.ts';

const NUMBER_LABELS = ['full', 'hashed'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOG_FORMATS = ['json', 'logfmt', 'pretty'] as const;
const SHARDS_MAX = 999;

/** What the schema asks of the world. */
export interface Outside {
  readonly readFile: ReadFile;
  /** The content of a key is part of the configuration, so a change calls for a reload. */
  readonly readKeyFile: ReadFile;
  /** Checks a schedule: its usual time between two polls, in ms. Throws InvalidValue. */
  readonly usualGapMs: (schedule: string) => number;
  /** Why a metric cannot be excluded: a phrase that follows its name. */
  readonly whyNotExcludable: (metric: string) => string | undefined;
  /** Reports the problems of a web configuration file. */
  readonly checkWebFile: (path: string) => void;
}

/** Has a flag and a variable, but is no part of the file: a file cannot name itself. */
export const CONFIG_FILE_SHAPE = {
  file: optional(z.string(), {
    value: 'path',
    meaning: 'YAML file to read settings and accounts from',
    example: '/etc/whatsapp-numbers-exporter.yml',
  }),
};

/** A collector is off unless its interval is set. */
const collector = (name: string, example: string, meaning: string) =>
  optional(t.collectorInterval, {
    flag: `--collector.${name}`,
    value: 'duration',
    meaning: `How often to collect ${meaning}; off unless set`,
    example,
  });

/** The collectors and their intervals; also for single accounts. */
export const COLLECTORS = {
  online_accounts: collector('online-accounts', '10m', 'Online accounts and their inboxes'),
  registered_numbers: collector(
    'registered-numbers',
    '1h',
    'registered numbers that wait to be connected',
  ),
  onboardings: collector('onboardings', '1h', 'onboardings of clients'),
  monthly_statistics: collector('monthly-statistics', '6h', 'conversations of past months'),
};

/** Every section of the file with its settings. The only place where a setting is described. */
export const toSections = ({
  readFile,
  readKeyFile,
  usualGapMs,
  checkWebFile,
  whyNotExcludable,
}: Outside) => ({
  web: {
    listen_address: setting(t.listenAddresses, {
      default: ':10972',
      value: 'address',
      meaning:
        'Address to serve on: host:port, :port for every interface, or unix:/path; may be repeated',
      example: '127.0.0.1:10972',
      isList: true,
    }),
    systemd_socket: setting(t.boolean, {
      default: 'false',
      value: 'boolean',
      meaning: 'Serve on the sockets that systemd passes, and ignore web.listen_address',
      example: 'true',
      bare: 'true',
    }),
    telemetry_path: setting(t.telemetryPath, {
      default: '/metrics',
      value: 'path',
      meaning: 'Path of the metrics',
    }),
    config_file: optional(
      t.text((path) => {
        readNamedFile(readFile, path, 'secret');
        checkWebFile(path);
        return path;
      }),
      {
        flag: '--web.config.file',
        value: 'path',
        meaning: 'File with TLS, users and headers, in the format of Prometheus exporters',
        example: '/etc/whatsapp-numbers-exporter.web.yml',
      },
    ),
    grafana_url: optional(t.baseUrl, {
      value: 'url',
      meaning: 'Address of Grafana; the status page then links each number to its dashboard',
      example: 'https://grafana.example.com',
    }),
    max_requests: setting(t.wholeNumber(0, 999_999), {
      default: '40',
      value: 'count',
      meaning: 'Maximum number of concurrent requests; 0 for no limit',
    }),
    allowed_hosts: optional(t.hosts, {
      value: 'host',
      meaning:
        'Host that requests may name in their Host header, without its port; may be repeated; unless ' +
        'set, any; health endpoints accept any',
      example: 'localhost,127.0.0.1',
      isList: true,
    }),
    enable_lifecycle: setting(t.boolean, {
      default: 'false',
      value: 'boolean',
      meaning: 'Reload the configuration on POST /-/reload',
      example: 'true',
      bare: 'true',
    }),
  },
  privacy: {
    number_label: setting(t.choice(NUMBER_LABELS), {
      default: 'full',
      value: 'form',
      meaning: 'Show numbers as they are (full) or as a keyed hash (hashed)',
      example: 'hashed',
    }),
    no_names: setting(t.boolean, {
      default: 'false',
      value: 'boolean',
      meaning: 'Omit the names of numbers',
      example: 'true',
      bare: 'true',
    }),
    hash_key: optional(t.text(t.parseHashKey), {
      value: 'key',
      meaning: 'Key for hashed numbers: at least 16 characters; never change it',
      example: '<the hash key>',
      hidden: true,
      secret: true,
    }),
    hash_key_file: optional(
      t.text((path) => t.parseHashKey(readNamedFile(readKeyFile, path, 'secret'))),
      {
        value: 'path',
        meaning: 'File that contains the hash key',
        example: '/run/secrets/hash-key',
        hidden: true,
      },
    ),
  },
  poll: {
    schedule: setting(
      t.text((schedule) => ({ schedule, gapMs: usualGapMs(schedule) })),
      {
        default: '* * * * *',
        value: 'cron',
        meaning: 'When to poll: a cron expression (5 or 6 fields, UTC) or an interval such as 90s',
        example: '*/5 * * * *',
      },
    ),
    timeout: setting(t.duration, {
      default: '20s',
      value: 'duration',
      meaning: 'Time limit of a poll, from connecting to the last byte',
    }),
    stale_after: optional(t.duration, {
      default: '5m',
      value: 'duration',
      meaning:
        'How long the last good data is served while polls fail; pauses of the schedule, such as ' +
        'nights, do not count; unless set, long enough for 3 polls if that is longer',
    }),
  },
  collectors: COLLECTORS,
  month: {
    timezone: setting(t.timezone, {
      default: 'Asia/Jerusalem', // The provider's.
      value: 'zone',
      meaning: "IANA time zone of the provider's calendar month",
    }),
    starts_at: setting(t.timeOfDay, {
      default: '04:00',
      value: 'HH:MM',
      meaning:
        'Time of day in month.timezone at which the month starts on the first, until the data ' +
        'shows another',
    }),
  },
  limits: {
    numbers: setting(t.wholeNumber(1, 9_999_999), {
      default: String(NUMBERS_MAX),
      value: 'count',
      meaning: 'Maximum numbers per account; the excess is dropped and counted',
      example: '50000',
    }),
  },
  ...toSelectionSections(whyNotExcludable),
  sharding: {
    shard: optional(t.wholeNumber(0, SHARDS_MAX), {
      flag: '--shard',
      env: 'WHATSAPP_SHARD',
      value: 'ordinal',
      meaning: 'Index of this shard, from 0; it polls its share of the accounts',
      example: '0',
    }),
    total_shards: optional(t.wholeNumber(1, SHARDS_MAX), {
      flag: '--total-shards',
      env: 'WHATSAPP_TOTAL_SHARDS',
      value: 'count',
      meaning: 'Number of shards that share the accounts; the same for all of them',
      example: '3',
    }),
  },
  log: {
    level: setting(z.string().toLowerCase().pipe(t.choice(LOG_LEVELS)), {
      default: 'info',
      value: 'level',
      meaning: `Least severe level to log: ${LOG_LEVELS.join(', ')}`,
    }),
    format: setting(t.choice(LOG_FORMATS), {
      default: 'json',
      value: 'format',
      meaning: 'json or logfmt for machines, pretty for people',
    }),
  },
});
