import type { SecretSource } from '../core/credentials.ts';
import { formatDuration } from '../core/duration.ts';
import { ACCOUNT_SETTINGS } from './account-settings.ts';
import type { AccountConfig, Config, ListenAddress } from './config.ts';
import { formatTimeOfDay } from './values.ts';
import { loadYaml } from './yaml.ts';

/** The configuration in force, as a YAML file that says the same but for the secrets. */
export function describeConfig(config: Config): string {
  const { web, privacy, poll, month, limits, sharding, log, accounts, proxy } = config;
  const file = loadYaml().stringify({
    web: {
      listen_address: web.listenAddresses.map(formatListenAddress),
      telemetry_path: web.telemetryPath,
      ...(web.configFile === undefined ? {} : { config_file: web.configFile }),
      max_requests: web.maxRequests,
      enable_lifecycle: web.enableLifecycle,
    },
    privacy: toPrivacyKeys(privacy),
    poll: {
      schedule: poll.schedule,
      timeout: formatDuration(poll.timeoutMs),
      stale_after: formatDuration(poll.staleAfterMs),
    },
    month: { timezone: month.timezone, starts_at: formatTimeOfDay(month.startsAtMs) },
    limits,
    ...(sharding && {
      sharding: { shard: sharding.shard, total_shards: sharding.totalShards },
    }),
    log,
    accounts: accounts.map(toFileKeys),
  });
  const variables = Object.entries(proxy).flatMap(([name, value]: [string, string]) =>
    value === '' ? [] : `# ${name.toUpperCase()}_PROXY=${withoutUser(value)}\n`,
  );
  return file + variables.join('');
}

function toFileKeys({ name, apiUrl, credentials, allowInsecureHttp }: AccountConfig) {
  return {
    name,
    api_url: apiUrl,
    ...(credentials.kind === 'client'
      ? {
          client_id: credentials.clientId,
          ...toFileKey(ACCOUNT_SETTINGS.clientSecret.key, credentials.clientSecret),
        }
      : toFileKey(ACCOUNT_SETTINGS.accessToken.key, credentials.accessToken)),
    allow_insecure_http: allowInsecureHttp,
  };
}

function toFileKey(key: string, source: SecretSource): Record<string, string> {
  return source.kind === 'file'
    ? { [`${key}_file`]: source.path }
    : { [key]: source.value.toString() };
}

function toPrivacyKeys({ numberLabel, noNames, hashKey, hashKeyFile }: Config['privacy']) {
  const key =
    hashKeyFile === undefined ? { hash_key: hashKey?.toString() } : { hash_key_file: hashKeyFile };
  return {
    number_label: numberLabel,
    no_names: noNames,
    ...(hashKey === undefined ? {} : key),
  };
}

function formatListenAddress(address: ListenAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host = '', port } = address;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A proxy's user and password stand before the last `@`. */
function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/, '//[redacted]@');
}
