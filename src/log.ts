import pino, { type DestinationStream, type Logger } from 'pino';
import type { Secret } from './core/secret.ts';

/** A secret, a token, and those from before, which hold for a while yet. A token comes each hour. */
const KEPT_OF_OWNER = 4;
/**
 * A shorter text stands in lines by chance: where a secret is `0`, a line without zeros would be no JSON
 * any more, and tell the secret. The provider's are far longer.
 */
const LENGTH_MIN = 8;

/** The texts that must not appear in any output: a second layer, should the first ever fail. */
export interface Redactor {
  /** Of each owner, such as an account, the last few secrets are remembered. */
  add(secret: Secret, owner: string): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const byOwner = new Map<string, readonly string[]>();
  let sorted: readonly string[] | undefined;

  /**
   * Each as it is and as it stands within a JSON string. The longest first: one may be the beginning
   * of another, and what is left of an escape would make the line no JSON.
   */
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
      sorted ??= sort();
      return sorted.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
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
