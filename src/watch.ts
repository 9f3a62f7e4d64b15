import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Clock } from './core/clock.ts';
import { codeOf } from './core/error-code.ts';
import type { FileKind } from './edge.ts';
import { readSecretFile } from './provider/secret-source.ts';

/** Interval of checks. A change takes effect at the second check, so after one to two intervals. */
const CHECK_MS = 2_000;

/** Watches files for changes since they were last read. */
export interface FileWatch {
  /** Reads a file as UTF-8 and remembers its content; throws Node's errors. */
  readonly read: (path: string, kind?: FileKind) => string;
  /** Replaces the watched files. They are compared with their content when last read. */
  follow(paths: readonly string[]): void;
  /** Calls `onChange` at each check while a file differs from when it was last read. */
  start(onChange: () => void): void;
  stop(): void;
}

/**
 * Compares contents instead of using file system events. Events are missing on network file systems and
 * some container mounts, and they follow the old file when it is replaced, by a rename or, in Kubernetes,
 * by a link in a parent folder. Modification times are not reliable.
 *
 * A change takes effect when two consecutive checks find the same content, so that a partly written or
 * briefly missing file is ignored while it is being replaced.
 */
export function createFileWatch(clock: Clock): FileWatch {
  let atLastRead = new Map<string, { readonly print: string; readonly kind: FileKind }>();
  let found = '';
  let cancel = () => {};

  function check(onChange: () => void): void {
    const before = found;
    found = [...atLastRead].map(([path, { kind }]) => fingerprint(path, kind)).join();
    const expected = [...atLastRead.values()].map(({ print }) => print).join();
    if (found !== expected && found === before) onChange();
    cancel = clock.setTimer(() => check(onChange), CHECK_MS);
  }

  return {
    read(path, kind) {
      const [text, print] = readWithPrint(path, kind);
      atLastRead.set(path, { print, kind });
      if (typeof text === 'string') return text;
      throw text;
    },
    follow(paths) {
      const files = paths.filter((path) => !isStream(path));
      const unread = (path: string) => ({ print: fingerprint(path), kind: undefined });
      atLastRead = new Map(files.map((path) => [path, atLastRead.get(path) ?? unread(path)]));
    },
    start(onChange) {
      cancel = clock.setTimer(() => check(onChange), CHECK_MS);
    },
    stop: () => cancel(),
  };
}

/** A pipe, such as a shell's `<(...)`, can only be read once; a second read would block or be empty. */
function isStream(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFIFO() || stats.isCharacterDevice();
  } catch {
    return false;
  }
}

const fingerprint = (path: string, kind?: FileKind): string => readWithPrint(path, kind)[1];

/** The text and its hash, or the error and its code. */
function readWithPrint(path: string, kind: FileKind): [text: string | Error, print: string] {
  try {
    const text = kind === 'secret' ? readSecretFile(path) : readFileSync(path, 'utf8');
    return [text, createHash('sha256').update(text).digest('base64')];
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return [error as Error, code];
  }
}
