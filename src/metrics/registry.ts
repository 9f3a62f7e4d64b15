import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Clock } from '../core/clock.ts';
import type { FamilyHead, Sample } from './family.ts';

/** A metric as text, without the line feed at its end. */
export interface RenderedFamily {
  /** The HELP and TYPE lines. */
  readonly head: string;
  /** A line per series, each after a line feed. */
  readonly series: string;
}

/** Metrics with these samples, rendered by prom-client on a registry that nothing else uses. */
export async function renderFamilies<F extends FamilyHead>(
  families: readonly F[],
  samplesOf: (family: F) => readonly Sample[],
): Promise<readonly RenderedFamily[]> {
  const registry = new Registry();
  for (const family of families) {
    const { name, help, type, labels } = family;
    const options = { name, help, labelNames: labels, registers: [registry] };
    const metric = type === 'gauge' ? new Gauge(options) : new Counter(options);
    // prom-client starts a metric without labels at 0; a sample without a value must be absent.
    metric.remove({});
    for (const [sampleLabels, value] of samplesOf(family)) {
      if (value === undefined) continue;
      if (metric instanceof Gauge) metric.set(sampleLabels, value);
      else metric.inc(sampleLabels, value);
    }
  }
  return Promise.all(
    families.map(async ({ name }) => {
      const text = await registry.getSingleMetricAsString(name);
      const [help, type] = text.split('\n', 2);
      const head = `${help}\n${type}`;
      return { head, series: text.slice(head.length) };
    }),
  );
}

/** Gauges whose names promtool rejects, because only a counter may end in _total. */
export const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const LAG = 'nodejs_eventloop_lag_seconds';

/** prom-client asks the kernel for each open file, so a crowd of scrapers would wait for seconds. */
const SHARED_MS = 100;

/** prom-client's metrics of the process and of Node.js, as text that is at most SHARED_MS old. */
export function createProcessMetrics(clock: Clock): () => Promise<string> {
  const registry = createProcessRegistry();
  let [text, madeMs] = [Promise.resolve(''), -Infinity];
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - madeMs >= SHARED_MS) [text, madeMs] = [registry.metrics(), nowMs];
    return text;
  };
}

function createProcessRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  // `collect` of the gauge that is left out also sets the gauges of the histogram.
  const { collect } = register.getSingleMetric(LAG) as { collect?: () => void };
  Object.assign(register.getSingleMetric('nodejs_eventloop_lag_min_seconds') ?? {}, { collect });
  for (const name of [LAG, ...MISNAMED]) register.removeSingleMetric(name);
  return register;
}
