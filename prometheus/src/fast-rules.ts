import { parse, stringify } from 'yaml';

interface Rule {
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
}

interface RuleFile {
  readonly groups: readonly { readonly interval: string; readonly rules: readonly Rule[] }[];
}

/** A minute of the shipped rules takes a second. */
const SPEED = 60;
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A rule file for demonstrations: the same rules, with all durations divided by 60. */
export function speedUp(ruleFile: string): string {
  const { groups } = parse(ruleFile) as RuleFile;
  const fast = {
    groups: groups.map(({ interval, rules, ...group }) => ({
      ...group,
      interval: shorten(interval),
      rules: rules.map((rule) => ({
        ...rule,
        expr: speedUpExpression(rule.expr),
        ...(rule.for && { for: shorten(rule.for) }),
        ...(rule.keep_firing_for && { keep_firing_for: shorten(rule.keep_firing_for) }),
      })),
    })),
  };
  return stringify(fast, { lineWidth: 0 });
}

/** Shortens ranges, offsets, and whole minutes that are written as seconds, such as 900. */
function speedUpExpression(expr: string): string {
  return expr
    .replaceAll(/\[[^\]"]+\]|\boffset \w+/g, shorten)
    .replaceAll(/(?<![\w.:"[ms])\d{3,}(?![\w.:"\]])/g, (text) =>
      Number(text) % SPEED === 0 ? String(Number(text) / SPEED) : text,
    );
}

const shorten = (text: string): string =>
  text.replaceAll(/\b(\d+)([smhdw])\b/g, (_, count: string, unit: keyof typeof SECONDS) => {
    return `${(Number(count) * SECONDS[unit] * 1000) / SPEED}ms`;
  });
