import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { examplesIn } from '../support/examples.ts';
import { freePort } from '../support/free-port.ts';
import { eventually, portOf, startProgram } from '../support/program.ts';
import { fetchPrograms, unlessMissing } from '../support/programs.ts';

const programs = await unlessMissing('VictoriaMetrics', () => fetchPrograms('victoria-metrics'));

/** Runs one of the programs on a free loopback port until the test ends. */
async function start(program: string, ...flags: string[]): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const all = [...flags, `-httpListenAddr=${address}`, '-loggerLevel=ERROR'];
  const child = spawn(join(programs ?? '', 'bin', program), all, { stdio: 'inherit' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  });
  return `http://${address}`;
}

test.skipIf(programs === undefined)(
  'with the documented configuration of vmagent, every series arrives in VictoriaMetrics',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'victoria-metrics-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const port = await portOf(startProgram(['--demo', '--web.listen-address=127.0.0.1:0']));
    const { text = '' } =
      examplesIn('docs/feeding.md').find(({ name }) => name === 'vmagent.yml') ?? {};
    const config = join(folder, 'vmagent.yml');
    writeFileSync(config, text.replace('exporter:10972', `127.0.0.1:${port}`).replace('30s', '1s'));

    const store = await start('victoria-metrics', `-storageDataPath=${join(folder, 'store')}`);
    await start(
      'vmagent',
      `-promscrape.config=${config}`,
      `-remoteWrite.url=${store}/api/v1/write`,
      `-remoteWrite.tmpDataPath=${join(folder, 'queue')}`,
    );
    const query = encodeURIComponent('count({__name__=~"whatsapp_.+",job="whatsapp-exporter"})');
    // A sample becomes visible to queries after this time, 30 s by default.
    const path = `/api/v1/query?latency_offset=1s&nocache=1&query=${query}`;
    const arrived = async () => {
      const response = await fetch(`${store}${path}`).catch(() => undefined);
      const { data } = ((await response?.json()) ?? {}) as {
        data?: { result: { value: [number, string] }[] };
      };
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      // Before the first poll there are fewer.
      const served = metrics.match(/^whatsapp_/gm)?.length ?? 0;
      return served > 100 && Number(data?.result[0]?.value[1]) === served ? served : undefined;
    };
    expect(await eventually(arrived, 'all series in VictoriaMetrics', 60_000)).toBeGreaterThan(100);
  },
  90_000,
);
