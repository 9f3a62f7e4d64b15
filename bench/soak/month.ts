import type { MonthSettings } from '../../src/core/month.ts';
import type { Fault, Faults } from '../../src/simulator/faults.ts';
import { createFleet, type FleetNumber } from '../../src/simulator/fleet.ts';
import { RESPONSE_BYTES_MAX } from '../../src/provider/http.ts';

/** What the soak's month brings: a fleet in which much changes, and one fault after another. */
const HOUR_MS = 3_600_000;

const NUMBERS = 1_000;
/** Strong, so that whatever is kept of a number that has gone adds up. */
const TENURE_MS = 20 * HOUR_MS;
const VACANCY_MS = HOUR_MS / 2;
const RENAME_MS = 7 * HOUR_MS;
const MOVE_MS = 5 * HOUR_MS;

/** Numbers that come, go, are renamed and change their inbox; `last` is what was told last. */
export function createChangingFleet(month: MonthSettings) {
  const fleet = createFleet({ seed: 1, numbers: NUMBERS, month });
  let last: FleetNumber[] = [];
  const change = (number: FleetNumber, unixMs: number): FleetNumber[] => {
    const place = number.whatsapp.slice(-8);
    // Each has a phase of its own, so that something changes with nearly every poll.
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

interface Trouble {
  readonly name: string;
  readonly faults: Partial<Faults>;
  readonly losesTokens?: boolean;
}

/** For as many requests of each spell as end at their deadline, which takes real time. */
const SLOW_TIMES = 1;

const TROUBLES: readonly Trouble[] = [
  { name: '401', faults: ofNumbers({ kind: 'reply', status: 401 }) },
  {
    name: '429',
    faults: ofNumbers({ kind: 'reply', status: 429, headers: { 'retry-after': '120' } }),
  },
  { name: '503', faults: ofNumbers({ kind: 'reply', status: 503 }) },
  {
    name: 'tokens forgotten, 500 for new ones',
    faults: { token: { kind: 'reply', status: 500 } },
    losesTokens: true,
  },
  { name: 'reset mid-body', faults: ofNumbers({ kind: 'resetMidBody' }) },
  { name: 'no answer', faults: ofNumbers({ kind: 'never', times: SLOW_TIMES }) },
  {
    name: 'headers and nothing more',
    faults: ofNumbers({ kind: 'headersOnly', times: SLOW_TIMES }),
  },
  {
    name: 'a byte at a time',
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
    name: '20 MiB and a byte',
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

/** In Israel it is from 03:00 to 05:00: the month turns within it. */
const OUTAGE = {
  fromMs: Date.parse('2026-12-01T01:00:00Z'),
  toMs: Date.parse('2026-12-01T03:00:00Z'),
};
const AT_TURN = TROUBLES.find(({ name }) => name === '503');
const SPELL_EVERY_MS = 2 * HOUR_MS;
/** From half an hour on: longer than poll.stale_after, so that series go away and come back. */
const SPELL_MS = [30 * 60_000, 50 * 60_000] as const;

/** What is wrong at this time; the spells of each trouble come at all hours of the day in turn. */
export function troubleAt(unixMs: number): Trouble | undefined {
  if (unixMs >= OUTAGE.fromMs && unixMs < OUTAGE.toMs) return AT_TURN;
  const sinceMs = unixMs % SPELL_EVERY_MS;
  if (sinceMs < SPELL_MS[0] || sinceMs >= SPELL_MS[1]) return undefined;
  const spell = Math.floor(unixMs / SPELL_EVERY_MS);
  const day = Math.floor(unixMs / (24 * HOUR_MS));
  return TROUBLES[(spell + day) % TROUBLES.length];
}
