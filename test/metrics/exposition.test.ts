import { expect, test } from 'vitest';
import { CONTENT_TYPE, createExposition } from '../../src/metrics/exposition.ts';
import type { AccountView } from '../../src/metrics/family.ts';
import { parseExposition } from '../support/exposition.ts';
import { numberEntry } from '../support/numbers.ts';
import { sampleResponse } from '../support/sample.ts';
import { BUILD, OPTIONS, RELOAD, failed, good, render, viewAfter, viewOf } from './views.ts';

const create = () => createExposition(BUILD, OPTIONS);
const sample = viewAfter('acme', good(sampleResponse()));

test('the content type is that of text format 0.0.4, to the letter', () => {
  expect(CONTENT_TYPE).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test.each([true, false])(
  'the text is in good format (with runtime metrics: %s)',
  async (withRuntime) => {
    const text = await createExposition(BUILD, { withRuntime }).render([sample]);
    const families = parseExposition(text);
    expect(text).toMatch(/[^\n]\n$/);
    const isRuntime = (name: string) => /^(process|nodejs)_/.test(name);
    expect([...families.keys()].some(isRuntime)).toBe(withRuntime);
    const names = [...families.keys()].filter((name) => !isRuntime(name));
    expect(names.every((name) => name.startsWith('whatsapp_'))).toBe(true);
  },
);

test('no gauge of the runtime ends in _total, which promtool refuses', async () => {
  const text = await createExposition(BUILD, { withRuntime: true }).render([sample]);
  const totals = [...parseExposition(text)].filter(([name]) => name.endsWith('_total'));
  expect(totals.map(([name, { type }]) => [name, type])).toEqual(
    totals.map(([name]) => [name, 'counter']),
  );
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});

test('the metrics of the process are those of the moment, the others those of the poll', async () => {
  const exposition = createExposition(BUILD, { withRuntime: true });
  const read = async () =>
    parseExposition(await exposition.render([sample])).get('process_cpu_seconds_total')?.samples;
  const before = await read();
  let spent = 0;
  for (let i = 0; i < 2e7; i += 1) spent += Math.sqrt(i);
  expect(spent).toBeGreaterThan(0);
  expect((await read())?.[0]?.value).toBeGreaterThan(before?.[0]?.value ?? Infinity);
});

test('between two polls a scrape does not go through the numbers again', async () => {
  let reads = 0;
  const view = viewOf('acme', {
    totals: { numbers: 1, conversations: 6, marketing: 3, service: 2, incoming: 1 },
    get numbers() {
      reads += 1;
      return [numberEntry()];
    },
  });
  const exposition = createExposition(BUILD, { withRuntime: false });
  const first = await exposition.render([view]);
  const readsOnce = reads;
  expect(readsOnce).toBeGreaterThan(0);
  expect(await exposition.render([{ ...view }])).toBe(first);
  expect(reads).toBe(readsOnce);
});

test('a compression that failed is made again at the next scrape', async () => {
  let isBroken = true;
  const view: AccountView = {
    ...sample,
    get snapshot() {
      if (isBroken) throw new Error('out of memory');
      return sample.snapshot;
    },
  };
  const exposition = create();
  // Read by the comparison with the last scrape, too, so that these are the same views.
  const views = [view];
  await expect(exposition.encode(views, 'identity')).rejects.toThrow('out of memory');
  isBroken = false;
  await expect(exposition.encode(views, 'identity')).resolves.toMatchObject({});
});

test.each([
  ['a poll', viewAfter('acme', good(sampleResponse()), failed('timeout'))],
  ['data that became too old', { ...sample, snapshot: undefined }],
  ['another schedule', { ...sample, pollIntervalS: 300 }],
  ['another next poll', { ...sample, nextPollMs: 1 }],
])('what has changed is served at once: %s', async (_what, changed) => {
  const exposition = create();
  const before = await exposition.render([sample]);
  const after = await exposition.render([changed]);
  expect(after).not.toBe(before);
  expect(after).toBe(await render(changed));
  expect(await exposition.render([sample])).toBe(before);
});

test('an account that joins or leaves is served, or gone, at once', async () => {
  const exposition = create();
  const other = viewAfter('beta', good(sampleResponse()));
  await exposition.render([sample]);
  expect(await exposition.render([sample, other])).toBe(await render(sample, other));
  expect(await exposition.render([other])).toBe(await render(other));
  expect(await exposition.render([])).toBe(await render());
});

test('what came of a reload is served at once, and nothing of it where there are none', async () => {
  let reload = RELOAD;
  const exposition = createExposition(BUILD, { withRuntime: false, reload: () => reload });
  const gauges = async () =>
    (await exposition.render([sample])).match(/^whatsapp_exporter_config.*$/gm) ?? [];
  const [successful, timestamp] = [
    'whatsapp_exporter_config_last_reload_successful',
    `whatsapp_exporter_config_last_reload_success_timestamp_seconds ${RELOAD.inForceSinceMs / 1000}`,
  ];
  expect(await gauges()).toEqual([`${successful} 1`, timestamp]);
  reload = { ...RELOAD, succeeded: false };
  expect(await gauges()).toEqual([`${successful} 0`, timestamp]);
  const once = await createExposition(BUILD, { withRuntime: false }).render([sample]);
  expect(once).not.toMatch(/^whatsapp_exporter_config/m);
});

test('lines of the log that were dropped are counted at once, between polls too', async () => {
  let dropped = 0;
  const exposition = createExposition(BUILD, {
    withRuntime: false,
    logLinesDropped: () => dropped,
  });
  const line = async () => /^whatsapp_exporter_log_lines.*/m.exec(await exposition.render([]))?.[0];
  expect(await line()).toBe('whatsapp_exporter_log_lines_dropped_total 0');
  dropped = 3;
  expect(await line()).toBe('whatsapp_exporter_log_lines_dropped_total 3');
});
