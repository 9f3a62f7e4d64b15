import { expect } from 'vitest';
import type { InstantSample } from '../support/prometheus-server.ts';

export const COUNTER = 'whatsapp_number_conversations_total';
const GAUGE = /^whatsapp_number_(marketing|service|incoming)_conversations_this_month$/;

interface Previous {
  readonly total: number;
  /** The last count of the month, and the highest. */
  readonly count: number | undefined;
  readonly highest: number;
}

/**
 * Checks consecutive responses in Prometheus. Each counter grows by the excess of the count of the
 * month over its highest value; once the count was lower for ten polls, by at most the growth of the
 * count; and not at all if the count dropped or is missing.
 */
export function createCounterCheck(): (shown: readonly InstantSample[]) => void {
  let before: ReadonlyMap<string, Previous> = new Map();
  return (shown) => {
    const counts = new Map<string, number>();
    for (const { labels, value } of shown) {
      const [, category] = GAUGE.exec(labels['__name__'] ?? '') ?? [];
      if (category !== undefined) counts.set(`${labels['number']} ${category}`, Number(value));
    }
    const after = new Map<string, Previous>();
    for (const { labels, value } of shown) {
      if (labels['__name__'] !== COUNTER) continue;
      const key = `${labels['number']} ${labels['category']}`;
      // A new or returning number starts at 0.
      const previous = before.get(key) ?? { total: 0, count: undefined, highest: 0 };
      const count = counts.get(key) ?? previous.count;
      const highest = Math.max(previous.highest, count ?? 0);
      const growth = (count ?? 0) - (previous.count ?? count ?? 0);
      const excess = previous.count === undefined ? 0 : highest - previous.highest;
      const total = Number(value);
      const grown = total - previous.total;
      // Near the start of a month, a lower count is a restart.
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

/** A day on each side, plus the offset of the time zone. */
const TURN_MARGIN_MS = 28 * 3_600_000;

function isTurnNear(): boolean {
  const monthAt = (unixMs: number) => new Date(unixMs).getUTCMonth();
  return monthAt(Date.now() - TURN_MARGIN_MS) !== monthAt(Date.now() + TURN_MARGIN_MS);
}
