import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  option,
  record,
  uniqueArray,
} from 'fast-check';
import { spawnSync } from 'node:child_process';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/system.ts';
import { createExposition, type Exposition } from '../../src/metrics/exposition.ts';
import type { AccountView } from '../../src/metrics/family.ts';
import { NUMBER_FAMILIES, renderNumbers, type Block } from '../../src/metrics/numbers.ts';
import { parseNumbers } from '../../src/core/parse.ts';
import { nearlyValidResponse } from '../support/arbitrary.ts';
import { parseExposition } from '../support/exposition.ts';
import { numberEntry } from '../support/numbers.ts';
import { prometheusTools } from '../support/prometheus.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';
import { renderDefinition } from './definition.ts';
import { BUILD, bytesOf, failed, good, textOf, viewAfter, viewOf } from './views.ts';

const SELF = { build: BUILD, reload: undefined, logLinesDropped: undefined };

/** What is served must be what prom-client makes of the table. */
async function expectDefinition(exposition: Exposition, views: readonly AccountView[]) {
  const expected = await renderDefinition(views, SELF);
  expect(await textOf(exposition, views)).toBe(expected);
  expect(gunzipSync(await bytesOf(exposition, views, 'gzip')).toString()).toBe(expected);
}

const TOTALS = { numbers: 1, conversations: 6, marketing: 3, service: 2, incoming: 1 };
const create = () => createExposition(BUILD, {});

/** The account after these polls (null is one that failed), each served. */
async function pollAll(exposition: Exposition, name: string, responses: readonly unknown[]) {
  const outcomes = responses.map((response) =>
    response === null ? failed('network') : good(response),
  );
  let view = viewAfter(name);
  for (let polls = 1; polls <= outcomes.length; polls += 1) {
    view = viewAfter(name, ...outcomes.slice(0, polls));
    await exposition.encode([view], 'gzip', { isPart: true });
  }
  return view;
}

const anyPolls = array(option(nearlyValidResponse), { maxLength: 4 });
const anyFleet = uniqueArray(
  record({ name: constantFrom('acme', 'b.c-1', 'Z_'), polls: anyPolls }),
  {
    selector: ({ name }) => name,
    maxLength: 3,
  },
);

test('whatever was polled, what is served is byte for byte what prom-client makes of it', async () => {
  await assert(
    asyncProperty(anyFleet, async (fleet) => {
      const exposition = create();
      const views: AccountView[] = [];
      for (const { name, polls } of fleet) views.push(await pollAll(exposition, name, polls));
      await expectDefinition(exposition, views);
      await expectDefinition(
        exposition,
        views.map((view) => ({ ...view, snapshot: undefined })),
      );
      for (const view of views) await expectDefinition(exposition, [view]);
    }),
    { numRuns: 150 },
  );
});

test('names, also the worst, are served as prom-client writes them', async () => {
  const names = ['"} 1\n{a="b\\', 'שם 😀\u200f', '\\n', '', 'x'.repeat(200), '\r\u2028'];
  const numbers = names.flatMap((displayName, i) =>
    names.map((businessName, j) =>
      numberEntry({ whatsapp: String(10 * i + j), displayName, businessName }),
    ),
  );
  await expectDefinition(create(), [viewOf('a"\\\nb', { totals: TOTALS, numbers, excluded: 0 })]);
});

function fleetOf(count: number, changes: Readonly<Record<number, object>> = {}): unknown {
  const entries = Array.from({ length: count }, (_, i) => ({
    ...sampleEntry({ whatsapp: String(i), display_name: `Branch ${i}`, conversationsThisMonth: i }),
    ...changes[i],
  }));
  return responseOf(...entries);
}

test.each([
  ['nothing', fleetOf(4_100), fleetOf(4_100)],
  ['one count in the second block', fleetOf(4_100), fleetOf(4_100, { 4_099: { isOnline: 0 } })],
  ['a name', fleetOf(4_100), fleetOf(4_100, { 4_099: { display_name: 'New' } })],
  ['a count that a counter adds up', fleetOf(10), fleetOf(10, { 3: { marketingThisMonth: 90 } })],
  ['a number for another', fleetOf(4_100), fleetOf(4_100, { 0: { whatsapp: '9999' } })],
  ['one number more, in a new block', fleetOf(4_096), fleetOf(4_097)],
  ['the last number', fleetOf(1), fleetOf(0)],
])('a poll that changes %s leaves nothing of the one before', async (_what, first, second) => {
  const exposition = create();
  await expectDefinition(exposition, [await pollAll(exposition, 'acme', [first, second])]);
});

test('a poll that changes one number renders only the blocks in which it shows', async () => {
  const render = (response: unknown, before?: readonly Block[]) =>
    renderNumbers('acme', parseNumbers(response).snapshot, [], before);
  const before = await render(fleetOf(9_000));
  const after = await render(fleetOf(9_000, { 5_000: { isOnline: 0 } }), before);
  const rendered = after.flatMap(({ parts }, block) =>
    parts.flatMap((part, i) => (part === before[block]?.parts[i] ? [] : [[block, i]])),
  );
  const online = NUMBER_FAMILIES.findIndex(({ name }) => name === 'whatsapp_number_online');
  expect(rendered).toEqual([[1, online]]);
});

test('a scrape during a poll is answered with one poll, whole', async () => {
  const exposition = create();
  const before = viewAfter('acme', good(fleetOf(9_000)));
  const after = viewAfter(
    'acme',
    good(fleetOf(9_000)),
    good(fleetOf(9_000, { 0: { isOnline: 0 } })),
  );
  const expected = await Promise.all([before, after].map((view) => renderDefinition([view], SELF)));
  exposition.warm(before);
  const scrapes = [before, after, before, after].map((view) => textOf(exposition, [view]));
  expect(await Promise.all(scrapes)).toEqual([...expected, ...expected]);
});

test('a rendering that failed is tried again at the next scrape', async () => {
  const number = numberEntry();
  let isBroken = false;
  const view = viewOf('acme', {
    totals: TOTALS,
    excluded: 0,
    get numbers() {
      if (isBroken) throw new Error('a defect');
      return [number];
    },
  });
  isBroken = true;
  const exposition = create();
  exposition.warm(view);
  await expect(textOf(exposition, [view])).rejects.toThrow('a defect');
  isBroken = false;
  await expectDefinition(exposition, [view]);
});

test('between two polls a scrape does not go through the numbers again', async () => {
  let reads = 0;
  const view = viewOf('acme', {
    totals: TOTALS,
    excluded: 0,
    get numbers() {
      reads += 1;
      return [numberEntry()];
    },
  });
  const exposition = create();
  exposition.warm(view);
  const first = await bytesOf(exposition, [view], 'gzip');
  const readsOnce = reads;
  expect(readsOnce).toBeGreaterThan(0);
  expect(await bytesOf(exposition, [{ ...view }], 'gzip')).toEqual(first);
  expect(await textOf(exposition, [view])).toBe(gunzipSync(first).toString());
  expect(reads).toBe(readsOnce);
});

test('accounts that are scraped each apart, in turns, are made once per poll', async () => {
  const exposition = create();
  const views = ['acme', 'beta', 'c'].map((name) => viewAfter(name, good(sampleResponse())));
  const partsOf = async (view: AccountView) => {
    const { chunks } = await exposition.encode([{ ...view }], 'gzip', { isPart: true });
    const [_header, numbers, account] = chunks;
    return { numbers, account };
  };
  const first = await Promise.all(views.map(partsOf));
  await exposition.encode(views, 'gzip');
  const again = await Promise.all(views.map(partsOf));
  for (const [i, { numbers, account }] of again.entries()) {
    expect(numbers, views[i]?.state.name).toBe(first[i]?.numbers);
    expect(account, views[i]?.state.name).toBe(first[i]?.account);
  }
  const [acme] = views;
  const failedAfter = viewAfter('acme', good(sampleResponse()), failed('network'));
  const polled = await partsOf(failedAfter);
  expect(polled.account).not.toBe(first[0]?.account);
  for (const change of [{ pollIntervalS: 90 }, { nextPollMs: 1 }]) {
    const changed = await partsOf({ ...failedAfter, ...change });
    expect(changed.account).not.toBe(polled.account);
    // Hundreds of KiB, which are joined once for all polls that change no number.
    expect(changed.numbers).toBe(polled.numbers);
  }
  expect(acme && (await partsOf(acme)).account).toBe(first[0]?.account);
});

test('a part is whole but for the metrics of the process, of which there is one', async () => {
  const exposition = createExposition(BUILD, { runtime: systemClock });
  const views = ['acme', 'beta'].map((name) => viewAfter(name, good(sampleResponse())));
  for (const part of [views, views.slice(1), []]) {
    const text = gunzipSync(await bytesOf(exposition, part, 'gzip', { isPart: true })).toString();
    expect(text).toBe(await renderDefinition(part, SELF));
    expect(text).toContain('whatsapp_exporter_build_info{');
  }
});

test('gzip is one member, which every reader understands', async () => {
  const exposition = createExposition(BUILD, { runtime: systemClock });
  const view = viewAfter('acme', good(sampleResponse()));
  const bytes = await bytesOf(exposition, [view], 'gzip');
  const inflated = inflateRawSync(bytes.subarray(10), { info: true }) as unknown as {
    engine: { bytesWritten: number };
  };
  expect(inflated.engine.bytesWritten).toBe(bytes.length - 10 - 8);
});

test('the metrics of the process have believable values', async () => {
  const exposition = createExposition(BUILD, { runtime: systemClock });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const families = parseExposition((await bytesOf(exposition, [], 'identity')).toString());
  const valueOf = (name: string) => families.get(name)?.samples[0]?.value ?? NaN;
  expect(valueOf('process_start_time_seconds')).toBeLessThan(Date.now() / 1000);
  expect(valueOf('process_start_time_seconds')).toBeGreaterThan(Date.now() / 1000 - 3_600);
  expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(20e6);
  expect(valueOf('process_virtual_memory_bytes')).toBeGreaterThan(100e6);
  expect(valueOf('nodejs_heap_size_used_bytes')).toBeGreaterThan(5e6);
  expect(valueOf('nodejs_eventloop_lag_mean_seconds')).toBeGreaterThan(0.005);
  expect(valueOf('nodejs_eventloop_lag_mean_seconds')).toBeLessThan(1);
  expect(families.has('nodejs_eventloop_lag_seconds')).toBe(false);
  expect(valueOf('process_open_fds')).toBeGreaterThan(3);
  expect(valueOf('process_max_fds')).toBeGreaterThan(valueOf('process_open_fds'));
  const spaces = families.get('nodejs_heap_space_size_used_bytes')?.samples;
  expect(spaces?.map(({ labels }) => labels['space'])).toContain('old');
});

test.each(['gzip', 'identity'] as const)(
  'promtool has nothing to say about what is served (%s)',
  async (encoding) => {
    const { promtool } = await prometheusTools();
    const view = viewAfter('acme', good(sampleResponse()), failed('tls'));
    const exposition = createExposition(BUILD, { runtime: systemClock });
    const bytes = await bytesOf(exposition, [view], encoding);
    const input = encoding === 'gzip' ? gunzipSync(bytes) : bytes;
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input });
    expect([status, `${stdout.toString()}${stderr.toString()}`]).toEqual([0, '']);
  },
);
