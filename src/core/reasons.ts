/**
 * Why a poll can fail: a closed set. A reason is at once the code of the error, the `reason` label
 * of whatsapp_poll_failures_total, a field of the log line and a row of docs/metrics.md.
 */
export const REASONS = {
  credentials: {
    meaning: 'the provider refuses the client id and secret, or the secret file cannot be read',
    remedy:
      'Check client_id and client_secret in the partner dashboard; a changed secret file is tried at the next poll.',
  },
  blocked: {
    meaning: 'the provider has blocked this IP address after too many wrong tries',
    remedy:
      'Fix the credentials first, then wait: tries go on by themselves, 15 to 60 minutes apart.',
  },
  token: {
    meaning: 'the provider refuses the access token even when it is fresh',
    remedy:
      'A fixed access token lives one hour: use client_id and client_secret, or renew the token file.',
  },
  rate_limited: {
    meaning: 'the provider answers 429, too many requests',
    remedy: 'Poll less often, or find out what else uses the account.',
  },
  timeout: {
    meaning: 'the poll did not end within poll.timeout',
    remedy: 'Check the way to the provider; raise poll.timeout if the list is long.',
  },
  network: {
    meaning: 'no connection: DNS, refused, reset, proxy',
    remedy: 'Check DNS, firewall, egress rules and HTTPS_PROXY.',
  },
  tls: {
    meaning: 'the TLS handshake failed or the certificate is not trusted',
    remedy: 'Check the clock and the CA certificates (NODE_EXTRA_CA_CERTS).',
  },
  redirect: {
    meaning:
      'the provider answers with a redirect, which is never followed: secrets stay with api_url',
    remedy: 'Check api_url; a captive portal or a proxy may be in the way.',
  },
  http_status: {
    meaning: 'the provider answers with an HTTP status other than 200 that no other reason covers',
    remedy: 'Look at the status in the log; 5xx is the trouble of the provider.',
  },
  too_large: {
    meaning: 'the response is larger than 64 MiB once decoded',
    remedy: 'Check that api_url is the API of the provider.',
  },
  invalid_json: {
    meaning: 'the response is not JSON',
    remedy: 'Check api_url; an error page with status 200 looks like this.',
  },
  invalid_response: {
    meaning: 'the response is JSON but not the documented shape (for example, no list)',
    remedy: 'The API may have changed: look for a newer release, then report it.',
  },
  provider_failed: {
    meaning: 'the provider answers FAIL with a reason of its own',
    remedy: "Look the provider's reason up in its documentation; it is in the log.",
  },
  internal: {
    meaning: 'a defect of the exporter: the poll ended in a way that it should not',
    remedy: 'Report it with the log line, which holds the stack.',
  },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

export type Reason = keyof typeof REASONS;

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

/**
 * The one error by which a poll fails. `message` never holds anything of the request or the
 * response: it goes to the log.
 */
export class PollError extends Error {
  override readonly name = 'PollError';
  readonly reason: Reason;
  /** Whether the same request may well succeed a little later. */
  readonly isPassing: boolean;
  /** Whether what we prove ourselves with was refused, so that trying on would do harm. */
  readonly isRefusal: boolean;
  /** How long the provider asked to be left alone (Retry-After), in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: Reason,
    message: string,
    {
      isPassing = false,
      isRefusal = false,
      retryAfterMs,
    }: { isPassing?: boolean; isRefusal?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.reason = reason;
    this.isPassing = isPassing;
    this.isRefusal = isRefusal;
    this.retryAfterMs = retryAfterMs;
  }
}
