import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { optionalPrometheusTools } from '../support/prometheus.ts';
import { readGroups, readText, rootPath, rulesOf, run } from './rule-files.ts';

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

const FILE = 'prometheus/alertmanager.yml';
const amtool = (await optionalPrometheusTools())?.amtool;
const withTools = test.skipIf(amtool === undefined);

const alerts = rulesOf(readGroups()).flatMap(({ alert }) => alert ?? []);
const { inhibit_rules: rules } = parse(readText(FILE)) as { inhibit_rules: InhibitRule[] };

withTools('amtool accepts the Alertmanager configuration', async () => {
  const checked = await run(amtool ?? '', ['check-config', rootPath(FILE)]);
  expect(checked, checked.output).toMatchObject({ code: 0 });
});

withTools.for([
  ['pager', 'severity=critical'],
  ['tickets', 'severity=warning'],
  ['nobody', 'severity=info'],
  ['tickets', 'severity=unheard-of'],
] as const)('the Alertmanager example routes to %s: %s', async ([receiver, label]) => {
  const args = ['config', 'routes', 'test', `--config.file=${rootPath(FILE)}`];
  const routed = await run(amtool ?? '', [...args, `--verify.receivers=${receiver}`, label]);
  expect(routed, routed.output).toMatchObject({ code: 0 });
});

/** Matches the name of the alert only. Alertmanager anchors its regular expressions. */
function matches([matcher = '']: readonly string[], alert: string): boolean {
  const [, operator, value = ''] = /^alertname(=~?)"(.*)"$/.exec(matcher) ?? [];
  return operator === '=' ? value === alert : new RegExp(`^(?:${value})$`).test(alert);
}

const inhibitors = (target: string): Set<string> =>
  new Set(
    rules
      .filter(({ target_matchers: matchers }) => matches(matchers, target))
      .flatMap((rule) => alerts.filter((alert) => matches(rule.source_matchers, alert))),
  );

const DOWN = ['WhatsAppExporterDown', 'WhatsAppExporterAbsent'];
const FAILING = [
  'WhatsAppTokenRejected',
  'WhatsAppProviderUnreachable',
  'WhatsAppResponseUnusable',
];
const SUSPENDED = 'WhatsAppNumberSuspended';
const MOST = 'WhatsAppAccountMostNumbersOffline';

test.for<[string, readonly string[]]>([
  ['WhatsAppNumberOffline', [...DOWN, ...FAILING, MOST, SUSPENDED]],
  ['WhatsAppNumberFlapping', [...DOWN, ...FAILING, MOST, SUSPENDED, 'WhatsAppNumberOffline']],
  ['WhatsAppNumberSilent', [...DOWN, ...FAILING, MOST, SUSPENDED, 'WhatsAppNumberOffline']],
  ['WhatsAppOnlineAccountSuspended', DOWN],
  [MOST, [...DOWN, ...FAILING]],
  ['WhatsAppDataStale', [...DOWN, 'WhatsAppTokenRejected']],
  ['WhatsAppPollNeverSucceeded', [...DOWN, 'WhatsAppTokenRejected']],
  ['WhatsAppTokenRejected', DOWN],
  ['WhatsAppProviderUnreachable', DOWN],
  ['WhatsAppMarketingSpike', DOWN],
  ['WhatsAppBudgetExceeded', DOWN],
  ['WhatsAppExporterDown', []],
  ['WhatsAppExporterAbsent', []],
  ['WhatsAppExporterReplicaDown', []],
  ['WhatsAppConfigReloadFailed', []],
])('%s is inhibited by its causes only', ([target, causes]) => {
  expect([...inhibitors(target)].toSorted()).toEqual([...causes].toSorted());
});

test('no alert of a number or an account is inhibited by that of another one', () => {
  for (const rule of rules) {
    const sources = alerts.filter((alert) => matches(rule.source_matchers, alert));
    expect(sources.length).toBeGreaterThan(0);
    if (sources.every((alert) => DOWN.includes(alert))) continue;
    const equal = sources.some((alert) => alert.startsWith('WhatsAppNumber'))
      ? ['account', 'number']
      : ['account'];
    expect(rule.equal).toEqual(equal);
  }
});
