import { assert, asyncProperty, jsonValue } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { CATEGORIES, type NumberEntry, type Snapshot } from '../../src/core/snapshot.ts';
import { nearlyValidResponse } from '../support/arbitrary.ts';
import { eventually } from '../support/program.ts';
import { prometheusTools } from '../support/prometheus.ts';
import { startPrometheus, type InstantSample } from '../support/prometheus-server.ts';
import { expectSecretsKept, settle } from './checks.ts';
import { createScene } from './scene.ts';
import { failuresOf, formatPace, page, paceOf, valueOf } from './watch.ts';

/** Each takes a poll and a scrape, so a second or two. */
const RESPONSES = 25;
/** Of no shape at all; each takes two polls. */
const STRANGERS = 5;
/** No total of any other response, so that a scrape tells which response it shows. */
const FIRST_MARK = 5_000_000;

const FORGER = 'x"} 1\nwhatsapp_number_online{account="acme",number="666"} 1\n# HELP x';
/** What a careless exporter would come to grief over; tried first. */
const FOUND = [
  { list: [{ whatsapp: '1', display_name: FORGER, business_name: FORGER }] },
  {
    list: [
      { whatsapp: '1', display_name: '1,number:2', business_name: '","number="2' },
      { whatsapp: '2', display_name: '', business_name: '' },
    ],
  },
  { list: [{ whatsapp: '1', display_name: '\u200f"\\n\\', business_name: '\ud800' }] },
];

describe('Fuzzing', () => {
  test('any answer, scraped by a real Prometheus', async ({ task }) => {
    const { prometheus: program } = await prometheusTools();
    const scene = await createScene({ pace: { intervalS: 1, timeoutS: 5, staleAfterS: 60 } });
    const running = await scene.start();
    const baseline = await settle(running);
    const prometheus = await startPrometheus(program, {
      'prometheus.yml': scrapeOf(running.port),
    });
    const ours = '{job="whatsapp-exporter",__name__!~"up|scrape_.+"}';
    const all = () => prometheus.query(ours);
    await eventually(async () => (await all())[0], 'the first scrape');
    const shapes = new Set((await all()).map(toShape));
    let mark = FIRST_MARK;
    let expected: readonly string[] = [];
    await assert(
      asyncProperty(nearlyValidResponse, async (response) => {
        mark += 1;
        const answer = { ...response, status: 'OK', reason: 1, totalWhatsApp: mark };
        const body = JSON.stringify(answer);
        scene.provider.faults.numbers = { kind: 'reply', body };
        const isShown = `whatsapp_account_numbers == ${mark}`;
        await eventually(async () => (await prometheus.query(isShown))[0], `the scrape of ${body}`);
        const shown = await all();
        expected = toLines(parseNumbers(JSON.parse(body)).snapshot);
        expect(valuesOf(shown)).toEqual(expected);
        // A forged series would have another name or other labels, or stand beside the true one.
        expect(shown.map(toShape).filter((shape) => !shapes.has(shape))).toEqual([]);
      }),
      {
        numRuns: RESPONSES,
        endOnFailure: true,
        examples: FOUND.map((response): [never] => [response as never]),
      },
    );
    await assert(
      asyncProperty(jsonValue(), async (stranger) => {
        scene.provider.faults.numbers = { kind: 'reply', body: JSON.stringify(stranger) };
        // The first may have begun before.
        await running.nextPoll();
        expect(valueOf(await running.nextPoll(), 'whatsapp_up')).toBe(0);
        expect(valuesOf(await all()), 'what was known before').toEqual(expected);
      }),
      { numRuns: STRANGERS, endOnFailure: true },
    );
    expect(await prometheus.query('min_over_time(up[5m]) == 0'), 'scrapes that failed').toEqual([]);
    const failures = failuresOf(running.watch.samples.at(-1)?.text ?? '');
    expect(Object.keys(failures)).toEqual(['invalid_response']);
    const landing = await page(running.port, '/');
    await running.watch.stop();
    expectSecretsKept(running, [landing]);
    task.meta.cells = {
      outcome: 'no failure, then `invalid_response`',
      alive: 'yes',
      pace: formatPace(paceOf(running.watch.samples)),
      health: 'yes',
      values: 'yes',
      recovery: '',
      secrets: 'kept',
      memory: '',
      sockets: `${baseline.sockets}`,
      note:
        `${RESPONSES} answers by fast-check, and ${STRANGERS} of no shape at all, polled and scraped every ` +
        'second: each scrape parses, every series and value is there and no other, none is forged, ' +
        'merged or lost, and the names come back byte for byte.',
    };
  });
});

const OF_NUMBER = {
  online: 'online',
  online_inbox: 'onlineInbox',
  online_account: 'onlineAccount',
  coexistence: 'coexistence',
  created_timestamp_seconds: 'createdS',
  conversations_this_month: 'conversations',
  marketing_conversations_this_month: 'marketing',
  service_conversations_this_month: 'service',
  incoming_conversations_this_month: 'incoming',
} as const satisfies Record<string, keyof NumberEntry>;
const OF_ACCOUNT = {
  numbers: 'numbers',
  conversations_this_month: 'conversations',
  marketing_conversations_this_month: 'marketing',
  service_conversations_this_month: 'service',
  incoming_conversations_this_month: 'incoming',
} as const satisfies Record<string, keyof Snapshot['totals']>;

/** Every series that Prometheus must have of a snapshot, counters by their name alone. */
function toLines({ totals, numbers }: Snapshot): readonly string[] {
  const lines = Object.entries(OF_ACCOUNT).flatMap(([name, field]) =>
    totals[field] === undefined ? [] : [toLine(`account_${name}`, {}, totals[field])],
  );
  for (const number of numbers) {
    const { whatsapp, displayName: display_name, businessName: business_name } = number;
    lines.push(toLine('number_info', { number: whatsapp, display_name, business_name }, 1));
    for (const category of CATEGORIES) {
      lines.push(toLine('number_conversations_total', { number: whatsapp, category }, ''));
    }
    for (const [name, field] of Object.entries(OF_NUMBER)) {
      const value = number[field];
      if (value !== undefined) lines.push(toLine(`number_${name}`, { number: whatsapp }, value));
    }
  }
  return lines.toSorted();
}

function toLine(name: string, labels: InstantSample['labels'], value: number | ''): string {
  // An empty label is none to Prometheus.
  const given = ['number', 'display_name', 'business_name', 'category'].map(
    (key) => labels[key] ?? '',
  );
  return JSON.stringify([name, ...given, value]);
}

/** The same of what Prometheus has. */
function valuesOf(samples: readonly InstantSample[]): readonly string[] {
  return samples
    .flatMap(({ labels, value }) => {
      const { __name__ = '', category } = labels;
      const [, name] = /^whatsapp_((?:number|account)_(?!month).*)/.exec(__name__) ?? [];
      const shown = category === undefined ? Number(value) : '';
      return name === undefined ? [] : [toLine(name, labels, shown)];
    })
    .toSorted();
}

/** Name and labels of a series without their values; names of people may be empty, which is none. */
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
