import type { Dependencies } from './accounts.ts';
import type { Config } from './config/config.ts';
import { codeOf } from './core/error-code.ts';
import { PollError } from './core/reasons.ts';
import { createHistoryFile, openHistoryFile, type HistoryFile } from './history-file.ts';
import { createSource, GAP_MS, type Source } from './history-source.ts';
import { createPrivacy } from './privacy.ts';
import { createNetwork } from './provider/network.ts';

/** If numbers fail one after another, the others would too. */
const FAILURES_IN_A_ROW_MAX = 3;

export interface HistoryOptions {
  /** Also the months of each number, with one call per number. */
  readonly byNumber: boolean;
  readonly file: HistoryFile;
  /** Called after each call for a number. */
  readonly onProgress: (done: number, total: number) => void;
}

/** The terminal or files of the process. */
interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Runs the command; returns whether it succeeded. */
export async function runHistory(
  config: Config,
  { byNumber, output }: { readonly byNumber: boolean; readonly output?: string },
  { stdout, stderr }: Streams,
  dependencies: Dependencies,
): Promise<boolean> {
  const file =
    output === undefined
      ? createHistoryFile((text) => stdout.write(text), config.month)
      : openOutput(output, config.month);
  if ('problem' in file) {
    stderr.write(`--output: ${output} ${file.problem}\n`);
    return false;
  }
  const onProgress = (done: number, total: number) => {
    if (stderr.isTTY) stderr.write(renderProgress(done, total));
  };
  return writeHistory(config, { byNumber, file, onProgress }, dependencies);
}

function openOutput(path: string, month: Config['month']): ReturnType<typeof openHistoryFile> {
  try {
    return openHistoryFile(path, month);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { problem: `cannot be read and written (${code}); name a file in a folder that exists` };
  }
}

/**
 * Requests the complete months of every account, and adds those that are not in the file yet. Returns
 * whether the file is complete. Failures are logged.
 */
export async function writeHistory(
  config: Config,
  { byNumber, file, onProgress }: HistoryOptions,
  dependencies: Dependencies,
): Promise<boolean> {
  const { clock, log, onSecret } = dependencies;
  if (config.privacy.hashKey !== undefined) onSecret(config.privacy.hashKey, 'hash key');
  const { toNumber } = createPrivacy(config.privacy);
  const network = createNetwork(clock);
  const sources = config.accounts.map((account) =>
    createSource(account, config, network, dependencies),
  );

  /** Adds the months of an account or of one of its numbers; returns whether it succeeded. */
  async function add({ account, fetchMonths }: Source, number?: string): Promise<boolean> {
    const subject = number === undefined ? { account } : { account, number: toNumber(number) };
    if (file.has(subject)) return true;
    return reporting(log, subject, async () => file.add(subject, await fetchMonths(number)));
  }

  async function addNumbers(): Promise<boolean> {
    const todo: (readonly [Source, string])[] = [];
    for (const source of sources) {
      const { account } = source;
      const isListed = await reporting(log, { account }, async () => {
        for (const number of await source.numbers()) todo.push([source, number]);
      });
      if (!isListed) return false;
    }
    let failures = 0;
    let failuresInARow = 0;
    for (const [index, [source, number]] of todo.entries()) {
      if (failuresInARow === FAILURES_IN_A_ROW_MAX) return false;
      failuresInARow = (await add(source, number)) ? 0 : failuresInARow + 1;
      failures += failuresInARow > 0 ? 1 : 0;
      onProgress(index + 1, todo.length);
    }
    return failures === 0;
  }

  try {
    let isComplete = true;
    for (const source of sources) isComplete = (await add(source)) && isComplete;
    // A metric must not be continued after another one has begun.
    if (isComplete && byNumber) isComplete = await addNumbers();
    if (isComplete) file.end();
    return isComplete;
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

/** Runs an action, and logs a failed request. Returns whether it succeeded. */
async function reporting(
  log: Dependencies['log'],
  fields: object,
  action: () => Promise<void>,
): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof PollError)) throw error;
    log.error({ ...fields, reason: error.reason, detail: error.message }, 'no past months');
    return false;
  }
}

const BAR_WIDTH = 30;

/** A line for a terminal; the next output overwrites it until the last one. */
export function renderProgress(done: number, total: number): string {
  const filled = Math.floor((BAR_WIDTH * done) / total);
  const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
  const minutes = Math.ceil(((total - done) * GAP_MS) / 60_000);
  return `${bar} ${done} of ${total} numbers, ${minutes} min left${done === total ? '\n' : '\r'}`;
}
