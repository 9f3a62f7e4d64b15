import { ageMs, type Clock, type Instant } from './core/clock.ts';
import { onlineSince } from './core/online-history.ts';
import { createOnlinePlaces } from './core/online-places.ts';
import type { ReloadState } from './edge.ts';
import { REASONS } from './core/reasons.ts';
import type { AccountView } from './metrics/family.ts';
import type { AccountStatus, Status } from './web/page/model.ts';

/** Builds the status shown on the page from the same data as the metrics. */
export function toStatus(
  views: readonly AccountView[],
  version: string,
  reload: ReloadState,
  clock: Clock,
): Status {
  const accounts = views.map((view) => toAccountStatus(view, clock));
  return { version, nowMs: clock.unixMs(), reload, accounts };
}

function toAccountStatus(
  { state, snapshot, nextPollMs, cooldownUntilMs, collectors }: AccountView,
  clock: Clock,
): AccountStatus {
  const { name, lastPoll, lastGood, online } = state;
  // Made when needed: most requests are for other pages, or for few numbers.
  let places: ReturnType<typeof createOnlinePlaces> | undefined;
  const failed = lastPoll !== undefined && 'reason' in lastPoll ? lastPoll : undefined;
  return {
    name,
    lastPollMs: lastPoll && toUnixMs(lastPoll.endedAt, clock),
    lastSuccessMs: lastGood && toUnixMs(lastGood.at, clock),
    nextPollMs,
    cooldownUntilMs,
    failure: failed && {
      reason: failed.reason,
      detail: failed.detail,
      ...REASONS[failed.reason],
    },
    numbers: snapshot?.numbers,
    sinceOf(whatsapp) {
      if (online === undefined) return { unixMs: clock.unixMs(), isExact: false };
      const { at, isExact } = onlineSince(online, whatsapp);
      return { unixMs: toUnixMs(at, clock), isExact };
    },
    placeOf: (number) => (places ??= createOnlinePlaces(collectors))(number),
  };
}

/** Unix time of a moment by the clock as it is set now, so that data never looks younger than it is. */
function toUnixMs(at: Instant, clock: Clock): number {
  return clock.unixMs() - ageMs(at, clock);
}
