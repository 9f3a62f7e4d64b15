import { accountNow, ACCOUNTS, MONTH, number, numberNow, ONLINE, perNumber } from './promql.ts';

// Which numbers there are, their names, and since when they are online or offline.

/** The value of an unknown state, between offline and online. */
export const UNKNOWN = 0.5;

/**
 * The state of every number. It is unknown if polls of the account fail or its exporter is down, and the
 * number was seen within the range. Numbers that a successful poll no longer reports were removed.
 */
export const STATES =
  `${ONLINE} or ${UNKNOWN} + 0 * (${perNumber(`last_over_time(${number('online')}[$__range])`)}` +
  ` and on (account) ${ACCOUNTS} unless on (account) (${ONLINE} or ${accountNow('up')} == 1))`;

/** The last states of all numbers that were reported within the range. */
export const SEEN = `last_over_time(${number('online')}[$__range] @ end())`;

/** Leaves out removed numbers. */
export const listed = (expr: string) => `(${expr}) and on (account, number) (${STATES})`;

/**
 * The share of time in which a number was online, evaluated every `step`; time without data does not
 * count. Not an average of samples, because two replicas have twice as many.
 */
export const uptime = (window: string, step: string) =>
  `avg_over_time(${ONLINE}[${window}:${step}])`;

/** Unix time of the last change of a number's state within the range. */
export const LAST_CHANGE =
  `max_over_time(timestamp(${ONLINE}` +
  ` != ${perNumber(`${number('online')} offset $__interval`)})[$__range:$__interval])`;

/**
 * Seconds since the last change, or since the number was first seen within the range. Empty while the
 * state is unknown.
 */
export const TIME_IN_STATE =
  `time() - (${LAST_CHANGE} or min_over_time(timestamp(${ONLINE})[$__range:$__interval]))` +
  ` and on (account, number) ${ONLINE}`;

/**
 * Keeps `k` numbers: those that are offline at the end of the range (of too many, the busiest), then those
 * that were offline longest. Ties go to the number with more conversations, so that a refresh does not
 * change the selection. Grafana sorts the rows of a query by their labels, so each part needs its own query.
 */
export function leastOnline(k: number, expr: string): { offline: string; others: string } {
  const isOffline = `on (account, number) (${perNumber(`${number('online')} @ end()`)} == 0)`;
  const busiest = `topk(${k}, ${perNumber(`${number(MONTH.all)} @ end()`)} and ${isOffline})`;
  const share = `avg_over_time((${ONLINE} - 1e-12 * ${numberNow(MONTH.all)})[$__range:$__interval] @ end())`;
  const least = `bottomk(${k}, ${share} - 2 * (${perNumber(SEEN)} == bool 0))`;
  return {
    offline: `(${expr}) and on (account, number) ${busiest}`,
    others: `(${expr}) unless ${isOffline} and on (account, number) ${least}`,
  };
}

/**
 * One row of names per number, for numbers that are reported and for those last seen within the range.
 * During a rename, two replicas may report different names, and a number must not be matched or listed
 * twice.
 */
function namesOf(labels: string, at = ''): string {
  const seen = `last_over_time(${number('info')}[$__range]${at})`;
  const info = `${number('info')}${at} or on (account, number) ${seen}`;
  return `topk by (account, number) (1, max by (account, number, ${labels}) (${info}))`;
}

export const NAMES = namesOf('display_name, business_name');

/**
 * Adds the label `display_name`, with the name at the end of the range, so that a rename does not split
 * a line. A number without a name is kept without the label.
 */
export const named = (expr: string) =>
  `(${expr}) * on (account, number) group_left (display_name) ${namesOf('display_name', ' @ end()')}` +
  ` or on (account, number) (${expr})`;
