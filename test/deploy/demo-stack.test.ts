import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { RULE_FILES } from '../../prometheus/src/generated.ts';
import { eventually } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';

const tools = await optionalPrometheusTools();

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  return ((await response.json()) as { data: T }).data;
}

test.skipIf(tools === undefined)(
  'the demo stack scrapes, evaluates the rules, and stops all processes on Ctrl-C',
  async () => {
    const stack = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo-stack.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(stack, 'exit');
    // Not SIGKILL, which would leave its children running.
    onTestFinished(() => void stack.kill('SIGTERM'));
    let output = '';
    stack.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await eventually(() => output.includes('Ctrl-C') || undefined, 'the addresses');
    const urls = [...output.matchAll(/^\w+ +(http:\S+)$/gm)].map(([, url = '']) => url);
    const [exporter = '', prometheus = '', alertmanager = ''] = urls;
    const ask = <T>(path: string) => get<T>(`${prometheus}api/v1/${path}`).catch(() => undefined);

    await eventually(
      async () => {
        const query = encodeURIComponent('up{job="whatsapp-exporter"} == 1');
        const up = await ask<{ result: { metric: { instance: string } }[] }>(
          `query?query=${query}`,
        );
        return up?.result.find(({ metric }) => exporter.includes(metric.instance));
      },
      'a scrape of the exporter',
      30_000,
    );
    const rules = await ask<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
    const loaded = rules?.groups.flatMap((group) => group.rules) ?? [];
    const shipped = RULE_FILES.map((file) => readFileSync(file, 'utf8'));
    expect(loaded).toHaveLength(shipped.join('').match(/- (alert|record):/g)?.length ?? 0);
    expect(loaded.filter(({ health }) => health === 'err')).toEqual([]);
    const found = await eventually(async () => {
      const answer = await ask<{ activeAlertmanagers: { url: string }[] }>('alertmanagers');
      return answer?.activeAlertmanagers[0]?.url;
    }, 'the Alertmanager');
    expect(found).toContain(alertmanager);
    expect((await fetch(`${alertmanager}-/ready`)).ok).toBe(true);

    stack.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
  },
  60_000,
);
