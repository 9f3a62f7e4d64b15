/** What Prometheus' HTTP service discovery takes for its content type; it refuses most others. */
export const TARGETS_CONTENT_TYPE = 'application/json';

/** A name or an address, and perhaps a port: it is repeated, so that nothing else may stand in it. */
const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

export function isHost(text: string | undefined): text is string {
  return text !== undefined && HOST.test(text);
}

export interface TargetsOptions {
  readonly accounts: readonly string[];
  /** The address by which we are reached, as in the header Host. */
  readonly host: string;
  readonly metricsPath: string;
  readonly isEncrypted: boolean;
}

/**
 * Prometheus' HTTP service discovery: a target for each account, of the metrics of it alone. They all
 * have one address, which Prometheus would take for `instance`: without one of its own for each, what
 * it says of the targets, such as `up`, would be one series. There is no label `account`, since the
 * series have it already.
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
      // Where it is not, a proxy before us may encrypt: then the scrape configuration says so.
      ...(isEncrypted && { __scheme__: 'https' }),
    },
  }));
  return JSON.stringify(groups);
}
