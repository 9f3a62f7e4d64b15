import { monthOf } from '../../../src/core/month.ts';
import {
  CATEGORIES,
  CORRECTIONS,
  createRandom,
  createSim,
  daysAgo,
  END_S,
  happens,
  isDown,
  isOutage,
  isThere,
  load,
  OFFLINE_HOURS,
  replicasAt,
  RESTART_DAYS,
  STEP_S,
  TIMEZONE,
  zero,
} from './history.ts';
import type { Category, Counts, Sim } from './history.ts';
import { createLabels, createScrape } from './scrape.ts';
import { createSeries, renderLabels, type Series } from './series.ts';

/** Scrapes are not aligned with the clock, because a sample at the edge of a window is ambiguous. */
const PHASE_S = 37;
/** One poll per minute. */
const POLLS = STEP_S / 60;

/** The true history at the provider; Prometheus does not see what happens in gaps. */
export interface Truth {
  readonly sims: readonly Sim[];
  /** Every change of a count: increments and corrections (negative), without monthly resets. */
  readonly changes: readonly { t: number; number: string; category: Category; by: number }[];
  /** The counts of each number at `END_S`, and its last counts in the previous month. */
  readonly now: ReadonlyMap<string, Counts>;
  readonly lastMonth: ReadonlyMap<string, Counts>;
}

export interface FleetSize {
  readonly days: number;
  readonly numbers: number;
  /** Two by default. */
  readonly accounts?: number;
  /** Without the series that are 0 throughout and those of past months. */
  readonly isLean?: boolean;
  /** The hour on the first of the month at which the counts restart; 4 by default. */
  readonly turnsAtHour?: number;
}

/** The same in every run. */
export function createFleet(size: FleetSize): { series: Series; truth: Truth } {
  const { isLean = false, turnsAtHour = 4 } = size;
  const settings = { timezone: TIMEZONE, startsAtMs: turnsAtHour * 3_600_000 };
  const accounts = Array.from(
    { length: size.accounts ?? 2 },
    (_, index) => ['acme', 'beta'][index] ?? `account-${String(index)}`,
  );
  const sims = Array.from({ length: size.numbers }, (_, index) =>
    createSim(accounts[index % accounts.length] ?? '', index),
  );
  const startS = daysAgo(size.days) + PHASE_S;
  const series = createSeries();
  const scrape = createScrape(series, isLean);
  const labelsOf = createLabels();
  const random = createRandom(4);
  const changes: Truth['changes'][number][] = [];
  const now = new Map(sims.map(({ number }) => [number, zero()]));
  const totals = new Map(sims.map(({ number }) => [number, zero()]));
  const lastMonth = new Map<string, Counts>();
  const polls = new Map(
    accounts.map((account) => [account, { count: 0, failed: 0, lastSuccessS: startS }]),
  );
  let month = monthOf(startS * 1000, settings);
  let processStartS = startS;

  for (let t = startS; t <= END_S; t += STEP_S) {
    if (t * 1000 >= month.endMs) turnMonth(t);
    for (const [index, sim] of sims.entries()) if (isThere(sim, t)) grow(sim, index, t);
    if (happens(t, RESTART_DAYS)) restart(t);
    poll(t);
    for (const instance of replicasAt(t)) {
      series.add('up', labelsOf({ instance }), t, isDown(t) ? 0 : 1);
      if (!isDown(t))
        scrape(instance, t, { sims, accounts, month, now, totals, polls, processStartS });
    }
    alert(t);
  }
  return { series, truth: { sims, changes, now, lastMonth } };

  function turnMonth(t: number): void {
    lastMonth.clear();
    for (const sim of sims) {
      if (isThere(sim, t)) lastMonth.set(sim.number, now.get(sim.number) ?? zero());
      now.set(sim.number, zero());
    }
    month = monthOf(t * 1000, settings);
  }

  function grow(sim: Sim, index: number, t: number): void {
    const counts = now.get(sim.number) ?? zero();
    const total = totals.get(sim.number) ?? zero();
    for (const category of CATEGORIES) {
      const mean = (sim.perHour[category] * load(t) * STEP_S) / 3600;
      let by = Math.floor(mean + random());
      total[category] += by;
      for (const correction of CORRECTIONS) {
        const isOfThis = correction.index === index && correction.category === category;
        if (isOfThis && happens(t, correction.days)) by += correction.by;
      }
      counts[category] += by;
      if (by !== 0) changes.push({ t, number: sim.number, category, by });
    }
  }

  function restart(t: number): void {
    processStartS = t;
    for (const { number } of sims) totals.set(number, zero());
    for (const account of accounts) polls.set(account, { count: 0, failed: 0, lastSuccessS: t });
  }

  function poll(t: number): void {
    for (const [account, state] of polls) {
      state.count += POLLS;
      if (isOutage(account, t)) state.failed += POLLS;
      else state.lastSuccessS = t;
    }
  }

  /** The series that the rules would record. */
  function alert(t: number): void {
    if (t < END_S - OFFLINE_HOURS * 3600) return;
    for (const { account, number } of sims.filter((sim) => isThere(sim, t) && !sim.isOnline(t))) {
      const labels = { alertname: 'WhatsAppNumberOffline', alertstate: 'firing', account, number };
      series.add('ALERTS', renderLabels({ ...labels, severity: 'critical' }), t, 1);
    }
  }
}

/** The share of samples in the last `days` in which a number was online. */
export function onlineShare(sim: Sim, days: number): number {
  let known = 0;
  let online = 0;
  for (let t = daysAgo(days) + PHASE_S; t <= END_S; t += STEP_S) {
    if (isDown(t) || !isThere(sim, t) || isOutage(sim.account, t)) continue;
    known += 1;
    online += sim.isOnline(t) ? 1 : 0;
  }
  return online / known;
}
