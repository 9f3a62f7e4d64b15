import { createHistogram, performance } from 'node:perf_hooks';

/** As prom-client measures it. */
const TICK_MS = 10;
/**
 * Nanoseconds, to 0.1 ms and two figures, up to a minute. Node's own monitorEventLoopDelay keeps three
 * figures of up to an hour, of which the mean and the deviation take longer than a whole scrape.
 */
const PRECISION = { lowest: 100_000, highest: 60_000_000_000, figures: 2 };

/** Begins to measure; the returned function reads the delays since it was called last. */
export function observeEventLoop(): () => Readonly<Record<string, number>> {
  const delays = createHistogram(PRECISION);
  setInterval(() => delays.recordDelta(), TICK_MS).unref();
  let lagMs = 0;
  let read = { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 };
  return () => {
    const startMs = performance.now();
    setImmediate(() => (lagMs = performance.now() - startMs));
    // Two scrapes within a tick: there is nothing new to say.
    if (delays.count > 0) {
      const { min, max, mean, stddev } = delays;
      const [p50, p90, p99] = [50, 90, 99].map((p) => delays.percentile(p)) as [
        number,
        number,
        number,
      ];
      read = { min, max, mean, stddev, p50, p90, p99 };
      delays.reset();
    }
    const inSeconds = Object.entries(read).map(([figure, ns]): [string, number] => [
      `nodejs_eventloop_lag_${figure}_seconds`,
      ns / 1e9,
    ]);
    return { nodejs_eventloop_lag_seconds: lagMs / 1e3, ...Object.fromEntries(inSeconds) };
  };
}
