import { constants, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pino, { type DestinationStream, type Logger } from 'pino';
import type { Secret } from './core/secret.ts';

/** A secret, a token, and those from before, which hold for a while yet. A token comes each hour. */
const KEPT_OF_OWNER = 4;
/** Shorter secrets occur in ordinary words and would reveal themselves. The provider's are far longer. */
const LENGTH_MIN = 8;

/** The texts that must not appear in any output: a second layer, should the first ever fail. */
export interface Redactor {
  /** Of each owner, such as an account, the last few secrets are remembered. */
  add(secret: Secret, owner: string): void;
  readonly redact: (text: string) => string;
}

export function createRedactor(): Redactor {
  const byOwner = new Map<string, readonly string[]>();
  let sorted: readonly string[] | undefined;

  /** Each as it is and as it stands within JSON. The longest first: it may begin with another one. */
  function sort(): readonly string[] {
    const texts = [...byOwner.values()].flat();
    const escaped = texts.map((text) => JSON.stringify(text).slice(1, -1));
    return [...new Set([...texts, ...escaped])].toSorted((a, b) => b.length - a.length);
  }

  return {
    add(secret, owner) {
      const text = secret.reveal();
      const known = byOwner.get(owner) ?? [];
      if (text.length < LENGTH_MIN || known.at(-1) === text) return;
      const rest = known.filter((other) => other !== text);
      byOwner.set(owner, [...rest, text].slice(-KEPT_OF_OWNER));
      sorted = undefined;
    },
    redact(text) {
      if (text.length < LENGTH_MIN) return text;
      sorted ??= sort();
      return sorted.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
    },
  };
}

/** Deeper values are left out. No field needs as much. */
const DEPTH_MAX = 6;
/** Such as every name of a field here; a hostile provider might choose one of them as a token. */
const PLAIN_NAME = /^[a-z_]+$/;

/** A copy that JSON can hold, with `redact` applied to every text in it. */
function redactFields(
  fields: object,
  redact: Redactor['redact'],
  depth = 0,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      PLAIN_NAME.test(name) ? name : redact(name),
      redactValue(value, redact, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, redact: Redactor['redact'], depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) return undefined;
  const next = (inner: unknown) => redactValue(inner, redact, depth + 1);
  // Only the stack: an error of a library may carry headers and bodies as properties.
  if (value instanceof Error) return next(value.stack);
  // Secret, for one.
  if ('toJSON' in value) return next((value as { toJSON: () => unknown }).toJSON());
  return Array.isArray(value) ? value.map(next) : redactFields(value, redact, depth);
}

/** What was thrown need not be an error, and may hold anything. */
function toError(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown : typeof thrown;
}

/** What waits in memory while the log cannot be written: some 5,000 lines. */
const UNWRITTEN_BYTES_MAX = 1_000_000;
/** A pipe holds 64 KiB, so that a reader that has woken up gets all of them within a second. */
const RETRY_MS = 50;

export interface LogOutput {
  readonly stream: Writable;
  /** How many lines were dropped, because too many waited already. */
  dropped(): number;
  /** Resolves as soon as no line waits for a reader, or after so long. */
  flush(msMax: number): Promise<void>;
}

/**
 * Writes each line at once, so that none is lost in a crash, and never waits for the reader: what it
 * does not take waits in memory, and the excess is dropped. A log that cannot be written for another
 * reason (a full disk, a closed pipe) is tried again with the next line.
 */
export function logTo(output: Output): LogOutput {
  const fd = openNonBlocking(output);
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let retry: NodeJS.Timeout | undefined;

  function writeWaiting(): void {
    retry = undefined;
    try {
      for (let [line] = waiting; line !== undefined; [line] = waiting) {
        const written = writeSync(fd, line);
        waitingBytes -= written;
        if (written < line.length) waiting[0] = line.subarray(written);
        else waiting.shift();
      }
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (isFull) retry = setTimeout(writeWaiting, RETRY_MS).unref();
    }
  }

  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      if (waitingBytes + line.length > UNWRITTEN_BYTES_MAX) dropped += 1;
      else {
        waiting.push(line);
        waitingBytes += line.length;
      }
      if (retry === undefined) writeWaiting();
      done();
    },
  });
  return {
    stream,
    dropped: () => dropped,
    async flush(msMax) {
      for (let ms = 0; retry !== undefined && ms < msMax; ms += RETRY_MS) await sleep(RETRY_MS);
    },
  };
}

/** The process's stdout or stderr. Node makes a pipe or a socket non-blocking when it opens one. */
export interface Output {
  readonly fd: number;
  readonly isTTY: boolean;
}

/** Node makes a terminal blocking, and Ctrl-S would stop the process, so it is opened once more. */
function openNonBlocking({ fd, isTTY }: Output): number {
  if (!isTTY) return fd;
  try {
    return openSync(
      `/dev/fd/${fd}`,
      constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK,
    );
  } catch {
    // The terminal of another user, after su.
    return fd;
  }
}

export interface LogOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly redactor: Redactor;
  readonly destination: DestinationStream;
}

/** Lines of JSON, or text for people. */
export async function createLog(options: LogOptions): Promise<Logger> {
  const { level, format, redactor } = options;
  // Loaded only when asked for: a server never does.
  const destination =
    format === 'json'
      ? options.destination
      : (await import('pino-pretty')).default({
          destination: options.destination,
          translateTime: 'SYS:HH:MM:ss',
          sync: true,
        });
  const { redact } = redactor;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Secrets are redacted before the line is JSON: a token such as `","reason":"` occurs in that.
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          redactFields(
            'err' in fields ? { ...fields, err: toError(fields['err']) } : fields,
            redact,
          ),
      },
      serializers: { msg: (message: unknown) => redactValue(message, redact, 0) },
    },
    destination,
  );
}
