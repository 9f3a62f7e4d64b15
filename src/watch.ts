import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { FileKind } from './config/read-file.ts';
import type { Clock } from './core/clock.ts';
import { readSecretFile } from './provider/secret-source.ts';

/** A change counts at the second look that finds it: this is how soon, and twice this how late. */
const LOOK_MS = 2_000;

/** Files of which somebody wants to know when they say something else than when they were read. */
export interface FileWatch {
  /** Reads a file as UTF-8 and remembers what it said; throws Node's errors. */
  readonly read: (path: string, kind?: FileKind) => string;
  /** From now on these files count, as they were when last read, and no others. */
  follow(paths: readonly string[]): void;
  /** `onChange` is called at each look while a file differs, until it is read again. */
  start(onChange: () => void): void;
  stop(): void;
}

/**
 * Looks at the contents now and then, where the kernel could tell of events: those do not come from
 * network file systems and some mounts of containers, and follow the old file where a new one takes its
 * place, by a rename or, in Kubernetes, by a link some folders above. Modification times may lie.
 *
 * A change counts once two looks in a row have found the same, so that neither half a file nor the
 * moment without one, while it is being replaced, is taken for what somebody wants.
 */
export function createFileWatch(clock: Clock): FileWatch {
  let known = new Map<string, { readonly print: string; readonly kind: FileKind }>();
  let found = '';
  let cancel = () => {};

  function look(onChange: () => void): void {
    const before = found;
    found = [...known].map(([path, { kind }]) => fingerprint(path, kind)).join();
    const expected = [...known.values()].map(({ print }) => print).join();
    if (found !== expected && found === before) onChange();
    cancel = clock.setTimer(() => look(onChange), LOOK_MS);
  }

  return {
    read(path, kind) {
      const [text, print] = readWithPrint(path, kind);
      known.set(path, { print, kind });
      if (typeof text === 'string') return text;
      throw text;
    },
    follow(paths) {
      const files = paths.filter((path) => !isStream(path));
      const unread = (path: string) => ({ print: fingerprint(path), kind: undefined });
      known = new Map(files.map((path) => [path, known.get(path) ?? unread(path)]));
    },
    start(onChange) {
      cancel = clock.setTimer(() => look(onChange), LOOK_MS);
    },
    stop: () => cancel(),
  };
}

/** A pipe, such as a shell's `<(...)`, has been read for good: it would be empty, or waited for. */
function isStream(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFIFO() || stats.isCharacterDevice();
  } catch {
    return false;
  }
}

const fingerprint = (path: string, kind?: FileKind): string => readWithPrint(path, kind)[1];

/** Text and a fingerprint, which gives nothing of the text away; or the error, and which it is. */
function readWithPrint(path: string, kind: FileKind): [text: string | Error, print: string] {
  try {
    const text = kind === 'secret' ? readSecretFile(path) : readFileSync(path, 'utf8');
    return [text, createHash('sha256').update(text).digest('base64')];
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return [error, String(error.code)];
  }
}
