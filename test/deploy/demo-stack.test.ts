import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { eventually } from '../support/program.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { readGroups, rulesOf } from '../prometheus/rule-files.ts';

const tools = await optionalPrometheusTools();

function startStack(flags: readonly string[]) {
  const stack = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo/stack.ts', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(stack, 'exit');
  // Not SIGKILL, which would leave its children running.
  onTestFinished(() => void stack.kill('SIGTERM'));
  const output = { stdout: '', stderr: '' };
  stack.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  stack.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return { stack, exit, output };
}

const PAGE = /PAGE .*\n(?: {10}.*\n)+/;

test.skipIf(tools === undefined)(
  'the demo pages within 3 minutes, tells its story to the end, and stops on Ctrl-C',
  { timeout: 240_000 },
  async () => {
    const startedMs = performance.now();
    const [exporter, prometheus, alertmanager] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const { stack, exit, output } = startStack([
      `--exporter=${exporter}`,
      `--prometheus=${prometheus}`,
      `--alertmanager=${alertmanager}`,
      '--pause=2',
    ]);
    const page = await eventually(() => PAGE.exec(output.stdout)?.[0], 'a page', 180_000);
    console.info(`first page after ${Math.round((performance.now() - startedMs) / 1000)} s`);
    const number = /STORY +Number (\d+) of acme drops/.exec(output.stdout)?.[1] ?? 'a number';
    expect(page).toContain(`A WhatsApp number is offline. (acme, ${number})`);
    expect(page).toContain(`WhatsApp number ${number}`);
    expect(page).toMatch(/Check in the provider's\s+dashboard/);
    expect(page).toMatch(/runbook: https:\S+docs\/runbooks\.md#whatsappnumberoffline\n/);

    const response = await fetch(`http://127.0.0.1:${prometheus}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; health: string }[] }[] };
    };
    const loaded = data.groups.flatMap(({ rules }) => rules);
    expect(loaded).toHaveLength(rulesOf(readGroups()).length);
    expect(loaded.filter(({ health }) => health === 'err')).toEqual([]);

    await eventually(() => output.stdout.includes('The end.') || undefined, 'the end', 150_000);
    const told = [...output.stdout.matchAll(/^\S+ {2}(PAGE|TICKET|RESOLVED) +(.*\.)/gm)];
    const summaries = (kind: string) =>
      told.filter(([, one]) => one === kind).map(([, , summary]) => summary);
    expect(summaries('PAGE')).toEqual([
      'A WhatsApp number is offline.',
      'The WhatsApp provider denies access.',
      'WhatsApp data is stale.',
    ]);
    expect(summaries('TICKET')).toEqual(['The WhatsApp provider cannot be reached.']);
    expect(summaries('RESOLVED')).toHaveLength(4);
    expect(new Set(summaries('RESOLVED'))).toEqual(
      new Set([...summaries('PAGE'), ...summaries('TICKET')]),
    );
    expect(output.stdout).toContain('http_status (HTTP 503 from the numbers call)');
    expect(output.stdout).toMatch(/remedy: https:\S+docs\/runbooks\.md#credentials\n/);

    stack.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    for (const port of [exporter, prometheus, alertmanager]) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    }
  },
);

test('the demo names the port that is taken, and how to choose another one', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const { exit, output } = startStack([`--exporter=${port}`]);
  expect(await exit).toEqual([1, null]);
  expect(output.stderr).toBe(
    `Port ${port} is not available. Choose another one: npm run demo:stack -- --exporter=PORT\n`,
  );
});
