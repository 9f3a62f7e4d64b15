import type { Problem } from '../core/problem.ts';

export type { Problem };

/** Thrown by the parser of a value. The message never repeats the value. */
export class InvalidValue extends Error {}

/** As an expression, so that a parser reads `parseDuration(text) ?? invalid('...')`. */
export function invalid(problem: string): never {
  throw new InvalidValue(problem);
}

const QUOTED_LENGTH_MAX = 60; // Enough to recognise a value; a pasted file would hide the message.

export function quote(text: string): string {
  const cut = text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}...` : text;
  return JSON.stringify(cut);
}

/** All problems as text for stderr, ending in a newline. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const blocks = problems.map(({ name, problem, meaning, example }) =>
    [`  ${name}: ${problem}`, `      Meaning: ${meaning}`, `      Example: ${example}`].join('\n'),
  );
  return `${[`${count} in the configuration`, ...blocks].join('\n\n')}\n`;
}
