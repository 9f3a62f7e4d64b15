import { expect } from 'vitest';
import type { InstantSample } from '../support/prometheus-server.ts';

export const COUNTER = 'whatsapp_number_conversations_total';
const GAUGE = /^whatsapp_number_(marketing|service|incoming)_conversations_this_month$/;

interface Known {
  readonly total: number;
  /** The month's count that was there last, and the highest. */
  readonly count: number | undefined;
  readonly highest: number;
}

/**
 * Takes what Prometheus shows of one answer after another: each counter has grown by what the
 * count of the month beside it exceeds its highest value by; or, once that was lower for ten polls, by
 * no more than the count has grown; and not at all where it has fallen or is not there.
 */
export function createCounterCheck(): (shown: readonly InstantSample[]) => void {
  let before: ReadonlyMap<string, Known> = new Map();
  return (shown) => {
    const counts = new Map<string, number>();
    for (const { labels, value } of shown) {
      const [, category] = GAUGE.exec(labels['__name__'] ?? '') ?? [];
      if (category !== undefined) counts.set(`${labels['number']} ${category}`, Number(value));
    }
    const after = new Map<string, Known>();
    for (const { labels, value } of shown) {
      if (labels['__name__'] !== COUNTER) continue;
      const key = `${labels['number']} ${labels['category']}`;
      // A number that comes anew, or again, begins at 0.
      const known = before.get(key) ?? { total: 0, count: undefined, highest: 0 };
      const count = counts.get(key) ?? known.count;
      const highest = Math.max(known.highest, count ?? 0);
      const growth = (count ?? 0) - (known.count ?? count ?? 0);
      const excess = known.count === undefined ? 0 : highest - known.highest;
      const total = Number(value);
      const grown = total - known.total;
      // Near the turn of the month a count that has fallen is one that started again.
      const isRestart = growth < 0 && isTurnNear() && grown === count;
      if (!isRestart) {
        expect(grown, key).toBeGreaterThanOrEqual(excess);
        expect(grown, key).toBeLessThanOrEqual(Math.max(growth, 0));
      }
      after.set(key, { total, count, highest: isRestart ? count : highest });
    }
    before = after;
  };
}

/** A day on each side, and the zone's distance from UTC. */
const TURN_MARGIN_MS = 28 * 3_600_000;

function isTurnNear(): boolean {
  const monthAt = (unixMs: number) => new Date(unixMs).getUTCMonth();
  return monthAt(Date.now() - TURN_MARGIN_MS) !== monthAt(Date.now() + TURN_MARGIN_MS);
}
