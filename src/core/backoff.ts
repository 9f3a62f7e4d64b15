/** Waits that double from `firstMs` up to `maxMs`; `attempt` counts from 0. In milliseconds. */
export function doublingMs(attempt: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** attempt, maxMs);
}
