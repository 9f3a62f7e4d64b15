import { METHODS } from 'node:http';
import * as fc from 'fast-check';

import { CONTENT_TYPE } from './site.ts';

/** Part of every request; must not be reflected unchanged in any response. */
export const MARKUP = `<zq x="'">`;
/** The pages there are, with their types. */
export const PAGES: Readonly<Record<string, string>> = {
  '/metrics': CONTENT_TYPE,
  '/': 'text/html; charset=utf-8',
  '/api/status': 'application/json; charset=utf-8',
  '/api/numbers.csv': 'text/csv; charset=utf-8',
  '/sd': 'application/json',
  '/-/healthy': 'text/plain; charset=utf-8',
  '/-/ready': 'text/plain; charset=utf-8',
};
const ASKED =
  'accept-language authorization cookie expect forwarded host if-modified-since if-none-match range te ' +
  'transfer-encoding upgrade content-length x-forwarded-for x-forwarded-host ' +
  'x-http-method-override x-original-url';

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const anyCase = (word: fc.Arbitrary<string>) =>
  fc.mixedCase(word, { toggleCase: (letter) => letter.toUpperCase() });
/** Valid and invalid parts of a line. */
export const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  oneOf([MARKUP, '\0', '\u0085', '%0d%0aX-Forged: 1', '%3Czq', '%ff', '😀', '../', '\\', ';a=1']),
);
const query = fc.oneof(
  fc.webQueryParameters(),
  fc
    .tuple(
      oneOf(['q', 'account', 'page', 'state', 'sort', 'lang', 'all', 'q[]', '__proto__', 'target']),
      text,
    )
    .map(([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`),
  text,
);
const target = fc.oneof(
  { weight: 4, arbitrary: oneOf([...Object.keys(PAGES), '/-/reload']) },
  {
    weight: 4,
    arbitrary: fc.tuple(oneOf(Object.keys(PAGES)), query).map((parts) => parts.join('?')),
  },
  fc
    .tuple(oneOf(['/', 'http://a/', '//', '/metrics', '/api/', '/-/', '*', '']), text)
    .map((parts) => parts.join('')),
  fc.webUrl(),
);
const coding = fc.tuple(
  anyCase(oneOf(['gzip', 'identity', 'br', 'x-gzip', '*', 'deflate', ''])),
  oneOf(['', ';q=0', ';q=0.5', '; Q=1', ';q=-1', ';q=NaN', ';q', ';level=9']),
);
const accepted = fc.oneof(
  fc
    .array(
      coding.map((parts) => parts.join('')),
      { maxLength: 4 },
    )
    .map((list) => list.join(', ')),
  text,
);
const type = oneOf([
  'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  'text/html',
  'image/png;q=0',
]);
const header = fc.oneof(
  fc.tuple(anyCase(fc.constant('accept-encoding')), accepted),
  fc.tuple(anyCase(fc.constant('accept')), fc.oneof(type, text)),
  fc.tuple(
    anyCase(oneOf(ASKED.split(' '))),
    fc.oneof(text, oneOf(['chunked', '0', '5', '-1', 'bytes=0-1', '*', '100-continue', 'h2c'])),
  ),
  fc.tuple(text, text),
);
/** An arbitrary request without the end of its head. */
export const request = fc.record({
  method: fc.oneof(
    { weight: 5, arbitrary: oneOf(['GET', 'HEAD']) },
    oneOf(METHODS),
    fc.string({ maxLength: 8 }),
  ),
  target,
  headers: fc.array(header, { maxLength: 6 }),
  version: fc.oneof({ weight: 9, arbitrary: oneOf(['1.1']) }, oneOf(['1.0', '0.9', '2.0', ''])),
});
export type AnyRequest = typeof request extends fc.Arbitrary<infer T> ? T : never;
