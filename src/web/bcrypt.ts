import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** As text, because a file of its own would have to be found both as TypeScript and as built. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { compareSync } = require(workerData);
parentPort.on('message', ({ password, hash }) => {
  parentPort.postMessage(compareSync(password, hash));
});
`;

/**
 * Compares passwords with bcrypt hashes in a worker thread, because a comparison takes from 70 ms to
 * seconds. One at a time: the caller waits for each result.
 */
export function createPasswordCheck(): (password: string, hash: string) => Promise<boolean> {
  let worker: Worker | undefined;
  return async (password, hash) => {
    worker ??= startWorker(() => (worker = undefined));
    worker.postMessage({ password, hash }, []);
    const [isRight] = (await once(worker, 'message')) as [boolean];
    return isRight;
  };
}

function startWorker(onEnd: () => void): Worker {
  const workerData = createRequire(import.meta.url).resolve('bcryptjs');
  const worker = new Worker(CODE, { eval: true, workerData });
  // The check that waits fails with the worker; the next one starts another.
  worker.on('error', onEnd).unref();
  return worker;
}
