import { formatDuration } from '../core/duration.ts';
import type { Config } from './config.ts';
import { parseGiven, parseOrDefault, toProblem, type Given } from './given.ts';
import { invalid, type Problem } from './problems.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** By default data outlives two failed polls in a row, and is stale once the third has failed. */
const GAPS_KEPT = 3;

/** The provider limits its API. Polls this frequent are for the demo and tests, on this machine. */
const GAP_MS_MIN = 10_000;

/** Data must live longer than the usual gap of the schedule: else it would vanish between two good polls. */
export function parsePoll(
  given: (setting: Setting) => Given | undefined,
  usualGapMs: (schedule: string) => number,
  { isLocal, problems }: { isLocal: boolean; problems: Problem[] },
): Config['poll'] {
  const { schedule: SCHEDULE, timeout, staleAfter: STALE_AFTER } = SETTINGS;
  const problemsBefore = problems.length;
  const parse = (schedule: string) => {
    const gap = usualGapMs(schedule);
    if (gap < GAP_MS_MIN && !isLocal) {
      invalid(`polls every ${formatDuration(gap)}; at least 10s must lie between two polls`);
    }
    return { schedule, gapMs: gap };
  };
  const { schedule, gapMs } = parseOrDefault({ ...SCHEDULE, parse }, given(SCHEDULE), problems);
  // An invalid schedule has been replaced by the default, which says nothing about stale_after.
  const isScheduleValid = problems.length === problemsBefore;
  const timeoutMs = parseOrDefault(timeout, given(timeout), problems);
  const defaultMs = Math.max(STALE_AFTER.parse(STALE_AFTER.default), GAPS_KEPT * gapMs + timeoutMs);
  const staleAfter = given(STALE_AFTER);
  const staleAfterMs = (staleAfter && parseGiven(STALE_AFTER, staleAfter, problems)) ?? defaultMs;
  if (isScheduleValid && staleAfter !== undefined && staleAfterMs <= gapMs) {
    const [stale, gap] = [formatDuration(staleAfterMs), formatDuration(gapMs)];
    const example = formatDuration(defaultMs);
    const problem =
      `${stale} is not longer than the ${gap} between two polls, so good data would vanish; ` +
      `raise it, or omit it for ${example}`;
    problems.push(toProblem({ ...STALE_AFTER, example }, staleAfter, problem));
  }
  return { schedule, timeoutMs, staleAfterMs };
}
