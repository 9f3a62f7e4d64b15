/** The content type for Prometheus' HTTP service discovery, which rejects most others. */
export const TARGETS_CONTENT_TYPE = 'application/json';

/** A name or an address, and an optional port. Strict, because the response repeats it. */
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

export function isHost(text: string | undefined): text is string {
  return text !== undefined && HOST.test(text);
}

export interface TargetsOptions {
  readonly accounts: readonly string[];
  /** The address of the exporter, from the header Host. */
  readonly host: string;
  readonly metricsPath: string;
  readonly isEncrypted: boolean;
}

/**
 * Prometheus' HTTP service discovery: a target for each account, with only its metrics. All targets have
 * the same address, so each sets its own `instance`. Otherwise the metrics of targets, such as `up`,
 * would be the same series. There is no label `account`, because the
 * series already have it.
 */
export function renderTargets(options: TargetsOptions): string {
  const { accounts, host, metricsPath, isEncrypted } = options;
  const groups = accounts.map((account) => ({
    targets: [host],
    labels: {
      __metrics_path__: metricsPath,
      __param_account: account,
      __meta_whatsapp_account: account,
      instance: `${host}/${account}`,
      // Without TLS, a proxy may encrypt; then the scrape configuration sets the scheme.
      ...(isEncrypted && { __scheme__: 'https' }),
    },
  }));
  return JSON.stringify(groups);
}
