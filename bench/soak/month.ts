import type { MonthSettings } from '../../src/core/month.ts';
import type { Fault, Faults } from '../../src/simulator/faults.ts';
import { createFleet, type FleetNumber } from '../../src/simulator/fleet.ts';
import { RESPONSE_BYTES_MAX } from '../../src/provider/http.ts';

/** The simulated month: a fleet with many changes, and one fault after another. */
const HOUR_MS = 3_600_000;

const NUMBERS = 1_000;
/** Short, so that leaks per removed number add up. */
const TENURE_MS = 20 * HOUR_MS;
const VACANCY_MS = HOUR_MS / 2;
const RENAME_MS = 7 * HOUR_MS;
const MOVE_MS = 5 * HOUR_MS;

/** Numbers that are added, removed, renamed and moved between inboxes; `last` is the last returned list. */
export function createChangingFleet(month: MonthSettings) {
  const fleet = createFleet({ seed: 1, numbers: NUMBERS, month });
  let last: FleetNumber[] = [];
  const change = (number: FleetNumber, unixMs: number): FleetNumber[] => {
    const place = number.whatsapp.slice(-8);
    // Each number has its own phase, so that something changes in nearly every poll.
    const ms = unixMs + (Number(place) / 1e8) * TENURE_MS;
    const sinceMs = ms % TENURE_MS;
    if (sinceMs < VACANCY_MS) return [];
    const tenure = Math.floor(ms / TENURE_MS) % 1_000;
    return [
      {
        ...number,
        whatsapp: `9726${place}${String(tenure).padStart(3, '0')}`,
        create_time: Math.floor((unixMs - sinceMs) / 1_000),
        display_name: `${number.display_name} ${Math.floor(ms / RENAME_MS) % 1_000}`,
        onlineInbox: number.onlineInbox && 1 + (Math.floor(ms / MOVE_MS) % 500),
      },
    ];
  };
  return {
    at: (unixMs: number) => (last = fleet.at(unixMs).flatMap((number) => change(number, unixMs))),
    last: () => last,
  };
}

interface Spell {
  readonly name: string;
  readonly faults: Partial<Faults>;
  readonly revokesTokens?: boolean;
}

/** Requests per spell that end at their deadline, which takes real time. */
const SLOW_TIMES = 1;

const SPELLS: readonly Spell[] = [
  { name: '401', faults: ofNumbers({ kind: 'reply', status: 401 }) },
  {
    name: '429',
    faults: ofNumbers({ kind: 'reply', status: 429, headers: { 'retry-after': '120' } }),
  },
  { name: '503', faults: ofNumbers({ kind: 'reply', status: 503 }) },
  {
    name: 'tokens revoked, 500 for new ones',
    faults: { token: { kind: 'reply', status: 500 } },
    revokesTokens: true,
  },
  { name: 'reset mid-body', faults: ofNumbers({ kind: 'resetMidBody' }) },
  { name: 'no response', faults: ofNumbers({ kind: 'never', times: SLOW_TIMES }) },
  {
    name: 'headers only',
    faults: ofNumbers({ kind: 'headersOnly', times: SLOW_TIMES }),
  },
  {
    name: 'one byte at a time',
    faults: ofNumbers({ kind: 'drip', intervalMs: 5, times: SLOW_TIMES }),
  },
  {
    name: 'HTML with 200',
    faults: ofNumbers({
      kind: 'reply',
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>Soon</title>',
    }),
  },
  { name: 'half of the JSON', faults: ofNumbers({ kind: 'truncate' }) },
  {
    name: '20 MiB plus one byte',
    faults: ofNumbers({ kind: 'huge', bytes: RESPONSE_BYTES_MAX + 1, times: 1 }),
  },
  {
    name: 'counts corrected downwards',
    faults: ofNumbers({
      kind: 'transform',
      transform: (good) => ({ ...good, list: (good['list'] as FleetNumber[]).map(halve) }),
    }),
  },
];

function ofNumbers(numbers: Fault): Partial<Faults> {
  return { numbers };
}

function halve(number: FleetNumber): FleetNumber {
  return { ...number, serviceThisMonth: Math.floor(number.serviceThisMonth / 2) };
}

/** 03:00 to 05:00 in Israel, which includes the start of the month. */
const OUTAGE = {
  fromMs: Date.parse('2026-12-01T01:00:00Z'),
  toMs: Date.parse('2026-12-01T03:00:00Z'),
};
const NEW_MONTH_FAULT = SPELLS.find(({ name }) => name === '503');
const SPELL_EVERY_MS = 2 * HOUR_MS;
/** From half an hour on, longer than poll.stale_after, so that series are dropped and return. */
const SPELL_MS = [30 * 60_000, 50 * 60_000] as const;

/** The fault at this time; over days, each fault occurs at all hours. */
export function spellAt(unixMs: number): Spell | undefined {
  if (unixMs >= OUTAGE.fromMs && unixMs < OUTAGE.toMs) return NEW_MONTH_FAULT;
  const sinceMs = unixMs % SPELL_EVERY_MS;
  if (sinceMs < SPELL_MS[0] || sinceMs >= SPELL_MS[1]) return undefined;
  const spell = Math.floor(unixMs / SPELL_EVERY_MS);
  const day = Math.floor(unixMs / (24 * HOUR_MS));
  return SPELLS[(spell + day) % SPELLS.length];
}
