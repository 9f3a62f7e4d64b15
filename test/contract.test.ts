import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { breaksOf, contractOf, type Json } from '../scripts/contract.ts';

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const { release, ...recorded } = readJson('docs/contract.json') as Record<string, Json>;

test('the contract of the last release still holds', () => {
  expect(breaksOf(recorded, contractOf())).toEqual([]);
});

test('a new version has its own record: npm run contract', () => {
  expect((readJson('package.json') as { version: string }).version).toBe(release);
});

test('the contract covers metrics, settings, endpoints and the fields of the status', () => {
  expect(contractOf()).toMatchObject({
    metrics: { whatsapp_up: { type: 'gauge', labels: 'account' } },
    labelValues: { reason: expect.arrayContaining(['credentials', 'internal']) as unknown },
    settings: {
      'poll.timeout': { flag: '--poll.timeout', env: 'WHATSAPP_POLL_TIMEOUT', default: '20s' },
    },
    accountSettings: { client_id: { env: 'WHATSAPP_CLIENT_ID' } },
    flags: expect.arrayContaining(['--once', '--config.file', '--help']) as unknown,
    endpoints: { '/metrics': ['GET'], '/-/reload': ['POST', 'PUT'], '/api/status': ['GET'] },
    '/api/status': {
      'accounts[].failure.reason': 'string',
      'numbers[].serviceThisMonth': 'number',
    },
  });
});

/** The recorded contract with one text replaced. */
function changed(from: string, to: string): Json {
  const text = JSON.stringify(recorded);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to)) as Json;
}

test.each([
  ['metrics whatsapp_up was removed', '"whatsapp_up":', '"whatsapp_works":'],
  [
    'metrics whatsapp_poll_duration_seconds was removed',
    'poll_duration_seconds',
    'poll_duration_milliseconds',
  ],
  [
    'metrics whatsapp_polls_total type changed from counter to "gauge"',
    '"whatsapp_polls_total":{"type":"counter"',
    '"whatsapp_polls_total":{"type":"gauge"',
  ],
  [
    'metrics whatsapp_up labels changed from account to "account, zone"',
    '"whatsapp_up":{"type":"gauge","labels":"account"',
    '"whatsapp_up":{"type":"gauge","labels":"account, zone"',
  ],
  ['labelValues reason: tls was removed', '"tls",', ''],
  ['settings poll.timeout default changed from 20s to "10s"', '"20s"', '"10s"'],
  [
    'settings log.level env changed from WHATSAPP_LOG_LEVEL to "LEVEL"',
    '"WHATSAPP_LOG_LEVEL"',
    '"LEVEL"',
  ],
  ['settings web.max_requests was removed', '"web.max_requests"', '"web.requests"'],
  ['accountSettings client_id was removed', '"client_id"', '"client"'],
  ['flags: --once was removed', '"--once"', '"--one"'],
  ['endpoints /metrics: GET was removed', '"/metrics":["GET"]', '"/metrics":["POST"]'],
  [
    '/api/status version changed from string to "number"',
    '"version":"string"',
    '"version":"number"',
  ],
])('a violation is found: %s', (expected, from, to) => {
  expect(breaksOf(recorded, changed(from, to))).toEqual([expected]);
});

test.each([
  ['a metric', '"metrics":{', '"metrics":{"whatsapp_new":{"type":"gauge","labels":""},'],
  ['a reason', '"reason":[', '"reason":["new",'],
  [
    'a flag for a variable',
    '"env":"WHATSAPP_PRIVACY_HASH_KEY"',
    '"env":"WHATSAPP_PRIVACY_HASH_KEY","flag":"--x"',
  ],
  ['a method', '"/metrics":["GET"]', '"/metrics":["POST","GET"]'],
  ['a field', '"/api/status":{', '"/api/status":{"new":"string",'],
])('additions are allowed: %s', (_what, from, to) => {
  expect(breaksOf(recorded, changed(from, to))).toEqual([]);
});
