/**
 * The fixed set of reasons why a poll can fail. A reason is the code of the error, the `reason` label
 * of whatsapp_poll_failures_total, a field of the log line and a row of docs/metrics.md.
 */
export const REASONS = {
  credentials: {
    meaning: 'the provider rejects the client id and secret, or the secret file cannot be used',
    remedy:
      'Check client_id and client_secret in the partner dashboard; a changed secret file is used at the next poll.',
  },
  blocked: {
    meaning: 'the provider has blocked this IP address after too many failed attempts',
    remedy:
      'Fix the credentials of every client behind this IP address, then wait: the exporter retries every 15 to 60 minutes.',
  },
  token: {
    meaning: 'the provider rejects the access token, even a new one',
    remedy:
      'A fixed access token is valid for one hour: use client_id and client_secret, or renew the token file.',
  },
  rate_limited: {
    meaning: 'the provider returns 429 Too Many Requests',
    remedy: 'Poll less often, or find out what else uses the account.',
  },
  timeout: {
    meaning:
      'the poll did not finish within poll.timeout, or a collector was stopped because the numbers were due',
    remedy: 'Check the network path to the provider; raise poll.timeout if the list is long.',
  },
  network: {
    meaning: 'no valid HTTP response: DNS, connection refused or reset, proxy',
    remedy: 'Check DNS, firewall, egress rules and HTTPS_PROXY.',
  },
  tls: {
    meaning: 'the TLS handshake failed or the certificate is not trusted',
    remedy: 'Check the clock and the CA certificates (NODE_EXTRA_CA_CERTS).',
  },
  redirect: {
    meaning:
      'the provider returns a redirect, which is never followed: secrets are sent to api_url only',
    remedy: 'Check api_url; a captive portal or a proxy may be in the way.',
  },
  http_status: {
    meaning: 'the response has an HTTP status other than 200 that no other reason covers',
    remedy:
      'Look at the status: 5xx is an error at the provider, 403 with an HTML page comes from a firewall or a captive portal.',
  },
  too_large: {
    meaning: 'the response exceeds 20 MiB after decompression, or 1,500,000 values',
    remedy: "Check that api_url is the provider's API.",
  },
  invalid_json: {
    meaning: 'the response is not JSON',
    remedy: 'Check api_url; an error page with status 200 looks like this.',
  },
  invalid_response: {
    meaning: 'the response is JSON but not in the documented form (for example, no list)',
    remedy: 'The API may have changed: look for a newer release, then report it.',
  },
  provider_failed: {
    meaning: 'the provider returns FAIL with a reason code that the exporter does not handle',
    remedy: "Look up the reason code in the provider's documentation.",
  },
  internal: {
    meaning: 'unexpected error in the exporter',
    remedy: 'Report it with the log line, which contains the stack.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type Reason = keyof typeof REASONS;

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

export function noFailures(): Readonly<Record<Reason, number>> {
  return Object.fromEntries(REASON_NAMES.map((reason) => [reason, 0])) as Record<Reason, number>;
}

/**
 * A failed poll. `message` appears in the log, on the status page and in the label `detail` of
 * whatsapp_poll_failure_info, so it is one of a few short sentences and quotes no response.
 */
export class PollError extends Error {
  override readonly name = 'PollError';
  readonly reason: Reason;
  /** Whether a retry may succeed. */
  readonly isTransient: boolean;
  /** Whether the provider rejected the secret or token with a documented code: retrying would do harm. */
  readonly isAuthFailure: boolean;
  /** The provider's Retry-After, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: Reason,
    message: string,
    {
      isTransient = false,
      isAuthFailure = false,
      retryAfterMs,
    }: { isTransient?: boolean; isAuthFailure?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.reason = reason;
    this.isTransient = isTransient;
    this.isAuthFailure = isAuthFailure;
    this.retryAfterMs = retryAfterMs;
  }
}
