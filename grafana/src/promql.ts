/**
 * PromQL shared by the dashboards. Two rules apply throughout. Replicas of the exporter report the
 * same numbers, so values are first aggregated to one per number or account, across `instance`. And
 * differences are taken per number before summing, because a number that joins or leaves would
 * otherwise change the sum by its whole month.
 */

const TARGET = 'job=~"$job", instance=~"$instance"';
const ACCOUNT = `${TARGET}, account=~"$account"`;

/** A metric of the scraped process, such as `up`. */
export const target = (metric: string) => `${metric}{${TARGET}}`;
export const account = (metric: string) => `whatsapp_${metric}{${ACCOUNT}}`;
const NUMBER = `${ACCOUNT}, number=~"$number"`;
export const number = (metric: string) => `whatsapp_number_${metric}{${NUMBER}}`;
const conversations = (category: string) =>
  `whatsapp_number_conversations_total{${NUMBER}, category="${category}"}`;

export const perAccount = (expr: string) => `max by (account) (${expr})`;
export const perNumber = (expr: string) => `max by (account, number) (${expr})`;
export const accountNow = (metric: string) => perAccount(account(metric));
export const numberNow = (metric: string) => perNumber(number(metric));

/**
 * The accounts of the exporters, whether these run or not: a stopped exporter reports nothing. An account
 * that only stopped exporters reported within a day is kept; one that a running exporter no longer
 * reports was removed. A target that was replaced has no `up`; it counts as stopped if none runs.
 */
export const ACCOUNTS =
  `(${account('up')}` +
  ` or last_over_time(${account('up')}[1d]) and on (job, instance) ${target('up')} == 0` +
  ` or last_over_time(${account('up')}[1d]) unless on () ${target('up')} == 1)`;

/** Time of the last successful poll, which a stopped or restarted exporter does not know. */
export const LAST_SUCCESS =
  `(${perAccount(`last_over_time(${account('last_success_timestamp_seconds')}[1d])`)}` +
  ` and on (account) ${ACCOUNTS})`;

/** Each failure or anomaly once, though every replica polls and counts it. */
export const countedOnce = (by: string, counter: string, window: string) =>
  `max by (account, ${by}) (increase(${account(counter)}${window}))`;

/** The gauges that restart at 0 with each month, after `whatsapp_number_` and `whatsapp_account_`. */
export const MONTH = {
  all: 'conversations_this_month',
  marketing: 'marketing_conversations_this_month',
  service: 'service_conversations_this_month',
  incoming: 'incoming_conversations_this_month',
} as const;

export const ONLINE = numberNow('online');
/** Unlike `count(x == 0)`, this is 0 if no value is 0, and empty only if there are no values. */
export const countOfZero = (expr: string) => `sum(${expr} == bool 0)`;

/** After a longer gap, a count no longer continues from its last value. */
const GAP = '6h';

const lastValue = (gauge: string, offset = '') =>
  perNumber(`last_over_time(${number(gauge)}[${GAP}]${offset})`);

/**
 * A month-to-date gauge for a curve over many numbers. Uses the last value, so that the sum does not
 * drop while polls fail, and looks five minutes ahead, so that a curve from the start of the month
 * begins at 0 and not with the previous month.
 */
export const monthToDate = (gauge: string) => lastValue(gauge, ' offset -5m');

/**
 * The growth of a month-to-date gauge from each point of a graph to the next, so that the bar at
 * midnight covers the day that follows, and the last bar covers today so far. Unlike increase(), it is
 * exact, subtracts corrections, and loses nothing when `instance` changes. Of a correction in the same
 * step as the start of a month, only the new month's part is visible.
 */
export function growth(gauge: string): string {
  const series = number(gauge);
  const month = account('account_month_start_timestamp_seconds');
  const during = '[$__interval] offset -$__interval';
  const end = perNumber(`last_over_time(${series}${during})`);
  const before = lastValue(gauge);
  const peak = perNumber(`max_over_time(${series}${during})`);
  const first = perNumber(`min_over_time(${series}${during})`);
  const isNewMonth =
    perAccount(`last_over_time(${month}${during})`) +
    ` != ${perAccount(`last_over_time(${month}[${GAP}])`)}`;
  // The growth is relative to the previous value. In a new month the gauge restarted at 0, after some
  // last growth in the old month, which is unknown if the new count is already higher. A new number
  // counts from its first value.
  const base =
    `(${before} unless on (account) (${isNewMonth}))` +
    ` or clamp_max(${before} - (${peak} > ${end}), 0) or 0 * ${before} or ${first}`;
  return `${end} - (${base})`;
}

/**
 * Conversations of a category from each point of a graph to the next. Cheap, for small steps. Misses
 * gaps longer than a step, and extrapolates as increase() does.
 */
export const counted = (category: string) =>
  `sum(${perNumber(`increase(${conversations(category)}[$__interval] offset -$__interval)`)})`;

/**
 * The last value of a month-to-date gauge in the month before the one at the end of the range. Half an
 * hour is the largest step that hits 04:00 and midnight in every time zone. If the provider restarts
 * its counts late, up to half an hour of conversations is missing.
 */
export function lastMonth(gauge: string): string {
  const month = account('account_month_start_timestamp_seconds');
  const isOtherMonth = `${perAccount(month)} != ${perAccount(`${month} @ end()`)}`;
  const other = `${numberNow(gauge)} and on (account) (${isOtherMonth})`;
  return `last_over_time((${other})[32d:30m] @ end())`;
}

const DAY_S = 86_400;
const MONTH_START = perAccount(`${account('account_month_start_timestamp_seconds')} @ end()`);

/**
 * The provider's statistics of a complete month, by account. A selection of numbers matches no category,
 * because there are no such statistics of single numbers.
 */
const PAST_MONTHS = `whatsapp_account_month_conversations{${ACCOUNT}, category=~"$number"}`;

/** Where the statistics are of the month whose number is 100 * year + month. */
const ofMonth = (statistics: string, yearAndMonth: string) =>
  `sum by (account) (${statistics} and on (account, month) label_replace(` +
  `count_values by (account) ("month", ${yearAndMonth}), "month", "$1-$2", "month", "(....)(..)"))`;

const yearAndMonth = (instant: string) => `100 * year(${instant}) + month(${instant})`;
const statisticsNow = `max by (account, month, category) (${PAST_MONTHS} @ end())`;

/**
 * The final count of last month by account: that of Prometheus, or the provider's if Prometheus was not
 * running then.
 */
export const LAST_MONTH =
  `sum by (account) (${lastMonth(MONTH.all)})` +
  ` or ${ofMonth(statisticsNow, yearAndMonth(`(${MONTH_START} - ${DAY_S})`))}`;

/** The final count of the same month in the previous year, by account. */
export const YEAR_AGO = ofMonth(
  statisticsNow,
  `${yearAndMonth(`(${MONTH_START} + ${DAY_S})`)} - 100`,
);

/**
 * The complete months of this year or of an earlier one, by `calendar_month` (01 to 12). A backfilled
 * series has one sample, at 00:00 UTC, where a subquery with a step of a day is evaluated.
 */
export function monthsOfYear(yearsAgo: number): string {
  const all =
    `${statisticsNow} or max by (account, month, category)` +
    ` (last_over_time(${PAST_MONTHS}[731d:1d] @ end()))`;
  const year = `year(${MONTH_START} + ${DAY_S})${yearsAgo === 0 ? '' : ` - ${yearsAgo}`}`;
  const split =
    `label_replace(label_replace(${all}, "year", "$1", "month", "(....).*"),` +
    ` "calendar_month", "$1", "month", ".*-(..)")`;
  return (
    `sum by (calendar_month) (${split}` +
    ` and on (account, year) count_values by (account) ("year", ${year}))`
  );
}

/**
 * The expected value of a month-to-date gauge at the end of the month, if each remaining hour is like
 * the average hour of the last seven days. A whole week, because weekends differ from working days.
 */
export const forecast = (gauge: string) =>
  expected(numberNow(gauge), perNumber(`${number(gauge)} offset 1h`));

/** The same from the totals of accounts, whatever numbers are selected. */
export const accountForecast = (gauge: string) =>
  expected(accountNow(`account_${gauge}`), perAccount(`${account(`account_${gauge}`)} offset 1h`));

function expected(now: string, hourAgo: string): string {
  const hourly = `clamp_min(${now} - ${hourAgo}, 0)`;
  const remainingS = `clamp_min(${accountNow('account_month_end_timestamp_seconds')} - time(), 0)`;
  return (
    `${now} + avg_over_time((${hourly})[7d:1h]) / 3600` +
    ` * on (account) group_left () ${remainingS}`
  );
}

/**
 * Keeps the `k` series with the highest maximum in the range. They are selected once for the whole
 * range, so that lines have no gaps. Must be the outermost operation: Prometheus may break ties
 * differently in two evaluations.
 */
export const highest = (k: number, expr: string) =>
  `${expr} and topk(${k}, max_over_time((${expr})[$__range:$__interval] @ end()))`;
