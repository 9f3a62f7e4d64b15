import { formatDuration } from '../core/duration.ts';
import type { Config } from './config.ts';
import { parseGiven, parseOrDefault, toProblem, type Given } from './given.ts';
import type { Problem } from './problems.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** Data that lives through so many gaps outlasts two polls in a row that fail. */
const GAPS_KEPT = 3;

/**
 * Data that went away between two good polls would look like a failure, so that it has to live longer
 * than the gaps of the schedule. Not than a gap and a time-out as well: that is up to who sets it.
 */
export function parsePoll(
  given: (setting: Setting) => Given | undefined,
  longestGapMs: (schedule: string) => number,
  problems: Problem[],
): Config['poll'] {
  const { schedule: SCHEDULE, timeout, staleAfter: STALE_AFTER } = SETTINGS;
  const problemsBefore = problems.length;
  const parse = (schedule: string) => ({ schedule, gapMs: longestGapMs(schedule) });
  const { schedule, gapMs } = parseOrDefault({ ...SCHEDULE, parse }, given(SCHEDULE), problems);
  // Of a wrong schedule another one stands here, of which there is nothing to say.
  const isScheduleRight = problems.length === problemsBefore;
  const timeoutMs = parseOrDefault(timeout, given(timeout), problems);
  const livesMs = Math.max(STALE_AFTER.parse(STALE_AFTER.default), GAPS_KEPT * gapMs);
  const staleAfter = given(STALE_AFTER);
  const staleAfterMs = (staleAfter && parseGiven(STALE_AFTER, staleAfter, problems)) ?? livesMs;
  if (isScheduleRight && staleAfter !== undefined && staleAfterMs <= gapMs) {
    const [stale, gap] = [formatDuration(staleAfterMs), formatDuration(gapMs)];
    const example = formatDuration(livesMs);
    const problem =
      `${stale} is not longer than the ${gap} between two polls, so that good data would go away; ` +
      `raise it, or leave it out for ${example}`;
    problems.push(toProblem({ ...STALE_AFTER, example }, staleAfter, problem));
  }
  return { schedule, timeoutMs, staleAfterMs };
}
