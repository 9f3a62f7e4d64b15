import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

import type { ParseSecret } from '../edge.ts';
import { parseDuration } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import { toDigits } from '../core/values.ts';
import { InvalidValue, invalid } from './problems.ts';

// Every layer hands over text, so a value means the same in a flag, in a variable and in the file.

/** A text that `parse` reads; it throws InvalidValue, whose message never repeats the text. */
export function text<T>(parse: (text: string) => T): z.ZodType<T> {
  return z.string().transform((given, context) => {
    try {
      return parse(given);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const { message } = error;
      context.issues.push({ code: 'invalid_format', format: 'text', message, input: given });
      return z.NEVER;
    }
  });
}

function parseBoolean(given: string): boolean {
  if (given === 'true' || given === '1') return true;
  return given === 'false' || given === '0' ? false : invalid('must be true, false, 1 or 0');
}

export const boolean = text(parseBoolean);

export function choice<const T extends string>(choices: readonly T[]) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`);
}

export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return text((given) => {
    const isInRange = /^\d{1,9}$/.test(given) && Number(given) >= min && Number(given) <= max;
    return isInRange ? Number(given) : invalid(`must be a whole number from ${min} to ${max}`);
  });
}

const DURATION_MS_MAX = 2 ** 31 - 1; // Node.js fires a longer timer at once.

/** A mapping, or in a variable `key=count,key=count` with some of these keys. */
export const counts = <T extends z.ZodType>(keys: readonly string[], mapping: T) =>
  z.preprocess((given, context) => {
    if (typeof given !== 'string') return given;
    const pairs = given.split(',').map((pair) => pair.trim().split('='));
    const isKnown = pairs.every(([key = '', ...rest]) => keys.includes(key) && rest.length === 1);
    if (isKnown && new Set(pairs.map(([key]) => key)).size === pairs.length) {
      return Object.fromEntries(pairs) as unknown;
    }
    const message = `must be key=count pairs with commas between them, each key once: ${keys.join(', ')}`;
    context.issues.push({ code: 'custom', message, input: given });
    return z.NEVER;
  }, mapping);

/** In milliseconds. */
export const duration = text((given) => {
  if (/^\d+$/.test(given)) invalid('has no unit; write a duration such as 90s, 5m or 1h30m');
  const ms = parseDuration(given) ?? invalid('is not a duration; write 90s, 5m or 1h30m');
  if (ms === 0) invalid('must be longer than zero');
  return ms <= DURATION_MS_MAX ? ms : invalid('is longer than 24 days');
});

/** The provider limits its API, and this data changes rarely. */
const COLLECTOR_MS_MIN = 60_000;

/** The interval of a collector, in milliseconds; `off` is Infinity. */
export const collectorInterval = text((given) => {
  if (given === 'off') return Infinity;
  const ms = parseDuration(given) ?? invalid('is neither off nor a duration; write 10m or 1h');
  if (ms < COLLECTOR_MS_MIN) invalid('is too often; write 1m or longer');
  return ms <= DURATION_MS_MAX ? ms : invalid('is longer than 24 days');
});

/** Such as 04:00, in milliseconds since midnight. */
export const timeOfDay = text((given) => {
  const [, hours, minutes] =
    /^([01]\d|2[0-3]):([0-5]\d)$/.exec(given) ??
    invalid('is not a time of day; write hours and minutes from 00:00 to 23:59, such as 04:00');
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
});

const RESERVED_FOLDERS = ['/-/', '/api/'];
const RESERVED_PATHS = ['/', '/sd'];

/** Plain segments only: routers read `:` and `*` as patterns, clients resolve `.` and `..`. */
export const telemetryPath = text((given) => {
  const folder = RESERVED_FOLDERS.find((reserved) => given.startsWith(reserved));
  if (folder !== undefined) invalid(`is below ${folder}, which is reserved for other endpoints`);
  if (RESERVED_PATHS.includes(given)) invalid('is the path of another endpoint');
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(given)
    ? given
    : invalid('must start with / and contain only letters, digits and . _ ~ - between slashes');
});

export const timezone = text((given) => {
  // Newer Node.js versions also accept offsets such as +02:00, which have no daylight saving.
  if (!/^[A-Za-z]/.test(given)) invalid('is not a known IANA time zone');
  try {
    Intl.DateTimeFormat('en', { timeZone: given });
  } catch {
    invalid('is not a known IANA time zone');
  }
  return given;
});

export type ListenAddress =
  | {
      /** Undefined listens on every interface. */
      readonly host: string | undefined;
      readonly port: number;
    }
  | {
      /** Of a Unix socket. */
      readonly path: string;
    };

/** The system's limit for the path of a socket; some systems cut longer ones silently. */
const SOCKET_PATH_BYTES_MAX = 103;

const listenAddress = text((given): ListenAddress => {
  if (given.startsWith('unix:')) {
    const path = given.slice('unix:'.length);
    if (!/^\/\P{Cc}+$/u.test(path)) invalid('must have an absolute path after unix:');
    return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX
      ? { path }
      : invalid(`has a path of more than ${SOCKET_PATH_BYTES_MAX} bytes`);
  }
  const match = /^(?:\[([^[\]]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(given);
  const [, ipv6, name = '', digits] = match ?? invalid('must be host:port, :port or unix:/path');
  const port = Number(digits);
  if (port > 65_535) invalid('has a port above 65535');
  if (ipv6 !== undefined && !isIPv6(ipv6)) invalid('has no valid IPv6 address in the brackets');
  if (/^[\d.]+$/.test(name) && !isIPv4(name))
    invalid('has a host that is not a valid IPv4 address');
  return { host: ipv6 ?? (name === '' ? undefined : name), port };
});

/** A list, or a text with commas. */
const listOf = <T extends z.ZodType>(list: T) =>
  z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given),
    list,
  );

export const listenAddresses = listOf(
  z
    .array(listenAddress)
    .min(1, 'must not be empty')
    .refine((list) => new Set(list.map((one) => JSON.stringify(one))).size === list.length, {
      error: 'contains an address twice',
    }),
);

/** As in the Host header, without its port: `localhost`, `[::1]`. */
export const hosts = listOf(
  z.array(
    text((given) => {
      const host = isIPv6(given) ? `[${given}]` : given;
      return /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(host)
        ? host.toLowerCase()
        : invalid('must be a host name or an IP address, without a port');
    }),
  ),
);

/** As people write them, for example `+972 50`. */
export const numbers = listOf(
  z.array(
    text(
      (given) => toDigits(given) ?? invalid('must be a number, or the digits that it begins with'),
    ),
  ),
);

/** Names, each with a check that says what is wrong with it. */
export const names = (check: (name: string) => string | undefined) =>
  listOf(
    z.array(
      text((given) => {
        const problem = check(given);
        return problem === undefined ? given : invalid(problem);
      }),
    ),
  );

/** Without trailing slashes, so that a path can be appended. */
export const baseUrl = text((given) => {
  if (!URL.canParse(given)) invalid('must be an absolute URL');
  const url = new URL(given);
  if (!['https:', 'http:'].includes(url.protocol)) invalid('must start with https://');
  if (url.username !== '' || url.password !== '') invalid('must not contain a user or password');
  if (url.search !== '' || url.hash !== '') invalid('must not contain a ? query or # fragment');
  return (url.origin + url.pathname).replace(/\/+$/, '');
});

export const secretOf = (parse: ParseSecret) =>
  text((given): Secret => {
    const parsed = parse(given);
    return 'secret' in parsed ? parsed.secret : invalid(parsed.problem);
  });

/** Anyone with the key can recover the numbers: there are few enough to hash them all. */
const HASH_KEY_LENGTH_MIN = 16;

/** A file's text is taken without the line break that editors add at the end. */
export function parseHashKey(given: string): Secret {
  const key = given.replace(/\r?\n$/, '');
  if (/[^\x20-\x7e]/.test(key)) invalid('contains a line break or a non-ASCII character');
  return key.length >= HASH_KEY_LENGTH_MIN
    ? new Secret(key)
    : invalid(`must have at least ${HASH_KEY_LENGTH_MIN} characters`);
}
