import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { speedUp } from '../../prometheus/src/fast-rules.ts';
import { RULE_FILES } from '../../prometheus/src/generated.ts';
import { eventually, portOf, startProgram } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { startAlertmanager, startPrometheus } from '../support/prometheus-server.ts';
import { environmentFor, startProvider } from '../support/simulated-provider.ts';

const tools = await optionalPrometheusTools();

interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A receiver for Alertmanager's webhooks, and the notifications it received. */
async function startWebhook(): Promise<{ url: string; alerts: Alert[] }> {
  const alerts: Alert[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    alerts.push(...(JSON.parse(await text(request)) as { alerts: Alert[] }).alerts);
    response.end();
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, alerts };
}

/** The shipped rules with seconds instead of minutes. */
function inSeconds(file: string): string {
  return speedUp(readFileSync(file, 'utf8')).replace(
    'grafana_url: ""',
    'grafana_url: http://grafana.invalid',
  );
}

/** The shipped Alertmanager example with this webhook as the pager, and without delays. */
function alertmanagerWith(webhook: string): string {
  const config = parse(readFileSync('prometheus/alertmanager.yml', 'utf8')) as {
    route: Record<string, unknown>;
    receivers: Record<string, unknown>[];
  };
  Object.assign(config.route, { group_wait: '0s', group_interval: '1s' });
  const pager = config.receivers.find(({ name }) => name === 'pager');
  Object.assign(pager ?? {}, { webhook_configs: [{ url: webhook, send_resolved: true }] });
  return stringify(config);
}

type Fleet = (entry: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** The built program with the simulator, scraped by a real Prometheus with the shipped rules. */
async function startStack(
  toFleet: Fleet = (entry) => entry,
  online: Readonly<Record<string, string>> = {},
) {
  const webhook = await startWebhook();
  const alertmanager = await startAlertmanager(
    tools?.alertmanager ?? '',
    alertmanagerWith(webhook.url),
  );
  const provider = await startProvider(3);
  provider.faults.numbers = {
    kind: 'transform',
    transform: (good) => ({
      ...good,
      list: (good['list'] as Record<string, unknown>[]).map(toFleet),
    }),
  };
  provider.faults.online_accounts = {
    kind: 'transform',
    transform: (good) => ({
      ...good,
      list: Object.entries(online).map(([account_id, account_status]) => ({
        account_id,
        account_name: `Shop ${account_id}`,
        account_status,
        server: 'online',
        create_time: 1_735_811_185,
      })),
    }),
  };
  const exporter = startProgram([], {
    ...environmentFor(provider),
    WHATSAPP_POLL_SCHEDULE: '1s',
    WHATSAPP_COLLECTORS_ONLINE_ACCOUNTS: '1m',
  });
  const target = `127.0.0.1:${await portOf(exporter)}`;
  const rules = Object.fromEntries(RULE_FILES.map((file) => [basename(file), inSeconds(file)]));
  const prometheus = await startPrometheus(tools?.prometheus ?? '', {
    'prometheus.yml': stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: Object.keys(rules),
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }],
      },
      scrape_configs: [{ job_name: 'whatsapp-exporter', static_configs: [{ targets: [target] }] }],
    }),
    ...rules,
  });
  const known = await eventually(async () => {
    const samples = await prometheus.query('account_number:whatsapp_number_online:max == 1');
    return samples.length === 3 ? samples : undefined;
  }, 'all numbers to be seen online');
  const isSuspended = Object.values(online).includes('suspended');
  if (!isSuspended) expect(webhook.alerts).toEqual([]);
  return {
    webhook,
    alertmanager,
    provider,
    exporter,
    numbers: known.map(({ labels }) => labels['number'] ?? ''),
  };
}

test.skipIf(tools === undefined)(
  'a number that goes offline pages once, and its recovery sends a resolved notification',
  { timeout: 120_000 },
  async () => {
    let offline: string | undefined;
    const { webhook, numbers } = await startStack((entry) => ({
      ...entry,
      display_name: 'סטודיו נגה',
      isOnline: entry['whatsapp'] === offline ? 0 : 1,
    }));

    offline = numbers[0] ?? '';
    const fired = await eventually(() => webhook.alerts[0], 'the page', 30_000);
    expect(fired.status).toBe('firing');
    expect(fired.labels).toMatchObject({
      alertname: 'WhatsAppNumberOffline',
      severity: 'critical',
      account: 'acme',
      number: offline,
    });
    expect(fired.annotations['description']).toContain(`${offline} (סטודיו נגה) of account acme`);
    expect(fired.annotations['dashboard_url']).toBe(
      `http://grafana.invalid/d/whatsapp-number?var-account=acme&var-number=${offline}`,
    );

    offline = undefined;
    const resolved = await eventually(
      () => webhook.alerts.find(({ status }) => status === 'resolved'),
      'the resolution',
      30_000,
    );
    expect(resolved.labels).toEqual(fired.labels);
    expect(new Set(webhook.alerts.map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
  },
);

test.skipIf(tools === undefined)(
  'a suspended Online account pages once for its numbers, and another offline number still pages',
  { timeout: 120_000 },
  async () => {
    let offline = false;
    let other: unknown;
    const { webhook, alertmanager, numbers } = await startStack(
      (entry) => {
        other ??= entry['whatsapp'];
        const onlineAccount = entry['whatsapp'] === other ? 1 : 2;
        return { ...entry, isOnline: offline ? 0 : 1, onlineAccount, onlineInbox: 7 };
      },
      { 1: 'active', 2: 'suspended' },
    );
    const fired = await eventually(() => webhook.alerts[0], 'the page', 30_000);
    expect(fired.labels).toMatchObject({
      alertname: 'WhatsAppOnlineAccountSuspended',
      severity: 'critical',
      account: 'acme',
      online_account: '2',
    });
    expect(fired.annotations['description']).toMatch(/^Online account 2 \(Shop 2\) .*: 2\. Ask/);

    offline = true;
    const paged = await eventually(() => webhook.alerts[1], 'the other number', 30_000);
    expect(paged.labels).toMatchObject({ alertname: 'WhatsAppNumberOffline', number: other });
    const states = await eventually(async () => {
      const response = await fetch(
        `${alertmanager}/api/v2/alerts?filter=alertname=WhatsAppNumberOffline`,
      );
      const alerts = (await response.json()) as {
        labels: Record<string, string>;
        status: { state: string };
      }[];
      return alerts.length === 3 ? alerts : undefined;
    }, 'the alerts of all three numbers');
    expect(
      Object.fromEntries(states.map(({ labels, status }) => [labels['number'], status.state])),
    ).toEqual(
      Object.fromEntries(
        numbers.map((number) => [number, number === other ? 'active' : 'suppressed']),
      ),
    );
    expect(webhook.alerts).toHaveLength(2);
  },
);

test.skipIf(tools === undefined)(
  'rejected credentials page for the account, and a dead exporter pages for itself',
  { timeout: 120_000 },
  async () => {
    const { webhook, provider, exporter } = await startStack((entry) => ({
      ...entry,
      isOnline: 1,
    }));
    const firstOf = (name: string) =>
      eventually(
        () => webhook.alerts.find(({ labels }) => labels['alertname'] === name),
        name,
        40_000,
      );
    provider.revokeTokens();
    provider.faults.token = { kind: 'fail', reason: 2 };
    expect((await firstOf('WhatsAppTokenRejected')).labels).toMatchObject({ account: 'acme' });

    exporter.process.kill('SIGKILL');
    const down = await firstOf('WhatsAppExporterDown');
    expect(down.annotations['runbook_url']).toMatch(/docs\/runbooks\.md#whatsappexporterdown$/);
    const paged = webhook.alerts.map(({ labels }) => labels['alertname']);
    expect(paged, 'no alert about numbers without data').not.toContain('WhatsAppNumberOffline');
  },
);
