import pino, { type DestinationStream, type Logger } from 'pino';
import type { Secret } from './core/secret.ts';

/** How many secrets are remembered; the ones used last stay. A token an hour for each account. */
const SECRETS_MAX = 1_000;

/** The texts that must not appear in any output: a second layer, should the first ever fail. */
export interface Redactor {
  add(secret: Secret): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const texts = new Set<string>();
  return {
    add(secret) {
      // As it stands within a JSON string, and as it is. In this order: what is left of an escape
      // would make the line no JSON.
      for (const text of [JSON.stringify(secret.reveal()).slice(1, -1), secret.reveal()]) {
        texts.delete(text);
        texts.add(text);
      }
      for (const oldest of texts) {
        if (texts.size <= SECRETS_MAX) break;
        texts.delete(oldest);
      }
    },
    redact(text) {
      let redacted = text;
      // The longest first: one may be the beginning of another.
      for (const secret of [...texts].toSorted((a, b) => b.length - a.length)) {
        redacted = redacted.replaceAll(secret, '[redacted]');
      }
      return redacted;
    },
  };
}

/** What is kept of a log that cannot be written, to be written later. */
const UNWRITTEN_LENGTH_MAX = 1_000_000;

/**
 * Lines go out at once, so that none is lost when the process ends. A log that cannot be written (a
 * full disk, a closed pipe) must not end the polling, and there is nobody left to tell.
 */
export function logTo(fd: number): DestinationStream {
  const options = { fd, sync: true, maxLength: UNWRITTEN_LENGTH_MAX };
  return pino.destination(options).on('error', () => {});
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
  return pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Only the stack: an error of a library may carry headers and bodies as properties.
      serializers: {
        err: (error: unknown) => (error instanceof Error ? error.stack : typeof error),
      },
      hooks: { streamWrite: (line) => redactor.redact(line) },
    },
    destination,
  );
}
