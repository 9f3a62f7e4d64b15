import {
  constants,
  PerformanceObserver,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
} from 'node:perf_hooks';
import { renderHead, renderSample } from './text.ts';

const NAME = 'nodejs_gc_duration_seconds';
const HEAD = {
  name: NAME,
  type: 'histogram',
  help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
};
const BUCKETS_S = [0.001, 0.01, 0.1, 1, 2, 5, Infinity];
const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

interface Histogram {
  /** Of collections that took no longer than each of BUCKETS_S. */
  readonly counts: readonly number[];
  readonly sumS: number;
}

/** Begins to measure collections; the returned function renders the histogram of all since then. */
export function observeGc(): () => string {
  let text: string | undefined;
  const histograms = new Map<string, Histogram>();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail, duration } = entry as PerformanceEntry & { detail: NodeGCPerformanceDetail };
      const kind = KINDS.get(detail.kind ?? 0) ?? 'unknown';
      const known = histograms.get(kind) ?? { counts: BUCKETS_S.map(() => 0), sumS: 0 };
      const counts = known.counts.map((n, i) => n + Number(duration / 1e3 <= (BUCKETS_S[i] ?? 0)));
      histograms.set(kind, { counts, sumS: known.sumS + duration / 1e3 });
    }
    text = undefined;
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => (text ??= render(histograms));
}

function render(histograms: ReadonlyMap<string, Histogram>): string {
  let text = renderHead(HEAD);
  for (const [kind, { counts, sumS }] of histograms) {
    counts.forEach((count, i) => {
      const le = String(BUCKETS_S[i]).replace('Infinity', '+Inf');
      text += renderSample(`${NAME}_bucket`, { le, kind }, count);
    });
    text += renderSample(`${NAME}_sum`, { kind }, sumS);
    text += renderSample(`${NAME}_count`, { kind }, counts.at(-1) ?? 0);
  }
  return text;
}
