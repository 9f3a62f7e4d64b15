/**
 * The PromQL that the dashboards share. Two rules run through all of it: replicas of the exporter
 * report the same number, so a value is first made one per number or account, whatever `instance`
 * says; and a difference is taken per number before anything is summed, since a number that joins
 * or leaves would otherwise move the sum by its whole month.
 */

const TARGET = 'job=~"$job", instance=~"$instance"';
const ACCOUNT = `${TARGET}, account=~"$account"`;

/** A metric of the scraped process, such as `up`. */
export const target = (metric: string) => `${metric}{${TARGET}}`;
export const account = (metric: string) => `whatsapp_${metric}{${ACCOUNT}}`;
const NUMBER = `${ACCOUNT}, number=~"$number"`;
const number = (metric: string) => `whatsapp_number_${metric}{${NUMBER}}`;
const conversations = (category: string) =>
  `whatsapp_number_conversations_total{${NUMBER}, category="${category}"}`;

export const perAccount = (expr: string) => `max by (account) (${expr})`;
const perNumber = (expr: string) => `max by (account, number) (${expr})`;
export const accountNow = (metric: string) => perAccount(account(metric));
export const numberNow = (metric: string) => perNumber(number(metric));

/** The gauges that restart at 0 with each month, after `whatsapp_number_` and `whatsapp_account_`. */
export const MONTH = {
  all: 'conversations_this_month',
  marketing: 'marketing_conversations_this_month',
  service: 'service_conversations_this_month',
  incoming: 'incoming_conversations_this_month',
} as const;

export const ONLINE = numberNow('online');
/** Unlike `count(x == 0)` this is 0 when nothing is 0, and nothing when there is nothing to count. */
export const countOfZero = (expr: string) => `sum(${expr} == bool 0)`;

/** How long a gap may be for a count to go on from what stood there before. */
const GAP = '6h';

const lastSaid = (gauge: string, offset = '') =>
  perNumber(`last_over_time(${number(gauge)}[${GAP}]${offset})`);

/**
 * A month-to-date gauge for a curve of many numbers: what it last said, so that the sum does not fall
 * while polls fail; and said within five minutes, so that a curve that begins at the turn of the
 * month begins at 0 and not with the month before.
 */
export const standing = (gauge: string) => lastSaid(gauge, ' offset -5m');

/**
 * What a month-to-date gauge grew by from each point of a graph to the next, so that the bar which
 * stands at a day's midnight is that day's and today's bar holds today so far. Exact where
 * increase() would extrapolate; subtracts corrections; a new `instance` does not lose the day.
 * Of a correction within a step that holds the turn of the month only the new month's part is seen.
 */
export function growth(gauge: string): string {
  const series = number(gauge);
  const month = account('account_month_start_timestamp_seconds');
  const during = '[$__interval] offset -$__interval';
  const end = perNumber(`last_over_time(${series}${during})`);
  const before = lastSaid(gauge);
  const peak = perNumber(`max_over_time(${series}${during})`);
  const first = perNumber(`min_over_time(${series}${during})`);
  const isNewMonth =
    perAccount(`last_over_time(${month}${during})`) +
    ` != ${perAccount(`last_over_time(${month}[${GAP}])`)}`;
  // A gauge grew from its value before. Where the month turned it restarted at 0, after whatever the
  // old month still gained; that is not known where the new month's count is the higher one already.
  // A number that is new counts from when it was first seen.
  const base =
    `(${before} unless on (account) (${isNewMonth}))` +
    ` or clamp_max(${before} - (${peak} > ${end}), 0) or 0 * ${before} or ${first}`;
  return `${end} - (${base})`;
}

/**
 * Conversations of a category from each point of a graph to the next. Cheap, for fine steps: of a
 * gap longer than a step it tells nothing, and it is off by a fraction as increase() is.
 */
export const counted = (category: string) =>
  `sum(${perNumber(`increase(${conversations(category)}[$__interval] offset -$__interval)`)})`;

/**
 * The last value that a month-to-date gauge had in the month before the one at the range's end.
 * Half an hour is the coarsest step that meets 04:00, and midnight, in every time zone; where the
 * provider restarts its counts late, up to half an hour's conversations are missing.
 */
export function lastMonth(gauge: string): string {
  const month = account('account_month_start_timestamp_seconds');
  const isOtherMonth = `${perAccount(month)} != ${perAccount(`${month} @ end()`)}`;
  const other = `${numberNow(gauge)} and on (account) (${isOtherMonth})`;
  return `last_over_time((${other})[32d:30m] @ end())`;
}

/**
 * Where a month-to-date gauge will stand at the month's end if each hour to come brings what the
 * average hour of the last seven days did: whole weeks, because weekends are unlike working days.
 */
export function forecast(gauge: string): string {
  const now = numberNow(gauge);
  const hourly = `clamp_min(${now} - ${perNumber(`${number(gauge)} offset 1h`)}, 0)`;
  const remainingS = `clamp_min(${accountNow('account_month_end_timestamp_seconds')} - time(), 0)`;
  return (
    `${now} + avg_over_time((${hourly})[7d:1h]) / 3600` +
    ` * on (account) group_left () ${remainingS}`
  );
}

/**
 * The share of the time in which a number was online, looked at every `step`; time without data does
 * not count. Not an average of samples, of which there are twice as many while two replicas run.
 */
export const uptime = (window: string, step: string) =>
  `avg_over_time(${ONLINE}[${window}:${step}])`;

/** Unix seconds at which a number was last seen to change its state within the range. */
export const LAST_CHANGE =
  `max_over_time(timestamp(${ONLINE}` +
  ` != ${perNumber(`${number('online')} offset $__interval`)})[$__range:$__interval])`;

/** Seconds since the last change, or since the number was first seen within the range. */
export const TIME_IN_STATE = `time() - (${LAST_CHANGE} or min_over_time(timestamp(${ONLINE})[$__range:$__interval]))`;

/**
 * Keeps the `k` series that reach highest within the range. The choice is made once for the whole
 * range, so that no line has holes. It must stand outermost: of two choices between equals Prometheus
 * may make two different ones.
 */
export const highest = (k: number, expr: string) =>
  `${expr} and topk(${k}, max_over_time((${expr})[$__range:$__interval] @ end()))`;

/**
 * Keeps the numbers that were offline the longest within the range. Between equals the one with
 * more conversations comes first, or every refresh would show others.
 */
export const leastOnline = (k: number, expr: string) =>
  `(${expr}) and on (account, number) bottomk(${k}, avg_over_time(` +
  `(${ONLINE} - 1e-12 * ${numberNow(MONTH.all)})[$__range:$__interval] @ end()))`;

/**
 * One row of names a number: while a rename is under way two replicas may tell two, and a number
 * must not be matched or listed twice.
 */
const namesOf = (labels: string, info: string) =>
  `topk by (account, number) (1, max by (account, number, ${labels}) (${info}))`;

export const NAMES = namesOf('display_name, business_name', number('info'));

/**
 * Adds the label `display_name`: the name at the range's end, so that a rename within the range does
 * not break a line in two. A number without one at the range's end stays, without the label.
 */
export const named = (expr: string) =>
  `(${expr}) * on (account, number) group_left (display_name)` +
  ` ${namesOf('display_name', `${number('info')} @ end()`)}` +
  ` or on (account, number) (${expr})`;
