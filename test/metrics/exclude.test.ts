import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { FAMILIES } from '../../src/metrics/families.ts';
import { sampleResponse } from '../support/sample.ts';
import { BUILD, bytesOf, good, OPTIONS, render, viewAfter } from './views.ts';

const view = viewAfter('acme', good(sampleResponse()));
const served = async (excluded: readonly string[], encoding: 'gzip' | 'identity' = 'identity') => {
  const bytes = await bytesOf(createExposition(BUILD, { ...OPTIONS, excluded }), [view], encoding);
  return (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
};

/** The text of each metric. */
const metricsIn = (text: string) => text.split(/\n*(?=# HELP )/);
const withoutMetric = (text: string, names: readonly string[]) =>
  metricsIn(text).filter((metric) => !names.some((name) => metric.startsWith(`# HELP ${name} `)));

test.each([
  'whatsapp_number_info',
  'whatsapp_number_conversations_total',
  'whatsapp_account_numbers',
])('without %s everything else is the same', async (name) => {
  const all = await render(view);
  for (const encoding of ['identity', 'gzip'] as const) {
    const text = await served([name], encoding);
    expect(text).not.toMatch(new RegExp(`\\b${name}\\b`));
    expect(metricsIn(text)).toEqual(withoutMetric(all, [name]));
  }
});

const excludable = FAMILIES.map(({ name }) => name).filter(
  (name) => whyNotExcludable(name) === undefined,
);

test('everything that can be excluded at once leaves the health metrics', async () => {
  expect(excludable.length).toBeGreaterThan(20);
  const text = await served(excludable);
  expect(text).not.toMatch(/whatsapp_(number|account)_/);
  expect(metricsIn(text).slice(1)).toEqual(withoutMetric(await render(view), excludable));
  expect(text).toContain('whatsapp_up{account="acme"} 1\n');
});

test.each([
  ['whatsapp_up', 'is a health metric; these cannot be excluded: whatsapp_up, whatsapp_last_'],
  ['whatsapp_exporter_build_info', 'is a health metric'],
  ['whatsapp_collector_up', 'is a health metric'],
  ['whatsapp_number_onlin', 'is no metric of the exporter; did you mean whatsapp_number_online?'],
  ['nodejs_version_info', 'is no metric of the exporter'],
  ['', 'is no metric of the exporter'],
])('%j cannot be excluded', (name, problem) => {
  expect(whyNotExcludable(name)).toContain(problem);
});
