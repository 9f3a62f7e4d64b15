import { InvalidValue, quote, type Problem } from './problems.ts';
import type { Setting } from './settings.ts';

/** A value as the user gave it, still text. */
export interface Given {
  readonly text: string;
  readonly from: 'flag' | 'environment' | 'file';
  /** As the user wrote it, in a file with its place. */
  readonly name: string;
}

/** A variable's value; an empty variable counts as not set. */
export function fromEnvironment(
  setting: Setting,
  env: Readonly<Record<string, string | undefined>>,
): Given | undefined {
  const text = env[setting.env] ?? '';
  return text === '' ? undefined : { text, from: 'environment', name: setting.env };
}

/** The value, or undefined after adding to `problems` what is wrong with it. */
export function parseGiven<T>(setting: Setting<T>, given: Given, problems: Problem[]) {
  try {
    return setting.parse(given.text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const shown = setting.hidden ? '' : `${quote(given.text)} `;
    problems.push(toProblem(setting, given, shown + error.message));
    return undefined;
  }
}

/** A wrong value is noted and the default stands in for it, so that the rest is checked as well. */
export function parseOrDefault<T>(
  setting: Setting<T> & { readonly default: string },
  given: Given | undefined,
  problems: Problem[],
): T {
  return (given && parseGiven(setting, given, problems)) ?? setting.parse(setting.default);
}

export function toProblem(setting: Setting, given: Given, problem: string): Problem {
  const { meaning, example, env, flag } = setting;
  const name = given.from === 'flag' ? (flag ?? '') : env;
  return {
    name: given.name,
    problem,
    meaning,
    example: given.from === 'file' ? toYamlExample(setting) : `${name}=${quoteForShell(example)}`,
  };
}

/** `poll: { timeout: 20s }` */
export function toYamlExample({ key, example }: Setting): string {
  const [outer = '', inner] = key.split('.');
  const scalar = /^[\w/][\w/.:-]*$/.test(example) ? example : JSON.stringify(example);
  return inner === undefined ? `${outer}: ${scalar}` : `${outer}: { ${inner}: ${scalar} }`;
}

function quoteForShell(text: string): string {
  return /^[\w/.:-]+$/.test(text) ? text : `'${text}'`;
}
