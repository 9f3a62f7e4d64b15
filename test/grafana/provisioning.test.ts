import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readAlertRules, readProvisioning } from './provisioning.ts';

const rules = readAlertRules();

test('Grafana-managed alerts use the provisioned data source', () => {
  const { datasources } = readProvisioning('datasources') as { datasources: { uid: string }[] };
  for (const { title, condition, data } of rules) {
    const [query, threshold] = data;
    expect(query?.datasourceUid, title).toBe(datasources[0]?.uid);
    expect(query?.model.refId, title).toBe(query?.refId);
    expect(threshold, title).toMatchObject({
      refId: condition,
      datasourceUid: '__expr__',
      model: { refId: condition, type: 'threshold', expression: query?.refId },
    });
  }
});

test('Grafana-managed alerts have the names, labels and annotations of the Prometheus rules', () => {
  const [addresses, prometheus] = ['addresses', 'alerts'].map((name) =>
    readFileSync(new URL(`../../prometheus/${name}.rules.yml`, import.meta.url), 'utf8'),
  );
  const runbooks = /runbook_url: (\S+)/.exec(addresses ?? '')?.[1];
  expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
  for (const { title, annotations, labels } of rules) {
    expect(prometheus).toContain(`- alert: ${title}\n`);
    expect(labels['severity'], title).toBe('critical');
    expect(annotations['runbook_url'], title).toBe(`${runbooks}#${title.toLowerCase()}`);
    expect(annotations['dashboard_url'], title).toMatch(
      /^\{\{ reReplaceAll "\/\$" "" externalURL \}\}\/d\/whatsapp-(overview|number|exporter)\b/,
    );
    expect(annotations['summary'], title).toMatch(/^[A-Z].+\.$/);
  }
});

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the alerts say that an empty default contact point notifies nobody, and name the example', () => {
  for (const path of ['grafana/provisioning/alerting/whatsapp.yml', 'docs/dashboards.md']) {
    expect(read(path).toLowerCase(), path).toContain('nobody is notified');
    expect(read(path), path).toContain('contact-points.example.yml');
  }
});

test('the example notifies the contact point that it defines', () => {
  const { contactPoints, policies } = parse(read('grafana/contact-points.example.yml')) as {
    contactPoints: { name: string; receivers: { uid: string; type: string }[] }[];
    policies: { receiver: string }[];
  };
  expect(policies.map(({ receiver }) => receiver)).toEqual(contactPoints.map(({ name }) => name));
  expect(contactPoints[0]?.receivers[0]?.type).toBe('email');
});
