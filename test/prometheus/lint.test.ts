import { expect, test } from 'vitest';

import { dashboardUrl, lintGroups, runbookUrl } from './rule-lint.ts';
import { readGroups, type Group, type Rule } from './rule-files.ts';

test('the rules follow the house rules of mixins and pint', () => {
  expect(lintGroups(readGroups())).toEqual([]);
});

const good = {
  alert: 'WhatsAppExample',
  expr: 'max by (account, number) (whatsapp_number_online) == 0',
  for: '5m',
  labels: { severity: 'warning' },
  annotations: {
    summary: 'A number is bad.',
    description: 'Number {{ $labels.number }} is bad.',
    runbook_url: runbookUrl('whatsappexample'),
    dashboard_url: dashboardUrl(
      'whatsapp-number?var-account={{ $labels.account }}&var-number={{ $labels.number }}',
    ),
  },
};

const group = (rules: readonly Rule[], more: Partial<Group> = {}): Group[] => [
  { name: 'example', interval: '1m', rules, ...more },
];
const annotated = (annotations: Partial<(typeof good)['annotations']>): Group[] =>
  group([{ ...good, annotations: { ...good.annotations, ...annotations } }]);
const expressed = (expr: string, more: Partial<Rule> = {}): Group[] =>
  group([{ ...good, expr, ...more }]);

test('the rule that the invalid ones below are derived from is valid', () => {
  expect(lintGroups(group([good]))).toEqual([]);
});

test.for<[string, Group[]]>([
  ['the name has more than 40', group([good], { name: 'x'.repeat(41) })],
  ['more than 20 rules', group(Array.from({ length: 21 }, () => good))],
  ['the interval must be set', group([good], { interval: '10m' })],
  ['topk and bottomk', expressed('max by (account, number) (topk(3, whatsapp_up)) == 1')],
  [
    'a rate of a metric that is not a counter',
    expressed('sum by (account, number) (rate(whatsapp_up[5m])) > 1'),
  ],
  ['a plain string', expressed('max by (account, number) (whatsapp_up{account=~"a"}) == 1')],
  ['a sum before the rate', expressed('sum by (account, number) (whatsapp_polls_total) > 1')],
  ['not in CamelCase', group([{ ...good, alert: 'WhatsApp_example' }])],
  ['the name has more than 40', group([{ ...good, alert: `WhatsApp${'x'.repeat(40)}` }])],
  ['begin with WhatsApp', group([{ ...good, alert: 'Example' }])],
  ['the severity is unknown', group([{ ...good, labels: { severity: 'page' } }])],
  [
    'changes with the value',
    group([{ ...good, labels: { severity: 'info', at: '{{ $value }}' } }]),
  ],
  ['not a sentence', annotated({ summary: 'a number is bad' })],
  ['the summary is templated', annotated({ summary: 'Number {{ $labels.number }} is bad.' })],
  ['the description is not templated', annotated({ description: 'A number is bad.' })],
  ['lead to its section', annotated({ runbook_url: runbookUrl('whatsappanother') })],
  ['does not lead to a dashboard', annotated({ dashboard_url: dashboardUrl('another') })],
  ['does not lead to a dashboard', annotated({ dashboard_url: '/d/whatsapp-number' })],
  [
    'leaves out the account',
    annotated({ dashboard_url: dashboardUrl('whatsapp-number?var-number=1') }),
  ],
  [
    'does not lead to the remedy',
    annotated({ description: '{{ $labels.number }} {{ query "whatsapp_poll_failure_info" }}' }),
  ],
  [
    'leaves out the number',
    annotated({ dashboard_url: dashboardUrl('whatsapp-number?var-account=1') }),
  ],
  ['has no condition', expressed('max by (account, number) (whatsapp_number_online)')],
  ['absent without for', expressed('absent(up{job="a"})', { for: '30s' })],
  ['does not have', expressed('max by (account) (whatsapp_number_online) == 0')],
  ['does not have', expressed('account:whatsapp_up:max == 0')],
  ['is defined twice', group([good, good])],
])('a rule is rejected: %s', ([problem, groups]) => {
  expect(lintGroups(groups).join('\n')).toContain(problem);
});
