const SHORTCUT = 'a shorter way to the same result';
const CERTAIN = 'it asks what is certain there, for the compiler';
const SAME = 'where both sides are equal, both ways lead to the same';
const NO_WAIT = 'a wait of undefined is none';
const SCORE = 'scores are 48 bits of a hash: none is 0 or 1, and no two are equal';
const NODE_CODE = 'whatever reading a file throws is an Error with a code';
const BEHIND =
  'a second defence, of sockets that are left behind: the deadline of the poll comes first';
const STRING = 'a code that is no string does not get here';
const TLS_NAME = 'no code of Node.js or undici has one of these names in its middle';

/**
 * The changes that no test notices, and why not: file, what is changed, into what. The list is exact:
 * `npm run mutation` compares, see docs/mutation.md.
 */
export const SURVIVORS: Readonly<Record<string, string>> = {
  'src/core/month.ts: cached !== undefined -> false': SHORTCUT,
  'src/core/parse.ts: fields === undefined -> false': CERTAIN,
  'src/core/values.ts: count !== undefined -> true': CERTAIN,
  'src/core/values.ts: value.length <= TEXT_LENGTH_MAX && PLAIN_TEXT.test(value) -> false':
    SHORTCUT,
  'src/core/values.ts: value.length <= TEXT_LENGTH_MAX -> value.length < TEXT_LENGTH_MAX': SHORTCUT,
  'src/core/values.ts: /^[ -~\\u05d0-\\u05ea]*$/ -> /^[ -~\\u05d0-\\u05ea]$/': SHORTCUT,
  'src/core/values.ts: clean.length <= TEXT_LENGTH_MAX -> false': SHORTCUT,
  'src/core/values.ts: clean.length <= TEXT_LENGTH_MAX -> clean.length < TEXT_LENGTH_MAX': SHORTCUT,
  'src/core/shard.ts: -1 -> +1': SCORE,
  'src/core/shard.ts: score > highest -> score >= highest': SCORE,
  'src/provider/access-token.ts: toldMs < LIFE_MS -> toldMs <= LIFE_MS': SAME,
  "src/provider/access-token.ts: fields?.['expiration_time'] -> fields['expiration_time']": CERTAIN,
  'src/provider/answer.ts: code !== undefined -> true': CERTAIN,
  'src/provider/answer.ts: header === undefined -> false':
    'the text `undefined` is neither a number nor a date',
  'src/provider/hold.ts: held !== undefined -> true': CERTAIN,
  'src/provider/http.ts: { headersTimeout: limitMs, bodyTimeout: limitMs, connect: { timeout: limitMs } } -> {}':
    BEHIND,
  'src/provider/http.ts: { timeout: limitMs } -> {}': BEHIND,
  'src/provider/http.ts: { chunkSize: 64 * 1024 } -> {}': SHORTCUT,
  'src/provider/http.ts: /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO$)/ -> /(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO$)/':
    TLS_NAME,
  'src/provider/http.ts: /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO$)/ -> /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|EPROTO)/':
    TLS_NAME,
  "src/provider/http.ts: 'code' in e && typeof e.code === 'string' -> true": STRING,
  "src/provider/http.ts: 'code' in e && typeof e.code === 'string' -> 'code' in e || typeof e.code === 'string'":
    STRING,
  "src/provider/http.ts: typeof e.code === 'string' -> true": STRING,
  'src/provider/http.ts: \'content-length\' -> ""': SHORTCUT,
  'src/provider/http.ts: end > body.length -> end >= body.length': SHORTCUT,
  "src/provider/http.ts: proxyUrl === '' -> false": SHORTCUT,
  'src/provider/http.ts: \'\' -> "Stryker was here!"': SHORTCUT,
  'src/provider/provider.ts: lastSecret !== undefined -> true': CERTAIN,
  'src/provider/provider.ts: \'GET\' -> ""': 'undici takes no method for GET',
  'src/provider/provider.ts: last !== undefined -> true': CERTAIN,
  'src/provider/provider.ts: error instanceof PollError && error.retryAfterMs !== undefined -> true':
    NO_WAIT,
  'src/provider/provider.ts: error instanceof PollError && error.retryAfterMs !== undefined -> error instanceof PollError || error.retryAfterMs !== undefined':
    NO_WAIT,
  'src/provider/provider.ts: error.retryAfterMs !== undefined -> true': NO_WAIT,
  "src/provider/provider.ts: error instanceof Error && 'code' in error -> true": NODE_CODE,
  "src/provider/provider.ts: error instanceof Error && 'code' in error -> error instanceof Error || 'code' in error":
    NODE_CODE,
  'src/provider/provider.ts: \'unreadable\' -> ""': NODE_CODE,
};
