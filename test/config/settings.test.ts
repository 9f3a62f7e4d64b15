import { expect, test } from 'vitest';

import { ACCOUNT_SETTINGS } from '../../src/config/account-settings.ts';
import { InvalidValue } from '../../src/config/problems.ts';
import { PRIVACY_KEY_SETTINGS, SETTINGS, type Setting } from '../../src/config/settings.ts';

const {
  listenAddresses,
  telemetryPath,
  maxRequests,
  noNames,
  timeout,
  timezone,
  monthStartsAt,
  logLevel,
} = SETTINGS;
const { hashKey } = PRIVACY_KEY_SETTINGS;
const { name, apiUrl, clientId, allowInsecureHttp } = ACCOUNT_SETTINGS;

test.each([
  [listenAddresses, ':10972', [{ host: undefined, port: 10_972 }]],
  [listenAddresses, '127.0.0.1:0', [{ host: '127.0.0.1', port: 0 }]],
  [listenAddresses, 'localhost:65535', [{ host: 'localhost', port: 65_535 }]],
  [listenAddresses, '[::1]:9000', [{ host: '::1', port: 9000 }]],
  [
    listenAddresses,
    ':1, unix:/run/a.sock',
    [{ host: undefined, port: 1 }, { path: '/run/a.sock' }],
  ],
  [maxRequests, '0', 0],
  [noNames, '1', true],
  [telemetryPath, '/a/b-c_d.e~f', '/a/b-c_d.e~f'],
  [telemetryPath, '/..metrics', '/..metrics'],
  [telemetryPath, '/api', '/api'],
  [telemetryPath, '/sd/metrics', '/sd/metrics'],
  [timeout, '1h30m', 5_400_000],
  [timezone, 'UTC', 'UTC'],
  [timezone, 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  [monthStartsAt, '00:00', 0],
  [monthStartsAt, '04:05', 14_700_000],
  [monthStartsAt, '23:59', 86_340_000],
  [logLevel, 'silent', 'silent'],
  [logLevel, 'INFO', 'info'],
  [logLevel, 'Warn', 'warn'],
  [name, 'A-z_0.9', 'A-z_0.9'],
  [name, 'x'.repeat(64), 'x'.repeat(64)],
  [apiUrl, 'https://example.com//', 'https://example.com'],
  [apiUrl, 'HTTPS://Example.com:8443/api/', 'https://example.com:8443/api'],
  [clientId, '!~', '!~'],
  [allowInsecureHttp, 'true', true],
  [allowInsecureHttp, '1', true],
  [allowInsecureHttp, 'false', false],
  [allowInsecureHttp, '0', false],
])('$key reads %j', ({ parse }, text, value) => {
  expect(parse(text)).toStrictEqual(value);
});

test.each([
  [listenAddresses, ['', '9000', ':', ':65536', ':-1', 'a b:1', '::1:9000', '[::g]:1', '[]:1']],
  [listenAddresses, [':1,', ',:1', ':1,:1', ':1,x', 'unix:', 'unix:a', 'unix:/a\0', 'UNIX:/a']],
  [listenAddresses, [`unix:/${'x'.repeat(103)}`, `unix:/${'é'.repeat(52)}`]],
  [maxRequests, ['', '-1', '1.5', '1e3', 'x', '1234567']],
  [hashKey, ['', 'x'.repeat(15), `${'x'.repeat(15)}\n`, `${'x'.repeat(16)}\n\n`, 'é'.repeat(16)]],
  [listenAddresses, ['999.0.0.1:80', '1.2.3:80', 'http://localhost:80', ':80/', ':1e3', ':٣']],
  [telemetryPath, ['', '/', 'metrics', '/-/', '/-/metrics', '/a?b', '/a#b', '/a b', '/a/', '//a']],
  [telemetryPath, ['/api/status', '/api/x', '/sd', '/-/reload']],
  [telemetryPath, ['/:id', '/*', '/a/../b', '/.', '/..', '/%20', '/a\n']],
  [timeout, ['', '0s', '-1s', '1.5s', '20', '20 s', '1s1m', '1d', '600h', 'Infinity', '1s\n']],
  [timezone, ['', 'Jerusalem', '+02:00', '-01', 'Asia/Jerusalem ', '../etc']],
  [
    monthStartsAt,
    ['', '4', '4:00', '24:00', '04:60', '04:00:00', '0400', '4am', '-1:00', '04:00\n'],
  ],
  [logLevel, ['', 'warning', 'verbose', 'info ']],
  [name, ['', 'a b', 'שלום', 'x'.repeat(65), 'a\n', 'a"b']],
  [apiUrl, ['', 'example.com', '/api', 'ftp://example.com', 'https://', 'https://u@example.com']],
  [apiUrl, ['https://:p@example.com', 'https://example.com/?a=b', 'https://example.com/#a']],
  [clientId, ['', ' ', 'a b', 'a\n', 'a\u0000', 'é', '\u200b', '\ufeffabc']],
  [allowInsecureHttp, ['', 'TRUE', 'True', 'yes', 'no', 'on', '2', ' true', 'null']],
])('$key refuses %j', ({ parse }, texts) => {
  for (const text of texts) expect(() => parse(text), JSON.stringify(text)).toThrow(InvalidValue);
});

test.each<Setting>([
  ...Object.values(SETTINGS),
  ...Object.values(PRIVACY_KEY_SETTINGS),
  ...Object.values(ACCOUNT_SETTINGS),
])('the default and the example of $key are right values', (setting) => {
  if (setting.default !== undefined) setting.parse(setting.default);
  if (!setting.example.startsWith('<')) setting.parse(setting.example);
});
