import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { describeConfig } from '../src/config/describe.ts';
import { createConfigLoader } from '../src/config/load.ts';
import { whyNotExcludable } from '../src/metrics/exclude.ts';
import { formatProblems } from '../src/config/problems.ts';
import { createExporter } from '../src/exporter.ts';
import { createLog, createRedactor } from '../src/log.ts';
import { toLogfmt } from '../src/logfmt.ts';
import {
  expiryInMilliseconds,
  expiryInPast,
  noExpiry,
  type Fault,
  type Faults,
} from '../src/simulator/faults.ts';
import type { Simulator } from '../src/simulator/server.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { NO_RELOADS } from './support/reloads.ts';
import { CLIENT_ID, CLIENT_SECRET, startProvider } from './support/simulated-provider.ts';
import { checkWebConfig } from '../src/web/web-config-file.ts';

/** Must never be visible: the simulator's keys and tokens, and the exporter's secret. */
const CANARIES = ['fake-api-key', 'fake-access-token', CLIENT_SECRET];

const TIMEOUT_MS = 120_000;
/** The output of a silent provider arrives in real time. */
const SPEAKING_MS = 200;
/** Step of the clock for retry delays: short, so that a slow body does not reach the deadline. */
const STEP_MS = 100;

/** Sends only this part of the declared length. */
const half = (body: string): Fault => ({
  kind: 'reply',
  headers: { 'content-length': '10000' },
  body,
});
const otherOrigin = { location: 'http://127.0.0.1:9/' };
const FAULTS: Readonly<Record<string, Partial<Faults>>> = {
  none: {},
  'token refused': { token: { kind: 'fail', reason: 2 } },
  'address blocked': { token: { kind: 'fail', reason: 3 } },
  'token of another kind': {
    token: { kind: 'transform', transform: (good) => ({ reason: 1, apiKey: good }) },
  },
  'token without expiry': { token: noExpiry },
  'token expired': { token: expiryInPast },
  'token in milliseconds': { token: expiryInMilliseconds },
  'token never': { token: { kind: 'never' } },
  'token headers alone': { token: { kind: 'headersOnly' } },
  'token as a drip': { token: { kind: 'drip', intervalMs: 50 } },
  'half a token, then silence': { token: half('{"access_token":"fake-access-token-half') },
  'token reset': { token: { kind: 'resetMidBody' } },
  'half a token': { token: { kind: 'truncate' } },
  'token gzip bomb': { token: { kind: 'gzipBomb', bytes: 65 * 1024 * 1024 } },
  'numbers gzip bomb': { numbers: { kind: 'gzipBomb', bytes: 65 * 1024 * 1024 } },
  'token redirected': { token: { kind: 'reply', status: 307, headers: otherOrigin } },
  ...Object.fromEntries(
    Object.entries({
      'reason 2': { kind: 'fail', reason: 2 },
      'reason 3': { kind: 'fail', reason: 3 },
      'reason 13': { kind: 'fail', reason: 13 },
      '401': { kind: 'reply', status: 401 },
      '429': { kind: 'reply', status: 429 },
      '500': { kind: 'reply', status: 500, body: '{"apiKey":"fake-api-key-in-an-error"}' },
      '404 with a key': { kind: 'reply', status: 404, body: 'fake-api-key-in-text' },
      'a key that is no JSON': { kind: 'reply', body: '{"apiKey":"fake-api-key-' },
      'a redirect': { kind: 'reply', status: 302, headers: otherOrigin },
      'half a body': { kind: 'truncate' },
      'a reset': { kind: 'resetMidBody' },
      silence: { kind: 'never' },
      'headers alone': { kind: 'headersOnly' },
      'a drip': { kind: 'drip', intervalMs: 50 },
      'half a list, then silence': half('{"list":[{"apiKey":"fake-api-key-half'),
      'too much': { kind: 'huge', bytes: 65 * 1024 * 1024 },
      'another shape': { kind: 'transform', transform: (good) => ({ ...good, list: { a: good } }) },
      'odd entries': { kind: 'transform', transform: spoilEntries },
    } satisfies Record<string, Fault>).map(([name, numbers]) => [name, { numbers }]),
  ),
};

/** Every field of every other entry is an object with the key; the other entries are duplicated. */
function spoilEntries(good: Readonly<Record<string, unknown>>): unknown {
  const list = good['list'] as Record<string, unknown>[];
  const spoilt = list.map((entry, i) => {
    const { whatsapp, apiKey } = entry;
    const fields = Object.keys(entry).map((key) => [
      key,
      key === 'whatsapp' ? whatsapp : { apiKey },
    ]);
    return i % 2 === 0 ? (Object.fromEntries(fields) as unknown) : entry;
  });
  return { ...good, totalWhatsApp: { spoilt }, list: [...spoilt, ...list, good['list'], null] };
}

test('metrics, pages, the log at trace and the printed configuration contain no secret, whatever the provider does', async () => {
  const outputs = await Promise.all(
    Object.entries(FAULTS).map(async ([name, faults]) => [name, await outputWith(faults)] as const),
  );
  expect(outputs.length).toBeGreaterThan(20);
  for (const [name, output] of outputs) {
    expect(output, name).toContain('"account":"acme"');
    for (const canary of CANARIES) expect(output, name).not.toContain(canary);
  }
});

/** What the simulator's registrations, onboardings and accounts contain, and nobody else may learn. */
const PERSONAL = /fake-(?:link|email|business-id|address|page|reference)/;
const COLLECTORS = [
  'online_accounts',
  'registered_numbers',
  'onboardings',
  'monthly_statistics',
] as const;

test('no link, e-mail, address or id reaches metrics, pages or the log at trace, whatever form it takes', async () => {
  const flags = Object.fromEntries(COLLECTORS.map((name) => [`collectors.${name}`, '1m']));
  const spoil: Fault = { kind: 'transform', transform: spoilPersonal };
  const refuse: Fault = { kind: 'reply', status: 403, body: 'fake-email-1 fake-reference-1' };
  const allCalls = (fault: Fault) =>
    Object.fromEntries([...COLLECTORS, 'inboxes'].map((name) => [name, fault]));
  // Without Online accounts no inboxes are requested.
  for (const [faults, succeeding, failing] of [
    [{}, 5, 0],
    [allCalls(spoil), 5, 0],
    [allCalls(refuse), 0, 4],
    [{ inboxes: refuse }, 4, 1],
  ] as const) {
    const output = await outputWith(faults, flags, async (url) => {
      const count = async (metric: string) => {
        const shown = new RegExp(`^whatsapp_collector_${metric}\\{.*\\} [1-9]`, 'gm');
        return (await (await fetch(`${url}/metrics`)).text()).match(shown)?.length ?? 0;
      };
      const runs = () =>
        Promise.all([count('last_success_timestamp_seconds'), count('failures_total')]);
      await expect.poll(runs, { timeout: 10_000 }).toEqual([succeeding, failing]);
    });
    expect(output).not.toMatch(PERSONAL);
    for (const canary of CANARIES) expect(output).not.toContain(canary);
    const shown =
      'whatsapp_registered_number_expiry_timestamp_seconds{account="acme",number="97239';
    expect(output.includes(shown)).toBe(succeeding > 0);
    expect(output.includes('whatsapp_inbox_info{account="acme",')).toBe(succeeding === 5);
  }
});

/** Adds entries whose every field contains all fields of a good one, and a key with such a name. */
function spoilPersonal(good: Readonly<Record<string, unknown>>): unknown {
  const list = good['list'] as Record<string, unknown>[];
  const text = JSON.stringify(list[0]);
  const spoilt = list.map((entry) => Object.keys(entry).map((key) => [key, { [text]: entry }]));
  const others = list.map((entry) => ({ ...entry, [text]: entry, apiKey: 'fake-api-key' }));
  const entries = spoilt.map((fields) => Object.fromEntries(fields) as unknown);
  return { ...good, [text]: list, list: [...entries, text, ...others, ...list] };
}

/** All output of the exporter while its first poll has these faults. */
async function outputWith(
  faults: Partial<Faults>,
  flags: Readonly<Record<string, string>> = {},
  untilShown: (url: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const provider = await startProvider();
  Object.assign(provider.faults, faults);
  let output = '';
  const logfmt = toLogfmt({ write: (line) => void (output += line) });
  const destination = {
    write(line: string) {
      output += line;
      logfmt.write(line);
    },
  };
  // Without any secret, because the first layer must work without the second.
  const redactor = createRedactor();
  const reported: string[] = [];
  const { config, merged } = configFor(provider.url, flags);
  // Tokens expire by the provider's clock, which is the machine's.
  const clock = createFakeClock(Date.now());
  const exporter = createExporter(
    config,
    { version: '0', revision: '0', nodeVersion: '0' },
    {
      clock,
      random: () => 0,
      log: await createLog({ level: 'trace', format: 'json', redactor, destination }),
      onSecret: (secret) => reported.push(secret.reveal()),
    },
    NO_RELOADS,
  );
  const { port } = await exporter.start();
  onTestFinished(() => exporter.stop());
  while ((await fetch(`http://127.0.0.1:${port}/-/ready`)).status !== 200) {
    await setTimeout(20);
    const isSilent = hasMetSilence(provider);
    if (isSilent) await setTimeout(SPEAKING_MS);
    await clock.advance(isSilent ? TIMEOUT_MS : STEP_MS);
  }
  await untilShown(`http://127.0.0.1:${port}`);
  const hasTimedOut = output.includes('"reason":"timeout"');
  expect(hasTimedOut, JSON.stringify(faults)).toBe(hasMetSilence(provider));
  for (const path of ['/metrics', '/', '/api/status', '/nowhere']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    output += JSON.stringify([...response.headers]) + (await response.text());
  }
  expect(reported, 'the secret was in use').toContain(CLIENT_SECRET);
  return output + describeConfig(config, merged);
}

/** Such a poll only ends at its deadline. */
function hasMetSilence({ faults, requests }: Simulator): boolean {
  return (['token', 'numbers'] as const).some((call) => {
    const fault = faults[call];
    if (fault === undefined || requests.outcomes[`${call} fault ${fault.kind}`] === undefined) {
      return false;
    }
    const hasRest = fault.kind === 'reply' && fault.headers?.['content-length'] !== undefined;
    return hasRest || ['never', 'headersOnly', 'drip'].includes(fault.kind);
  });
}

function configFor(apiUrl: string, flags: Readonly<Record<string, string>>) {
  const load = createConfigLoader({
    checkWebConfig,
    readFile: () => '',
    whyNotExcludable,
    usualGapMs: () => 3_600_000,
  });
  const loaded = load({
    flags: {
      'web.listen_address': '127.0.0.1:0',
      'poll.schedule': '1h',
      'poll.timeout': `${TIMEOUT_MS / 1000}s`,
      'poll.stale_after': '2h',
      ...flags,
    },
    env: {
      WHATSAPP_ACCOUNT: 'acme',
      WHATSAPP_API_URL: apiUrl,
      WHATSAPP_CLIENT_ID: CLIENT_ID,
      WHATSAPP_CLIENT_SECRET: CLIENT_SECRET,
    },
  });
  if ('problems' in loaded) throw new Error(formatProblems(loaded.problems));
  return loaded;
}
