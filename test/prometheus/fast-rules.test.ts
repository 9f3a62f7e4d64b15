import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { RULE_FILES } from '../../prometheus/src/generated.ts';
import { speedUp } from '../../prometheus/src/fast-rules.ts';
import { nameOf, readText, rulesOf, type Group } from './rule-files.ts';

const groupsOf = (text: string) => (parse(text) as { groups: Group[] }).groups;

test('the rules of the demo are those that are shipped, but for durations and whole minutes', () => {
  const durations = /\b\d+(?:ms|[smhdw])\b/g;
  const minutes = /(?<![\w.:"])\d+(?![\w.:"])/g;
  const rest = (text = '') => text.replaceAll(durations, '_').replaceAll(minutes, '_');
  for (const file of RULE_FILES) {
    const shipped = rulesOf(groupsOf(readText(file)));
    const fast = rulesOf(groupsOf(speedUp(readText(file))));
    expect(fast.map(nameOf)).toEqual(shipped.map(nameOf));
    expect(fast.map(({ expr }) => rest(expr))).toEqual(shipped.map(({ expr }) => rest(expr)));
    expect(fast.map(({ annotations }) => annotations)).toEqual(
      shipped.map(({ annotations }) => annotations),
    );
  }
});

test('a minute of a rule takes a second in the demo', () => {
  const expr =
    'max_over_time(a:b4h:increase4h{c="600"}[1d:2h] offset 5m) > 900 and x:y:4h > 100 * 3 * 86400';
  const rule = { alert: 'A', expr, for: '2m', keep_firing_for: '1h', labels: { at: '5m' } };
  const file = { groups: [{ name: 'a', interval: '1m', rules: [rule] }] };
  expect(parse(speedUp(JSON.stringify(file)))).toEqual({
    groups: [
      {
        name: 'a',
        interval: '1000ms',
        rules: [
          {
            ...rule,
            expr: 'max_over_time(a:b4h:increase4h{c="600"}[1440000ms:120000ms] offset 5000ms) > 15 and x:y:4h > 100 * 3 * 1440',
            for: '2000ms',
            keep_firing_for: '60000ms',
          },
        ],
      },
    ],
  });
});
