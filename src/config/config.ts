import type { Credentials } from '../core/credentials.ts';

export interface AccountConfig {
  /** The `account` label: [A-Za-z0-9_.-]{1,64}, unique. */
  readonly name: string;
  /** Base of the provider's API, without a trailing slash. */
  readonly apiUrl: string;
  readonly allowInsecureHttp: boolean;
  readonly credentials: Credentials;
}

export interface ListenAddress {
  /** Undefined listens on every interface. */
  readonly host: string | undefined;
  readonly port: number;
}

/** As in the environment: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, lower case first; '' is none. */
export interface ProxyConfig {
  readonly http: string;
  readonly https: string;
  readonly no: string;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

/** The whole configuration, checked and frozen. */
export interface Config {
  readonly web: { readonly listenAddress: ListenAddress; readonly telemetryPath: string };
  readonly poll: {
    /** A cron expression in UTC or an interval such as `90s`; checked, still as written. */
    readonly schedule: string;
    readonly timeoutMs: number;
    readonly staleAfterMs: number;
  };
  readonly month: { readonly timezone: string };
  readonly log: {
    readonly level: (typeof LOG_LEVELS)[number];
    readonly format: (typeof LOG_FORMATS)[number];
  };
  readonly accounts: readonly AccountConfig[];
  readonly proxy: ProxyConfig;
}
