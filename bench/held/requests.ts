/** Requests without a password, for `npm run bench:held`. */
const HIDDEN = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';
const LENGTH = HIDDEN.length;

const post = (headers: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const full = `Content-Length: ${LENGTH}`;
const ended = `0\r\n\r\n${HIDDEN}`;
const both = `Content-Length: ${ended.length}`;

/** Each is one request to some proxies, with a second one hidden in it that others see. */
export const SMUGGLING: readonly string[] = [
  post(`${both}\r\n${CHUNKED}`, ended),
  post(`${CHUNKED}\r\n${both}`, ended),
  post(`Content-Length: 0\r\n${full}`, HIDDEN),
  post(`${full}\r\nContent-Length: 0`, HIDDEN),
  post(`Content-Length: 0, ${LENGTH}`, HIDDEN),
  post(`Content-Length: +${LENGTH}`, HIDDEN),
  post('Content-Length: -1', HIDDEN),
  post('Content-Length: 0x0', HIDDEN),
  post(`Content-Length: ${LENGTH} 0`, HIDDEN),
  post(`Content-Length: 0\0${LENGTH}`, HIDDEN),
  post(`${both}\r\nTransfer-Encoding: xchunked`, ended),
  post(`${both}\r\nTransfer-Encoding:\tchunked`, ended),
  post(`${both}\r\nTransfer-Encoding: \vchunked`, ended),
  post(`${both}\r\nTransfer-Encoding: chunked, identity`, ended),
  post(`${both}\r\nTransfer-Encoding: identity, chunked`, ended),
  post(`${both}\r\n${CHUNKED}\r\nTransfer-Encoding: x`, ended),
  post(`${both}\r\nTransfer-Encoding : chunked`, ended),
  post(`${both}\r\n Transfer-Encoding: chunked`, ended),
  post(`${both}\r\nTransfer-Encoding:\r\n chunked`, ended),
  post(`${both}\r\nX: a\nTransfer-Encoding: chunked`, ended),
  post(`${both}\r\nX: a\rTransfer-Encoding: chunked`, ended),
  post(`${both}\r\nX: a\0\r\nTransfer-Encoding: chunked`, ended),
  post(`${both}\r\nTransfer_Encoding: chunked`, ended),
  post(CHUNKED, `1;a=\nb\r\n${ended}`),
  post(CHUNKED, `1;${'a'.repeat(65_536)}\r\nb\r\n${ended}`),
  post(CHUNKED, `10000000000000000\r\n${HIDDEN}`),
  post(CHUNKED, `0x0\r\n\r\n${HIDDEN}`),
  post(CHUNKED, `-1\r\n${ended}`),
  post(CHUNKED, `1\r\nb${ended}`),
  post(CHUNKED, `1\nb\n0\n\n${HIDDEN}`),
  `POST / HTTP/1.1\nHost: a\nContent-Length: 0\n\n${HIDDEN}`,
  `POST / HTTP/1.0\r\n${both}\r\n${CHUNKED}\r\n\r\n${ended}`,
  `GET / HTTP/1.1\r\nHost: a\r\n${full}\r\n\r\n${HIDDEN}`,
  `HEAD / HTTP/1.1\r\nHost: a\r\n${full}\r\n\r\n${HIDDEN}`,
  post(`Expect: 100-continue\r\n${full}`, HIDDEN),
  post(`Upgrade: h2c\r\nConnection: Upgrade\r\n${full}`, HIDDEN),
];

const ask = (target: string, ...headers: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join(
    '\r\n',
  );
const asMetrics = (...headers: readonly string[]): string => ask('/metrics', ...headers);
const basic = (login: string): string => Buffer.from(login).toString('base64');

/** Targets and headers by which some servers let in whom they should not. */
export const VARIANTS: readonly string[] = [
  ...['http://localhost/metrics', 'http://fake-user@localhost/metrics', 'HTTP://a//metrics'].map(
    (target) => ask(target),
  ),
  ...[
    '*',
    '//localhost/metrics',
    '/metrics#',
    '/-/healthy/../../metrics',
    '/-/healthy;/metrics',
  ].map((target) => ask(target)),
  ...['/-/healthy?/metrics', '/metrics%00/-/healthy', '/metrics?path=/-/healthy', '\\metrics'].map(
    (target) => ask(target),
  ),
  ...['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'X-Forwarded-Path'].map((name) =>
    ask('/-/healthy', `${name}: /metrics`),
  ),
  ...['X-Forwarded-For', 'X-Real-IP', 'X-Client-IP', 'Forwarded', 'X-Forwarded-Host'].map((name) =>
    asMetrics(`${name}: 127.0.0.1`),
  ),
  ...['X-Forwarded-User', 'X-Remote-User', 'X-WEBAUTH-USER', 'Remote-User'].map((name) =>
    asMetrics(`${name}: fake-user`),
  ),
  ...['Basic', 'Basic ', 'Basic =', 'Bearer fake-password', 'Basic fake-user:fake-password'].map(
    (value) => asMetrics(`Authorization: ${value}`),
  ),
  ...['fake-user:', ':fake-password', 'fake-user', ':', '\0:\0', 'fake-user:fake-password\0'].map(
    (login) => asMetrics(`Authorization: Basic ${basic(login)}`),
  ),
  asMetrics(`Authorization: Basic ${basic(':')}`, `Authorization: Basic ${basic('a:b')}`),
  asMetrics('Authorization:', ` Basic ${basic('fake-user:')}`),
  asMetrics(`Proxy-Authorization: Basic ${basic('fake-user:fake-password')}`),
  asMetrics(`Cookie: Authorization=Basic ${basic('fake-user:fake-password')}`),
  asMetrics('X-HTTP-Method-Override: OPTIONS'),
  asMetrics('X: \0'),
  asMetrics(`X: ${'a'.repeat(65_536)}`),
  asMetrics(...Array.from({ length: 3_000 }, (_, i) => `X${i}: a`)),
  asMetrics('Range: bytes=0-9'),
  asMetrics('If-None-Match: *'),
  asMetrics('Host: a'),
  asMetrics('Expect: 100-continue'),
  asMetrics('Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
  'GET /metrics\r\n\r\n',
  'GET /metrics HTTP/1.0\r\n\r\n',
  'GET /metrics HTTP/1.1\r\n\r\n',
  'GET /metrics HTTP/2.0\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];
