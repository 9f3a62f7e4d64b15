import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { scrape, startExporter, startHelper, stop } from './process.ts';
import { median } from './statistics.ts';

const ROUNDS = 7;

/** Medians, in milliseconds. */
export interface StartCost {
  /** `node -e 0`, from start to end. */
  readonly node: number;
  /** The program, from start to the first answer of /metrics. */
  readonly ours: number;
}

export async function measureStart(): Promise<StartCost> {
  const provider = await startHelper('provider', '10');
  const [node, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const nodeMs = await time(async () => {
      await once(spawn(process.execPath, ['-e', '0']), 'exit');
    });
    const startMs = performance.now();
    const server = await startExporter(provider.url, '* * * * *');
    await scrape(`${server.url}/metrics`, 'gzip');
    const oursMs = performance.now() - startMs;
    stop(server);
    // The first round fills the file cache.
    if (round === 0) continue;
    node.push(nodeMs);
    ours.push(oursMs);
  }
  stop(provider);
  return { node: median(node), ours: median(ours) };
}

async function time(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
