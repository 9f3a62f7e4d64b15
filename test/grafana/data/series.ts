import { closeSync, openSync, writeSync } from 'node:fs';

/** Samples grouped by series, because OpenMetrics requires the lines of a metric to be contiguous. */
export interface Series {
  /** `labels` as between the braces in OpenMetrics; one string per series is fastest. */
  add(name: string, labels: string, t: number, value: number): void;
  /** Returns the number of samples. */
  write(path: string): number;
}

export function renderLabels(labels: Record<string, string>): string {
  const escape = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join();
}

export function createSeries(): Series {
  const metrics = new Map<string, Map<string, number[]>>();
  return {
    add(name, labels, t, value) {
      const metric = metrics.get(name) ?? new Map<string, number[]>();
      metrics.set(name, metric);
      const points = metric.get(labels) ?? [];
      metric.set(labels, points);
      points.push(t, value);
    },
    write(path) {
      const file = openSync(path, 'w');
      let count = 0;
      for (const [name, metric] of metrics) {
        for (const [labels, points] of metric) {
          const lines: string[] = [];
          for (let at = 0; at < points.length; at += 2) {
            lines.push(`${name}{${labels}} ${String(points[at + 1])} ${String(points[at])}\n`);
          }
          writeSync(file, lines.join(''));
          count += lines.length;
        }
      }
      writeSync(file, '# EOF\n');
      closeSync(file);
      return count;
    },
  };
}
