/**
 * The history of a fleet: two accounts over two starts of a month and a change of the
 * clocks; a correction; two gaps; a number that joins, one that leaves, one that is renamed, one
 * that was never online; a restart, a second replica, and half a day in which it is alone.
 */

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
export const STEP_S = 300;

/** Sunday noon in Israel, twelve days after the start of the month and sixteen after the change of the clocks. */
export const END_S = Date.parse('2026-04-12T09:30:00Z') / 1000;
export const TIMEZONE = 'Asia/Jerusalem';

export const JOB = 'whatsapp-exporter';
const FIRST = 'exporter-0:10972';
const SECOND = 'exporter-1:10972';

/** The variables of the dashboards with everything selected. */
export const VARIABLES = { job: JOB, instance: '.+', account: '.+', number: '.+' };

export const CATEGORIES = ['marketing', 'service', 'incoming'] as const;
export type Category = (typeof CATEGORIES)[number];
export type Counts = Record<Category, number>;
export const zero = (): Counts => ({ marketing: 0, service: 0, incoming: 0 });

export const daysAgo = (days: number) => END_S - days * DAY_S;
const within = (t: number, from: number, lengthS: number) => t >= from && t < from + lengthS;
/** Whether `t` is the step of an event that many days ago. */
export const happens = (t: number, days: number) => within(t, daysAgo(days), STEP_S);

/** The exporter was stopped for an hour: only `up` with value 0 was recorded. */
export const isDown = (t: number) => within(t, daysAgo(18), HOUR_S);
export const RESTART_DAYS = 3;
const isFirstThere = (t: number) => !within(t, daysAgo(1), 12 * HOUR_S);
const isSecondThere = (t: number) => t >= daysAgo(2);
export const replicasAt = (t: number) =>
  [isFirstThere(t) ? FIRST : [], isSecondThere(t) ? SECOND : []].flat();

/** The provider failed for two hours, for the account `beta` only. */
const OUTAGE_DAYS = 2.5;
export const isOutage = (account: string, t: number) =>
  account === 'beta' && within(t, daysAgo(OUTAGE_DAYS), 2 * HOUR_S);
/** Series of numbers are served for 5 minutes after the last successful poll. */
export const isStale = (account: string, t: number) =>
  isOutage(account, t) && isOutage(account, t - STEP_S);

export const OFFLINE_HOURS = 3;
/** The provider corrects the counts of a number, in the previous month and a week ago. */
export const CORRECTIONS = [
  { days: 13.1, index: 0, category: 'marketing', by: -300 },
  { days: 7.1, index: 0, category: 'marketing', by: -60 },
] as const;
/** Indexes of the numbers with an event. */
export const INDEX = {
  wentOffline: 1,
  cameBack: 2,
  joined: 4,
  left: 5,
  renamed: 6,
  joinedLate: 8,
} as const;
export const NEW_NAME = 'שם חדש';

/** A number at the provider. Times are Unix seconds. */
export interface Sim {
  readonly account: string;
  readonly number: string;
  readonly from: number;
  readonly to: number;
  readonly perHour: Counts;
  name(t: number): string;
  isOnline(t: number): boolean;
}

export const isThere = ({ from, to }: Sim, t: number) => t >= from && t < to;

export function createSim(account: string, index: number): Sim {
  const sim: Sim = {
    account,
    number: `9725000${String(10_000 + index)}`,
    from: 0,
    to: Number.POSITIVE_INFINITY,
    perHour: { marketing: 2 + (index % 5), service: 3, incoming: 4 + (index % 3) },
    name: () => `סניף ${String(index)} בע"מ`,
    isOnline: () => true,
  };
  const stories: Record<number, Partial<Sim>> = {
    [INDEX.wentOffline]: { isOnline: (t) => t < END_S - OFFLINE_HOURS * HOUR_S },
    [INDEX.cameBack]: { isOnline: (t) => !within(t, daysAgo(5), 6 * HOUR_S) },
    3: { isOnline: () => false },
    [INDEX.joined]: { from: daysAgo(20) },
    [INDEX.left]: { to: daysAgo(10) },
    // Hours before the start of the month.
    [INDEX.joinedLate]: { from: Date.parse('2026-03-31T19:00:00Z') / 1000 },
    [INDEX.renamed]: { name: (t) => (t < daysAgo(4) ? 'Old \\ name' : NEW_NAME) },
  };
  return { ...sim, ...stories[index] };
}

/** Relative traffic: Israeli working hours, Sunday to Thursday. */
export function load(t: number): number {
  const date = new Date(t * 1000);
  const isWeekend = date.getUTCDay() === 5 || date.getUTCDay() === 6;
  const isDay = date.getUTCHours() >= 6 && date.getUTCHours() < 17;
  return (isWeekend ? 0.3 : 1) * (isDay ? 1 : 0.1);
}

/** Mulberry32: small, and the same on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
