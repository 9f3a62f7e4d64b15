import { monthOf, PROVIDER_MONTH, type Month, type MonthSettings } from '../core/month.ts';
import { createNames } from './names.ts';
import { fraction, logUniform, mix } from './noise.ts';
import { createOnline, INBOXES, type Online } from './online.ts';
import { createHabits, createMonthTraffic, type Traffic } from './traffic.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** One entry of the provider's list, with the documented field names. */
export interface FleetNumber {
  readonly create_time: number;
  readonly whatsapp: string;
  readonly apiKey: string;
  readonly display_name: string;
  readonly business_name: string;
  readonly isOnline: 0 | 1;
  readonly onlineAccount: number;
  readonly onlineInbox: number;
  readonly coexistence: 0 | 1;
  readonly conversationsThisMonth: number;
  readonly marketingThisMonth: number;
  readonly serviceThisMonth: number;
  readonly incomingThisMonth: number;
}

export interface Fleet {
  /** The numbers at an instant; the caller may modify the returned objects. */
  at(unixMs: number): FleetNumber[];
  /** Undefined for a fleet without accounts of the inbox product. */
  readonly online?: Online;
}

export interface FleetOptions {
  readonly seed: number;
  /** Number of slots in the fleet; a few are empty between one number and the next. */
  readonly numbers: number;
  /** When the counts restart, and the time zone of business hours. */
  readonly month?: MonthSettings;
  /** Whether an Online account is suspended now and then. */
  readonly suspends?: boolean;
}

/**
 * A fleet that depends only on its options and the time, so that runs are repeatable and instants may
 * be queried in any order. State between calls is only a cache.
 */
export function createFleet({
  seed,
  numbers,
  month = PROVIDER_MONTH,
  suspends = false,
}: FleetOptions): Fleet {
  const online = createOnline(seed, numbers, suspends);
  const slots = Array.from({ length: numbers }, (_, slot) =>
    createSlot(seed, slot, numbers, online),
  );
  let current: Month = { startMs: 0, endMs: 0 };
  let fromMidnight = current;
  return {
    at(unixMs) {
      if (unixMs < current.startMs || unixMs >= current.endMs) {
        current = monthOf(unixMs, month);
        // Days start at midnight. There is no traffic between midnight and the start of a month at 04:00.
        fromMidnight = { ...current, startMs: current.startMs - month.startsAtMs };
      }
      return slots.flatMap((slot) => slot(unixMs, fromMidnight) ?? []);
    },
    online,
  };
}

/** How long a number stays: 3 to 4 % leave every month, and as many join. */
const TENURE_MS = [300 * DAY_MS, 3000 * DAY_MS] as const;
const VACANCY_MS = [2 * MINUTE_MS, 20 * DAY_MS] as const;
/** A slot reuses digits only after this many numbers, which takes centuries. */
const TENURES_MAX = 1000;

/** A slot of the fleet, occupied by one number after another. */
function createSlot(seed: number, slot: number, numbers: number, online: Online) {
  const slotKey = mix(mix(seed, 1), slot);
  const tenureMs = logUniform(...TENURE_MS, fraction(slotKey, 1));
  const phaseMs = tenureMs * fraction(slotKey, 2);
  let member: Member | undefined;
  let untilMs = 0;
  return (unixMs: number, month: Month): FleetNumber | undefined => {
    if (member === undefined || unixMs < untilMs - tenureMs || unixMs >= untilMs) {
      const tenure = Math.floor((unixMs + phaseMs) / tenureMs);
      const fromMs = tenure * tenureMs - phaseMs;
      untilMs = fromMs + tenureMs;
      const key = mix(slotKey, tenure);
      const joinedMs = fromMs + logUniform(...VACANCY_MS, fraction(key, 0));
      const digits = toDigits(seed, (tenure % TENURES_MAX) * numbers + slot);
      member = createMember(key, slot, digits, joinedMs, online);
    }
    return unixMs < member.joinedMs ? undefined : member.at(unixMs, month);
  };
}

interface Member {
  readonly joinedMs: number;
  at(unixMs: number, month: Month): FleetNumber;
}

function createMember(
  key: number,
  slot: number,
  whatsapp: string,
  joinedMs: number,
  online: Online,
): Member {
  const names = createNames(mix(key, 1), slot);
  const habits = createHabits(mix(key, 2));
  const isOfflineAt = createOutages(mix(key, 3), slot);
  const coexistence = fraction(key, 4) < 0.3 ? 1 : 0;
  const account = 1 + Math.floor(slot / INBOXES);
  let month: Month | undefined;
  let traffic: (unixMs: number) => Traffic;
  return {
    joinedMs,
    at(unixMs, now) {
      if (month !== now) traffic = createMonthTraffic(mix(key, 5), habits, now, joinedMs);
      month = now;
      const { marketing, service, incoming } = traffic(unixMs);
      const isAssigned = isOfflineAt(unixMs) ? 0 : 1;
      return {
        create_time: Math.floor(joinedMs / 1000),
        whatsapp,
        // Recognisable, so that tests can search all output for it.
        apiKey: `fake-api-key-${key}`,
        display_name: names.display,
        business_name: names.business,
        isOnline: online.isSuspended(account, unixMs) ? 0 : isAssigned,
        onlineAccount: isAssigned * account,
        onlineInbox: isAssigned * (slot + 1),
        coexistence,
        conversationsThisMonth: marketing + service + incoming,
        marketingThisMonth: marketing,
        serviceThisMonth: service,
        incomingThisMonth: incoming,
      };
    },
  };
}

/** One number in this many was never connected to an inbox. */
const NEVER_ONLINE_EVERY = 25;
const NEVER_ONLINE_SLOT = 3;
const FLAPPING_SLOT = 7;
const FLAP_MS = 2 * MINUTE_MS;
/** Each span has at most one outage, so the state at an instant needs no history. */
const OUTAGE_SPAN_MS = 4 * DAY_MS;
const OUTAGE_MS = [4 * MINUTE_MS, DAY_MS] as const;

/** When a number is offline: always, flapping, or for occasional outages of minutes to hours. */
function createOutages(key: number, slot: number): (unixMs: number) => boolean {
  if (slot % NEVER_ONLINE_EVERY === NEVER_ONLINE_SLOT) return () => true;
  if (slot === FLAPPING_SLOT) {
    return (unixMs) => fraction(key, Math.floor(unixMs / FLAP_MS)) < 0.4;
  }
  const phaseMs = OUTAGE_SPAN_MS * fraction(key, 0);
  return (unixMs) => {
    const span = Math.floor((unixMs + phaseMs) / OUTAGE_SPAN_MS);
    const spanKey = mix(key, span);
    if (fraction(spanKey, 1) > 0.7) return false;
    const durationMs = logUniform(...OUTAGE_MS, fraction(spanKey, 2));
    const startMs = (OUTAGE_SPAN_MS - durationMs) * fraction(spanKey, 3);
    const sinceStartMs = unixMs + phaseMs - span * OUTAGE_SPAN_MS - startMs;
    return sinceStartMs >= 0 && sinceStartMs < durationMs;
  };
}

/**
 * 9725 and eight digits. The factor is coprime to 10^8, so that different indices below 10^8
 * (100,000 slots of 1000 tenures) have different digits.
 */
function toDigits(seed: number, index: number): string {
  const digits = (index * 48_271 + mix(seed, 2)) % 100_000_000;
  return `9725${String(digits).padStart(8, '0')}`;
}
