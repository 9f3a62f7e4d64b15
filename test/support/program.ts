import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built program in its own process. */
export interface Program {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The exit code; null after a signal. */
  readonly exit: Promise<number | null>;
  /** Log lines so far, without those that are not JSON. */
  log(): readonly Readonly<Record<string, unknown>>[];
}

/**
 * Starts `node dist/main.js` with these flags and only PATH and this environment.
 * `stdout` may be a file descriptor instead. `sockets` are passed as by systemd.
 */
export function startProgram(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdout: 'pipe' | number = 'pipe',
  sockets: readonly number[] = [],
): Program {
  const systemd = { LISTEN_FDS: String(sockets.length) };
  // The shell becomes the program, so that both have the same process id.
  const shell = ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', process.execPath];
  const [command, ...args] = sockets.length > 0 ? ['/bin/sh', ...shell] : [process.execPath];
  const child = spawn(command, [...args, MAIN, ...flags], {
    env: { PATH: process.env['PATH'], ...(sockets.length > 0 && systemd), ...env },
    stdio: ['ignore', stdout, 'pipe', ...sockets],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return {
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exit,
    log: () =>
      output.stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

export async function runProgram(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = startProgram(flags, env);
  const code = await program.exit;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** Resolves with the result of `find` when it is not undefined; for processes only. */
export async function eventually<T>(
  find: () => T | undefined | Promise<T | undefined>,
  what: string,
  timeoutMs = 15_000,
): Promise<T> {
  const giveUpMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > giveUpMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The port in the program's log; throws with its output if it exits instead. */
export async function portOf(program: Program): Promise<number> {
  let code: number | null | undefined;
  void program.exit.then((ended) => (code = ended));
  return eventually(() => {
    if (code !== undefined) throw new Error(`exit ${code}: ${program.stdout()}${program.stderr()}`);
    const port = program.log().find(({ msg }) => msg === 'serving metrics')?.['port'];
    return typeof port === 'number' ? port : undefined;
  }, 'the port');
}
