import { constants, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pino, { type DestinationStream, type Logger } from 'pino';
import { codeOf } from './core/error-code.ts';
import type { Secret } from './core/secret.ts';
import { toLogfmt } from './logfmt.ts';

/** The current secret and token, and the previous ones, which stay valid for a while. */
const KEPT_OF_OWNER = 4;
/** Shorter secrets occur in ordinary words and would reveal themselves. The provider's are far longer. */
const LENGTH_MIN = 8;

/** Removes secrets from the log: the second line of defence. */
export interface Redactor {
  /** Remembers the last few secrets of each owner, such as an account. */
  add(secret: Secret, owner: string): void;
  readonly redact: (text: string) => string;
}

export function createRedactor(): Redactor {
  const byOwner = new Map<string, readonly string[]>();
  let sorted: readonly string[] | undefined;

  /** Plain and JSON-escaped, the longest first: a secret may begin with another one. */
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

/** Deeper values are dropped; no field is that deep. */
const DEPTH_MAX = 6;
/** Names of our fields are not redacted: a hostile provider could send one of them as a token. */
const PLAIN_NAME = /^[a-z_]+$/;

/** A copy for JSON, with `redact` applied to every string. */
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
  // Only the stack: library errors may carry headers and bodies as properties.
  if (value instanceof Error) return next(value.stack);
  // For example Secret.
  if ('toJSON' in value) return next((value as { toJSON: () => unknown }).toJSON());
  return Array.isArray(value) ? value.map(next) : redactFields(value, redact, depth);
}

/** Thrown values that are not errors may contain anything, so only their type is logged. */
function toError(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown : typeof thrown;
}

/** Memory for lines that cannot be written yet: about 5,000 lines. */
const UNWRITTEN_BYTES_MAX = 1_000_000;
/** A pipe holds 64 KiB, so a reader that resumes receives all waiting lines within a second. */
const RETRY_MS = 50;

export interface LogOutput {
  readonly stream: Writable;
  /** Number of lines dropped because too many were waiting. */
  dropped(): number;
  /** Resolves when no line is waiting, or after `msMax`. */
  flush(msMax: number): Promise<void>;
}

/**
 * Writes each line immediately, so a crash loses none, and never waits for the reader: lines that it
 * does not take wait in memory, and the excess is dropped. After any other error, such as a full disk
 * or a closed pipe, the next line tries again.
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
      if (codeOf(error) === 'EAGAIN') retry = setTimeout(writeWaiting, RETRY_MS).unref();
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

/** The process's stdout or stderr. Node.js opens pipes and sockets as non-blocking. */
export interface Output {
  readonly fd: number;
  readonly isTTY: boolean;
}

/** Node.js opens a terminal as blocking, so Ctrl-S would stop the process. This opens it again. */
function openNonBlocking({ fd, isTTY }: Output): number {
  if (!isTTY) return fd;
  try {
    return openSync(
      `/dev/fd/${fd}`,
      constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK,
    );
  } catch {
    // Not permitted, for example after su.
    return fd;
  }
}

export interface LogOptions {
  readonly level: string;
  readonly format: 'json' | 'logfmt' | 'pretty';
  readonly redactor: Redactor;
  readonly destination: DestinationStream;
}

/** Logs lines of JSON or logfmt, or text for people. */
export async function createLog(options: LogOptions): Promise<Logger> {
  const { level, redactor } = options;
  const destination = await formatLines(options);
  const { redact } = redactor;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Before serialization: a token such as `","reason":"` also occurs in finished JSON.
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

/** Each format is made of lines of JSON, whose fields are redacted already. */
async function formatLines({ format, destination }: LogOptions): Promise<DestinationStream> {
  if (format === 'json') return destination;
  if (format === 'logfmt') return toLogfmt(destination);
  // Loaded only on request: servers log JSON.
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination, translateTime: 'SYS:HH:MM:ss', sync: true });
}
