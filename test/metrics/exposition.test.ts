import { expect, test } from 'vitest';
import { systemClock } from '../../src/system.ts';
import { CONTENT_TYPE, createExposition } from '../../src/metrics/exposition.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { parseExposition } from '../support/exposition.ts';
import { sampleResponse } from '../support/sample.ts';
import { BUILD, OPTIONS, RELOAD, failed, good, render, textOf, viewAfter } from './views.ts';

const create = () => createExposition(BUILD, OPTIONS);
const sample = viewAfter('acme', good(sampleResponse()));

test('the content type is exactly that of text format 0.0.4', () => {
  expect(CONTENT_TYPE).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test.each([true, false])(
  'the text format is valid (with runtime metrics: %s)',
  async (withRuntime) => {
    const text = await textOf(
      createExposition(BUILD, withRuntime ? { runtime: systemClock } : {}),
      [sample],
    );
    const families = parseExposition(text);
    expect(text).toMatch(/[^\n]\n$/);
    const isRuntime = (name: string) => /^(process|nodejs)_/.test(name);
    expect([...families.keys()].some(isRuntime)).toBe(withRuntime);
    const names = [...families.keys()].filter((name) => !isRuntime(name));
    expect(names.every((name) => name.startsWith('whatsapp_'))).toBe(true);
  },
);

test('no runtime gauge ends in _total, which promtool rejects', async () => {
  const text = await textOf(createExposition(BUILD, { runtime: systemClock }), [sample]);
  const totals = [...parseExposition(text)].filter(([name]) => name.endsWith('_total'));
  expect(totals.map(([name, { type }]) => [name, type])).toEqual(
    totals.map(([name]) => [name, 'counter']),
  );
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});

test('metrics of the process are current, and the others are from the poll', async () => {
  const clock = createFakeClock();
  const exposition = createExposition(BUILD, { runtime: clock });
  const read = async () =>
    parseExposition(await textOf(exposition, [sample])).get('process_cpu_seconds_total')?.samples;
  const before = await read();
  let spent = 0;
  for (let i = 0; i < 2e7; i += 1) spent += Math.sqrt(i);
  expect(spent).toBeGreaterThan(0);
  await clock.advance(99);
  expect(await read(), 'within a moment, for a crowd of scrapers').toEqual(before);
  await clock.advance(1);
  expect((await read())?.[0]?.value).toBeGreaterThan(before?.[0]?.value ?? Infinity);
});

test.each([
  ['a poll', viewAfter('acme', good(sampleResponse()), failed('timeout'))],
  ['data that became too old', { ...sample, snapshot: undefined }],
  ['another schedule', { ...sample, pollIntervalS: 300 }],
  ['another next poll', { ...sample, nextPollMs: 1 }],
])('a change is served at once: %s', async (_what, changed) => {
  const exposition = create();
  const before = await textOf(exposition, [sample]);
  const after = await textOf(exposition, [changed]);
  expect(after).not.toBe(before);
  expect(after).toBe(await render(changed));
  expect(await textOf(exposition, [sample])).toBe(before);
});

test('an added or removed account appears or disappears at once', async () => {
  const exposition = create();
  const other = viewAfter('beta', good(sampleResponse()));
  await textOf(exposition, [sample]);
  expect(await textOf(exposition, [sample, other])).toBe(await render(sample, other));
  expect(await textOf(exposition, [other])).toBe(await render(other));
  expect(await textOf(exposition, [])).toBe(await render());
});

test('the result of a reload is served at once, and omitted without reloads', async () => {
  let reload = RELOAD;
  const exposition = createExposition(BUILD, { reload: () => reload });
  const gauges = async () =>
    (await textOf(exposition, [sample])).match(/^whatsapp_exporter_config.*$/gm) ?? [];
  const [successful, timestamp] = [
    'whatsapp_exporter_config_last_reload_successful',
    `whatsapp_exporter_config_last_reload_success_timestamp_seconds ${RELOAD.inForceSinceMs / 1000}`,
  ];
  expect(await gauges()).toEqual([`${successful} 1`, timestamp]);
  reload = { ...RELOAD, succeeded: false };
  expect(await gauges()).toEqual([`${successful} 0`, timestamp]);
  const once = await textOf(createExposition(BUILD, {}), [sample]);
  expect(once).not.toMatch(/^whatsapp_exporter_config/m);
});

test('dropped log lines are counted at once, even between polls', async () => {
  let dropped = 0;
  const exposition = createExposition(BUILD, {
    logLinesDropped: () => dropped,
  });
  const line = async () =>
    /^whatsapp_exporter_log_lines.*/m.exec(await textOf(exposition, []))?.[0];
  expect(await line()).toBe('whatsapp_exporter_log_lines_dropped_total 0');
  dropped = 3;
  expect(await line()).toBe('whatsapp_exporter_log_lines_dropped_total 3');
});
