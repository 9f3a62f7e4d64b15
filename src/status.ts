import { REASONS } from './core/reasons.ts';
import type { AccountView } from './metrics/family.ts';
import type { AccountStatus, Landing } from './web/landing.ts';

/** What the landing page says, from what the metrics say. `nowMs` is Unix time. */
export function toLanding(
  views: readonly AccountView[],
  telemetryPath: string,
  version: string,
  nowMs: number,
): Landing {
  return {
    name: 'WhatsApp numbers exporter',
    version,
    nowMs,
    links: [
      { path: telemetryPath, label: 'Metrics' },
      { path: '/-/healthy', label: 'Health' },
      { path: '/-/ready', label: 'Readiness' },
    ],
    accounts: views.map(toStatus),
  };
}

function toStatus({ state, snapshot }: AccountView): AccountStatus {
  const { name, lastPoll, lastGood } = state;
  const reason = lastPoll !== undefined && 'reason' in lastPoll ? lastPoll.reason : undefined;
  return {
    name,
    lastPoll: lastPoll && {
      atMs: lastPoll.endedAt.unixMs,
      failure: reason && { reason, ...REASONS[reason] },
    },
    lastSuccessMs: lastGood?.at.unixMs,
    numbers: snapshot && {
      all: snapshot.numbers.length,
      offline: snapshot.numbers.filter(({ online }) => online === 0).length,
    },
  };
}
