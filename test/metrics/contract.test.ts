import { expect, test } from 'vitest';
import { createAccountState } from '../../src/core/account-state.ts';
import { afterRun, createCollectorState, type CollectorViews } from '../../src/core/collector.ts';
import { FAMILIES } from '../../src/metrics/families.ts';
import type { AccountView } from '../../src/metrics/family.ts';
import { parseExposition } from '../support/exposition.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';
import { COLLECTED } from './collected.ts';
import { CLOSED_LABELS, CONTRACT, ofNumbers } from './contract.ts';
import { failed, good, NOW_MS, render, samplesOf, viewAfter } from './views.ts';

const sample = { ...viewAfter('acme', good(sampleResponse())), collectors: COLLECTED };
const failing = viewAfter('fails', failed('http_status'));
/** The values of a metric, with the labels besides the account's. */
async function valuesOf(name: string, view: AccountView) {
  const samples = (await samplesOf(view)).filter((each) => each.name === name);
  return samples.map(({ labels: { account: _account, ...labels }, value }) => [labels, value]);
}

test('exactly the metrics of the contract are served, with their types and labels', async () => {
  const families = parseExposition(await render(sample, failing));
  const served = [...families].map(([name, { type, samples }]) => [
    name,
    type,
    new Set(Object.keys(samples[0]?.labels ?? {})),
  ]);
  const contract = CONTRACT.map(([name, type, labels]) => [name, type, new Set(labels)]);
  expect(new Set(served)).toEqual(new Set(contract));
});

test.each([
  ['whatsapp_poll_failures_total', 'reason'],
  ['whatsapp_response_anomalies_total', 'kind'],
])('%s has every %s from the start, at 0', async (name, label) => {
  const start = {
    state: createAccountState('acme'),
    snapshot: undefined,
    pollIntervalS: 60,
    nextPollMs: undefined,
  };
  const expected = CLOSED_LABELS[label]?.map((value) => [{ [label]: value }, 0]);
  expect(new Set(await valuesOf(name, start))).toEqual(new Set(expected));
});

test('every collector has every reason from the start, at 0', async () => {
  const state = createCollectorState();
  const collectors = { online_accounts: { state, data: undefined } } as CollectorViews;
  const view = { ...viewAfter('acme'), collectors };
  const collector = 'online_accounts';
  const expected = CLOSED_LABELS['reason']?.map((reason) => [{ collector, reason }, 0]);
  const failures = await valuesOf('whatsapp_collector_failures_total', view);
  expect(new Set(failures)).toEqual(new Set(expected));
  expect(await valuesOf('whatsapp_collector_up', view)).toEqual([[{ collector }, 0]]);
  expect(await valuesOf('whatsapp_collector_last_success_timestamp_seconds', view)).toEqual([]);
});

test('a failed run is visible while the last data is still served, and without data its health is', async () => {
  const { state, data } = COLLECTED.online_accounts;
  const endedAt = { unixMs: NOW_MS + 60_000, monotonicMs: 60_000 };
  const failure = { reason: 'network', detail: 'connection failed' } as const;
  const failedState = afterRun(state, { endedAt, durationMs: 7_000, failure }, undefined);
  const after = (shown: typeof data | undefined) => {
    const collectors = { online_accounts: { state: failedState, data: shown } } as CollectorViews;
    return { ...viewAfter('acme'), collectors };
  };
  const collector = 'online_accounts';
  for (const view of [after(data), after(undefined)]) {
    expect(await valuesOf('whatsapp_collector_up', view)).toEqual([[{ collector }, 0]]);
    expect(await valuesOf('whatsapp_collector_duration_seconds', view)).toEqual([
      [{ collector }, 7],
    ]);
    expect(await valuesOf('whatsapp_collector_last_success_timestamp_seconds', view)).toEqual([
      [{ collector }, NOW_MS / 1000],
    ]);
    expect(await valuesOf('whatsapp_collector_failures_total', view)).toContainEqual([
      { collector, reason: 'network' },
      1,
    ]);
  }
  expect(await valuesOf('whatsapp_online_account_active', after(data))).toHaveLength(2);
  expect(await valuesOf('whatsapp_online_account_active', after(undefined))).toEqual([]);
});

test('no metric has two rows', () => {
  expect(new Set(FAMILIES.map(({ name }) => name)).size).toBe(FAMILIES.length);
});

test('HELP of everything from the provider names its field and says that it is not live', async () => {
  const families = parseExposition(await render(sample));
  const provider = CONTRACT.filter(
    ([name]) =>
      /^whatsapp_(number|account)_/.test(name) && !/_month_|_budget_|_excluded$/.test(name),
  );
  for (const [name] of provider) {
    expect(families.get(name)?.help).toMatch(/Provider field: \w+(, \w+)*\. Polled, not live\.$/);
  }
  const helpOf = (name: string) => families.get(name)?.help;
  expect(helpOf('whatsapp_number_online')).toContain('isOnline');
  expect(helpOf('whatsapp_number_created_timestamp_seconds')).toContain('create_time');
  expect(helpOf('whatsapp_account_numbers')).toContain('totalWhatsApp');
});

const fieldsOf = ({ help }: { readonly help: string }) =>
  /Provider field: (.*)\. Polled/.exec(help)?.[1]?.split(', ') ?? [];

test.each(
  FAMILIES.filter(
    (family) =>
      family.scope !== 'collector' && family.type === 'gauge' && fieldsOf(family).length === 1,
  ).map((family) => [family.name, fieldsOf(family)[0] ?? '']),
)('%s comes from %s alone, value for value', async (name, field) => {
  const response = sampleResponse();
  const [entry = {}] = response.list;
  const owner = field in response ? response : entry;
  const served = async () =>
    (await samplesOf(viewAfter('acme', good({ ...response, list: [entry] })))).filter(
      (one) => !/^whatsapp_(response_anomalies|number_conversations)_total$/.test(one.name),
    );
  const before = await served();
  expect(before.find((one) => one.name === name)?.value).toBe(owner[field]);
  delete owner[field];
  expect(await served()).toEqual(before.filter((one) => one.name !== name));
});

test('an invalid field drops its gauge, while its counter keeps its value', async () => {
  const poll = (marketingThisMonth: unknown) =>
    good(responseOf(sampleEntry({ marketingThisMonth })));
  const view = viewAfter('acme', poll(3), poll(10), poll('many'));
  const gauge = 'whatsapp_number_marketing_conversations_this_month';
  expect(await valuesOf(gauge, view)).toEqual([]);
  expect(await valuesOf('whatsapp_number_conversations_total', view)).toContainEqual([
    { number: '972501234567', category: 'marketing' },
    7,
  ]);
  expect(await valuesOf('whatsapp_number_service_conversations_this_month', view)).toHaveLength(1);
});

test('a number that is missing in the last successful response is not served', async () => {
  const first = good(sampleResponse());
  const second = good(responseOf(sampleResponse().list[0]));
  const text = await render(viewAfter('acme', first, second));
  expect(text).toContain('972501234567');
  expect(text).not.toContain('972507654321');
});

test('a renamed number has only its new names', async () => {
  const polls = ['Old', 'New'].map((name) => good(responseOf(sampleEntry({ display_name: name }))));
  expect(await valuesOf('whatsapp_number_info', viewAfter('acme', ...polls))).toEqual([
    [{ number: '972501234567', display_name: 'New', business_name: 'The Business Name' }, 1],
  ]);
});

test('one number in two accounts is served for both', async () => {
  const views = ['acme', 'beta'].map((name) => viewAfter(name, good(responseOf(sampleEntry()))));
  const samples = await samplesOf(...views);
  for (const [name] of ofNumbers) {
    const accounts = samples.filter((each) => each.name === name).map(({ labels }) => labels);
    expect(new Set(accounts.map(({ account }) => account)), name).toEqual(
      new Set(['acme', 'beta']),
    );
  }
});

test('a failed poll is visible while the last data is still served', async () => {
  const view = viewAfter('acme', good(sampleResponse()), failed('network', NOW_MS + 60_000));
  expect(await valuesOf('whatsapp_up', view)).toEqual([[{}, 0]]);
  expect(await valuesOf('whatsapp_number_online', view)).toHaveLength(2);
  expect(await valuesOf('whatsapp_last_success_timestamp_seconds', view)).toEqual([
    [{}, NOW_MS / 1000],
  ]);
  expect(await valuesOf('whatsapp_last_poll_timestamp_seconds', view)).toEqual([
    [{}, NOW_MS / 1000 + 60],
  ]);
  expect(await valuesOf('whatsapp_poll_failures_total', view)).toContainEqual([
    { reason: 'network' },
    1,
  ]);
});

test('the detail of a failure is served only while the last poll has failed', async () => {
  const name = 'whatsapp_poll_failure_info';
  expect(await valuesOf(name, failing)).toEqual([
    [{ reason: 'http_status', detail: 'HTTP 403 from the token call' }, 1],
  ]);
  const recovered = viewAfter('acme', failed('http_status'), good(sampleResponse()));
  expect(await valuesOf(name, recovered)).toEqual([]);
});

test('a fixed token has no expiry series', async () => {
  const poll = { ...good(sampleResponse()), tokenExpiresAtMs: undefined };
  const name = 'whatsapp_access_token_expiry_timestamp_seconds';
  expect(await valuesOf(name, viewAfter('acme', poll))).toEqual([]);
  expect(await valuesOf(name, sample)).toEqual([[{}, NOW_MS / 1000 + 3600]]);
});
