import { assert, asyncProperty } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNumbers } from '../../src/core/parse.ts';
import { nearlyValidResponse } from '../support/arbitrary.ts';
import { eventually } from '../support/program.ts';
import { prometheusTools } from '../support/prometheus.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { expectSecretsKept, settle } from './checks.ts';
import { createScene } from './scene.ts';
import { failuresOf, formatPace, page, paceOf } from './watch.ts';

/** Each takes a poll and a scrape, so a second or two. */
const RESPONSES = 25;
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
    let mark = FIRST_MARK;
    await assert(
      asyncProperty(nearlyValidResponse, async (response) => {
        mark += 1;
        const answer = { ...response, status: 'OK', reason: 1, totalWhatsApp: mark };
        const body = JSON.stringify(answer);
        scene.provider.faults.numbers = { kind: 'reply', body };
        const isShown = `whatsapp_account_numbers == ${mark}`;
        await eventually(async () => (await prometheus.query(isShown))[0], `the scrape of ${body}`);
        const shown = await prometheus.query('{__name__=~"whatsapp_number_.+"}');
        const { numbers } = parseNumbers(JSON.parse(body)).snapshot;
        const ids = numbers.map(({ whatsapp }) => whatsapp);
        expect(new Set(shown.map(({ labels }) => labels['number']))).toEqual(new Set(ids));
        const infos = shown.filter(({ labels }) => labels['__name__'] === 'whatsapp_number_info');
        const toName = (number: unknown, display = '', business = '') =>
          JSON.stringify([number, display, business]);
        expect(
          infos
            .map(({ labels }) =>
              toName(labels['number'], labels['display_name'], labels['business_name']),
            )
            .toSorted(),
        ).toEqual(numbers.map((n) => toName(n.whatsapp, n.displayName, n.businessName)).toSorted());
        const online = shown.filter(
          ({ labels }) => labels['__name__'] === 'whatsapp_number_online',
        );
        expect(online.length).toBe(numbers.filter((n) => n.online !== undefined).length);
        const counters = shown.filter(({ labels }) => 'category' in labels);
        expect(counters.length).toBe(3 * numbers.length);
      }),
      {
        numRuns: RESPONSES,
        endOnFailure: true,
        examples: FOUND.map((response): [never] => [response as never]),
      },
    );
    expect(await prometheus.query('min_over_time(up[5m]) == 0'), 'scrapes that failed').toEqual([]);
    expect(failuresOf(running.watch.samples.at(-1)?.text ?? '')).toEqual({});
    const landing = await page(running.port, '/');
    await running.watch.stop();
    expectSecretsKept(running, [landing]);
    task.meta.cells = {
      outcome: 'no failure',
      alive: 'yes',
      pace: formatPace(paceOf(running.watch.samples)),
      health: 'yes',
      values: 'yes',
      recovery: '',
      secrets: 'kept',
      memory: '',
      sockets: `${baseline.sockets}`,
      note:
        `${RESPONSES} answers by fast-check, polled and scraped every second: each parses, no series is ` +
        'forged, merged or lost, and the names come back byte for byte.',
    };
  });
});

function scrapeOf(port: number): string {
  return `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: whatsapp-exporter
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
}
