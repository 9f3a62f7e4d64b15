import {
  type Arbitrary,
  assert,
  asyncProperty,
  jsonValue,
  option,
  shuffledSubarray,
  tuple,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NUMBER_FIELDS, TOTAL_FIELDS } from '../../src/core/fields.ts';
import { parseNumbers } from '../../src/core/parse.ts';
import { TEXT_LENGTH_MAX } from '../../src/core/values.ts';
import { CATEGORIES, type Snapshot } from '../../src/core/snapshot.ts';
import type { FleetNumber } from '../../src/simulator/fleet.ts';
import { nearlyValidResponse, soundEntry, soundTotals } from '../support/arbitrary.ts';
import { eventually } from '../support/program.ts';
import { prometheusTools } from '../support/prometheus.ts';
import { startPrometheus, type InstantSample } from '../support/prometheus-server.ts';
import { API_KEY_CANARY, SAMPLE_NUMBER } from '../support/sample.ts';
import { expectBaseline, failuresBetween, finish, settle } from './checks.ts';
import { COUNTER, createCounterCheck } from './counters.ts';
import { createScene } from './scene.ts';
import { seriesOf, type Totals } from './truth.ts';
import { page, valueOf } from './watch.ts';

/** Each takes a poll and a scrape, one or two seconds. */
const RESPONSES = 25;
/** Arbitrary JSON values; each takes two polls. */
const STRANGERS = 5;
/** Unique per response, so that a scrape can be matched to its response. */
const FIRST_MARK = 5_000_000;

interface Answer {
  readonly response: { readonly list: readonly unknown[] };
  /** The valid entries of the list, and the valid totals. */
  readonly sound: readonly FleetNumber[];
  readonly totals: Partial<Totals>;
}

/** Valid entries at random positions between invalid ones. */
const answers: Arbitrary<Answer> = tuple(
  nearlyValidResponse,
  uniqueArray(soundEntry, { maxLength: 4, selector: ({ whatsapp }) => whatsapp }),
  option(soundTotals, { nil: {} }),
).chain(([response, sound, totals]) => {
  const entries = [...response.list, ...sound];
  return shuffledSubarray(entries, { minLength: entries.length }).map((list) => ({
    response: { ...response, ...totals, list },
    sound,
    totals,
  }));
});

const FORGER = 'x"} 1\nwhatsapp_number_online{account="acme",number="666"} 1\n# HELP x';
const LONGEST: FleetNumber = {
  ...SAMPLE_NUMBER,
  create_time: 0,
  whatsapp: '97250000000100000000',
  apiKey: `${API_KEY_CANARY}-LONGEST`,
  display_name: '😀'.repeat(TEXT_LENGTH_MAX),
  business_name: ` ${'"\\'.repeat(TEXT_LENGTH_MAX / 2 - 1)} `,
  onlineInbox: Number.MAX_SAFE_INTEGER,
  conversationsThisMonth: Number.MAX_SAFE_INTEGER,
  incomingThisMonth: Number.MAX_SAFE_INTEGER,
};
/** Cases that break a careless exporter; tried first. */
const FOUND: readonly Answer[] = [
  { list: [{ whatsapp: '1', display_name: FORGER, business_name: FORGER }] },
  {
    list: [
      { whatsapp: '1', display_name: '1,number:2', business_name: '","number="2' },
      { whatsapp: '2', display_name: '', business_name: '' },
    ],
  },
  { list: [{ whatsapp: '1', display_name: '\u200f"\\n\\', business_name: '\ud800' }] },
  { list: [[LONGEST], LONGEST, { ...LONGEST, whatsapp: '+' }, null], sound: [LONGEST] },
].map(({ list, sound = [] }) => ({ response: { list }, sound, totals: {} }));

describe('Fuzzing', () => {
  test('random responses, scraped by a real Prometheus', async ({ task }) => {
    const { prometheus: program } = await prometheusTools();
    const scene = await createScene({ pace: { intervalS: 1, timeoutS: 5, staleAfterS: 60 } });
    const running = await scene.start();
    const prometheus = await startPrometheus(program, {
      'prometheus.yml': scrapeOf(running.port),
    });
    const ours = '{job="whatsapp-exporter",__name__!~"up|scrape_.+"}';
    const all = () => prometheus.query(ours);
    await eventually(async () => (await all())[0], 'the first scrape');
    // Includes the connection that Prometheus keeps open.
    const baseline = await settle(running);
    const shapes = new Set((await all()).map(toShape));
    const checkCounters = createCounterCheck();
    checkCounters(await all());
    const good = await running.nextPoll();
    const beganMs = Date.now();
    let mark = FIRST_MARK;
    let expected: readonly string[] = [];
    await assert(
      asyncProperty(answers, async ({ response, sound, totals }) => {
        mark += 1;
        const answer = { ...response, status: 'OK', reason: 1, totalWhatsApp: mark };
        const body = JSON.stringify(answer);
        scene.provider.faults.numbers = { kind: 'reply', body };
        const isShown = `whatsapp_account_numbers == ${mark}`;
        await eventually(async () => (await prometheus.query(isShown))[0], `the scrape of ${body}`);
        const shown = await all();
        expected = toLines(parseNumbers(JSON.parse(body)).snapshot);
        const values = valuesOf(shown);
        expect(values).toEqual(expected);
        // Independent of the parser, which may have lost something: compare with what was sent.
        const sent = seriesOf(sound, { ...totals, totalWhatsApp: mark });
        const lost = [
          ...sent.map(({ name, labels, value }) => toLine(name, labels, value)),
          ...sound.flatMap(({ whatsapp }) => counterLines(whatsapp)),
        ].filter((line) => !values.includes(line));
        expect(lost, 'valid series that were not served as sent').toEqual([]);
        checkCounters(shown);
        // A forged series would have a different name or different labels.
        expect(shown.map(toShape).filter((shape) => !shapes.has(shape))).toEqual([]);
      }),
      {
        numRuns: RESPONSES,
        endOnFailure: true,
        examples: FOUND.map((answer): [Answer] => [answer]),
      },
    );
    const odd = await running.nextPoll();
    expect(failuresBetween(good, odd), 'failures').toEqual({});
    await assert(
      asyncProperty(jsonValue(), async (stranger) => {
        scene.provider.faults.numbers = { kind: 'reply', body: JSON.stringify(stranger) };
        // The first of the two polls may have started before the change.
        await running.nextPoll();
        expect(valueOf(await running.nextPoll(), 'whatsapp_up')).toBe(0);
        const shown = await all();
        expect(valuesOf(shown), 'values of the last valid response').toEqual(expected);
        checkCounters(shown);
      }),
      { numRuns: STRANGERS, endOnFailure: true },
    );
    expect(await prometheus.query('min_over_time(up[5m]) == 0'), 'scrapes that failed').toEqual([]);
    const { samples } = running.watch;
    const { text = '' } = samples.at(-1) ?? {};
    expect(Object.keys(failuresBetween(odd, text))).toEqual(['invalid_response']);
    const landing = await page(running.port, '/');
    const said = [landing, running.program.stdout(), ...samples.map((sample) => sample.text)];
    expect(said.filter((output) => output.includes(API_KEY_CANARY))).toEqual([]);
    await expectBaseline(running.program, baseline);
    await finish(
      { task },
      running,
      samples.filter(({ fromMs }) => fromMs >= beganMs),
      baseline,
      {
        pages: [landing],
        note:
          `${RESPONSES} responses generated by fast-check and ${STRANGERS} arbitrary JSON values, polled and ` +
          'scraped every second. Prometheus parses every scrape and has exactly the expected series: none is ' +
          'forged, merged or lost, and names are identical byte for byte. Valid entries are compared with ' +
          "what was sent, others with the parser's result. Counters grow with the counts of the month.",
      },
      { outcome: 'no failure, then `invalid_response`', recovery: '' },
    );
  });
});

/** Every series of a snapshot that Prometheus must have; counters without their value. */
function toLines({ totals, numbers }: Snapshot): readonly string[] {
  const list = numbers.map((entry) => ({
    ...(toSent(NUMBER_FIELDS, entry) as FleetNumber),
    whatsapp: entry.whatsapp,
  }));
  // A value is undefined where the parser found no valid one.
  const series = seriesOf(list, toSent(TOTAL_FIELDS, totals) as Totals).filter(({ value }) =>
    Number.isFinite(value),
  );
  return [
    ...series.map(({ name, labels, value }) => toLine(name, labels, value)),
    ...numbers.flatMap(({ whatsapp }) => counterLines(whatsapp)),
  ].toSorted();
}

/** Parsed fields under the provider's names. */
function toSent<K extends string>(
  fields: Readonly<Record<K, { readonly name: string }>>,
  parsed: Readonly<Record<NoInfer<K>, unknown>>,
): unknown {
  const keys = Object.keys(fields) as K[];
  return Object.fromEntries(keys.map((key) => [fields[key].name, parsed[key]]));
}

function counterLines(number: string): readonly string[] {
  return CATEGORIES.map((category) => toLine(COUNTER, { account: 'acme', number, category }, ''));
}

const LABELS = ['account', 'number', 'display_name', 'business_name', 'category'];

function toLine(name: string, labels: InstantSample['labels'], value: number | ''): string {
  // To Prometheus, an empty label is the same as no label.
  return JSON.stringify([name, ...LABELS.map((label) => labels[label] ?? ''), value]);
}

/** The series in Prometheus, in the same form. */
function valuesOf(samples: readonly InstantSample[]): readonly string[] {
  return samples
    .flatMap(({ labels, value }) => {
      const { __name__: name = '' } = labels;
      if (!/^whatsapp_(?:number|account)_(?!month|numbers_excluded)/.test(name)) return [];
      return [toLine(name, labels, name === COUNTER ? '' : Number(value))];
    })
    .toSorted();
}

/** Name and label names of a series; without display and business name, which may be empty. */
function toShape({ labels }: InstantSample): string {
  const keys = Object.keys(labels).filter((key) => !/^(?:display|business)_name$/.test(key));
  return [labels['__name__'], ...keys.toSorted()].join(' ');
}

function scrapeOf(port: number): string {
  return `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: whatsapp-exporter
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
}
