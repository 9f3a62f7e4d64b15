import { nameOf, type Rule } from './rule-files.ts';

export interface Mutant {
  /** Rule and change; unique. */
  readonly name: string;
  readonly original: Rule;
  readonly rule: Rule;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
const SET_OPERATOR = /\b(?:and|unless|or)\b/g;

/** Every way to weaken a rule by one change of a clause, number, range, matcher or duration. */
export function mutantsOf(rule: Rule): Mutant[] {
  const { expr, record } = rule;
  // Only its labels matter.
  if (record?.endsWith(':info')) return [];
  const edits = [
    ...clauseEdits(expr),
    ...numberEdits(expr),
    ...durationEdits(rule),
    ...matcherEdits(expr),
    // The value of an info metric is always 1.
    ...replaceAllBy(expr, /\bmax(?= by\b)(?! by \([^)]*\) \((?:\w+\()?\w+_info\b)/g, () => ['min']),
  ];
  const { for: wait, keep_firing_for: keep, ...rest } = rule;
  const kept = keep === undefined ? {} : { keep_firing_for: keep };
  const waits = wait === undefined ? {} : { for: wait };
  const mutants: [string, Rule][] = [
    ...edits.map((edit): [string, Rule] => [
      describe(expr, edit),
      { ...rule, expr: apply(expr, edit) },
    ]),
    ...(wait === undefined
      ? []
      : ([
          ['no for', { ...rest, ...kept }],
          ['for doubled', { ...rule, for: scaled(wait, 2) }],
        ] satisfies [string, Rule][])),
    ...(keep === undefined
      ? []
      : ([
          ['no keep_firing_for', { ...rest, ...waits }],
          ['keep_firing_for doubled', { ...rule, keep_firing_for: scaled(keep, 2) }],
        ] satisfies [string, Rule][])),
  ];
  return mutants.map(([change, mutated]) => ({
    name: `${nameOf(rule)}: ${change}`,
    original: rule,
    rule: mutated,
  }));
}

/** Without the right side of each set operator; without the left side of each first `or`. */
function clauseEdits(expr: string): Edit[] {
  const hidden = mask(expr);
  return [...hidden.matchAll(SET_OPERATOR)].flatMap(({ 0: operator, index }) => {
    const stops = operator === 'or' ? ['or'] : ['or', 'and', 'unless'];
    const right = { from: index, to: operandEnd(hidden, index + operator.length, stops), text: '' };
    if (operator !== 'or') return [right];
    return [
      right,
      {
        from: operandStart(hidden, index),
        to: index + operator.length + onLength(hidden, index + operator.length),
        text: '',
      },
    ];
  });
}

/** The length of a `on (…)` that belongs to an operator. */
const onLength = (text: string, at: number): number =>
  /^\s*on \([^)]*\)/.exec(text.slice(at))?.[0].length ?? 0;

function operandEnd(text: string, from: number, stops: readonly string[]): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && depth-- === 0) return at;
    if (depth === 0 && (text[at] === ',' || stops.some((word) => isWord(text, at, word))))
      return at;
  }
  return text.length;
}

function operandStart(text: string, before: number): number {
  let depth = 0;
  for (let at = before - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    if (text[at] === '(' && depth-- === 0) return at + 1;
    if (depth === 0 && text[at] === ',') return at + 1;
    if (depth === 0 && isWord(text, at, 'or')) return at + 'or'.length;
  }
  return 0;
}

const isWord = (text: string, at: number, word: string): boolean =>
  text.startsWith(word, at) &&
  /^\W?$/.test(text[at - 1] ?? '') &&
  /^\W?$/.test(text[at + word.length] ?? '');

/**
 * Doubles and halves each number; 0 becomes 1. Left alone: factors that only convert units, and the 0 that a
 * timestamp is compared with, because no timestamp lies between 0 and 1.
 */
function numberEdits(expr: string): Edit[] {
  return replaceAllBy(
    mask(expr),
    /(?<![\w.:]|\* (?=(?:3600|86400)\b)|_timestamp_seconds:\w+\s*\)? > )\d+(?:\.\d+)?(?![\w.:])/g,
    (text) => {
      const number = Number(text);
      return number === 0 ? ['1'] : [`${number * 2}`, `${number / 2}`];
    },
  );
}

/**
 * Doubles and halves each duration. Left alone: the step of a subquery, which only changes its precision, and
 * longer ranges where a rule looks back at its own value, which only bridge gaps between evaluations.
 */
const durationEdits = (rule: Rule): Edit[] =>
  replaceAllBy(rule.expr, /(?<=\[|offset )\d+[smhdw](?![\w:]*")/g, (text, before) => [
    ...(before.endsWith(`${nameOf(rule)}[`) ? [] : [scaled(text, 2)]),
    scaled(text, 0.5),
  ]);

/** Without the matchers, and without each alternative of a regular expression. */
function matcherEdits(expr: string): Edit[] {
  return [
    ...replaceAllBy(expr, /\{[^}]*\}/g, () => ['']),
    ...[...expr.matchAll(/~"([^"]*)"/g)].flatMap(({ 1: alternatives = '', index }) =>
      alternatives.split('|').map((one) => ({
        from: index + 2,
        to: index + 2 + alternatives.length,
        text: alternatives
          .split('|')
          .filter((other) => other !== one)
          .join('|'),
      })),
    ),
  ];
}

function replaceAllBy(
  text: string,
  pattern: RegExp,
  by: (found: string, before: string) => string[],
): Edit[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: found, index }) =>
    by(found, text.slice(0, index)).map((other) => ({
      from: index,
      to: index + found.length,
      text: other,
    })),
  );
}

/** Blanks strings, matchers and ranges, so that searches find code only. Keeps the length. */
const mask = (expr: string): string =>
  expr.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]/g, (found) => '_'.repeat(found.length));

const apply = (expr: string, { from, to, text }: Edit): string =>
  expr.slice(0, from) + text + expr.slice(to);

function describe(expr: string, { from, to, text }: Edit): string {
  const before = expr.slice(0, from).split('\n').length;
  const what = expr.slice(from, to).replaceAll(/\s+/g, ' ').trim();
  return `line ${before}: ${what} -> ${text === '' ? 'nothing' : text}`;
}

function scaled(duration: string, factor: number): string {
  const [, count = '', unit = ''] = /^(\d+)([smhdw])$/.exec(duration) ?? [];
  return `${Number(count) * (SECONDS[unit] ?? NaN) * factor}s`;
}
