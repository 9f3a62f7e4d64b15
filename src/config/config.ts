import type { Credentials } from '../core/credentials.ts';
import type { MonthSettings } from '../core/month.ts';
import type { Secret } from '../core/secret.ts';

export interface AccountConfig {
  /** The `account` label: [A-Za-z0-9_.-]{1,64}, unique. */
  readonly name: string;
  /** Base of the provider's API, without a trailing slash. */
  readonly apiUrl: string;
  readonly allowInsecureHttp: boolean;
  readonly credentials: Credentials;
}

export type ListenAddress =
  | {
      /** Undefined listens on every interface. */
      readonly host: string | undefined;
      readonly port: number;
    }
  | {
      /** Of a Unix socket. */
      readonly path: string;
    };

export const NUMBER_LABELS = ['full', 'hashed'] as const;

/** What of a number may leave the process. */
export interface PrivacyConfig {
  readonly numberLabel: (typeof NUMBER_LABELS)[number];
  readonly noNames: boolean;
  /** There is one exactly if the label is hashed. */
  readonly hashKey: Secret | undefined;
  /** Where the key came from; read with the configuration. */
  readonly hashKeyFile: string | undefined;
}

/** As in the environment: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, lower case first; '' is none. */
export interface ProxyConfig {
  readonly http: string;
  readonly https: string;
  readonly no: string;
}

/** Of several processes with the same accounts each polls some. */
export interface Sharding {
  /** Counted from 0. */
  readonly shard: number;
  readonly totalShards: number;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

/** The whole configuration, checked and frozen. */
export interface Config {
  readonly web: {
    readonly listenAddresses: readonly ListenAddress[];
    readonly telemetryPath: string;
    /** Checked; what it says may change while the program runs. */
    readonly configFile: string | undefined;
    /** 0 for no limit. */
    readonly maxRequests: number;
    /** Whether a request may ask for a reload. */
    readonly enableLifecycle: boolean;
  };
  readonly privacy: PrivacyConfig;
  readonly poll: {
    /** A cron expression in UTC or an interval such as `90s`; checked, still as written. */
    readonly schedule: string;
    readonly timeoutMs: number;
    readonly staleAfterMs: number;
  };
  readonly month: MonthSettings;
  /** Of one account. */
  readonly limits: { readonly numbers: number };
  readonly log: {
    readonly level: (typeof LOG_LEVELS)[number];
    readonly format: (typeof LOG_FORMATS)[number];
  };
  /** Undefined where this process polls every account. */
  readonly sharding: Sharding | undefined;
  /** Those that this process polls; of a shard there may be none. */
  readonly accounts: readonly AccountConfig[];
  readonly proxy: ProxyConfig;
}
