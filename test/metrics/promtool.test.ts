import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/system.ts';
import { createAccountState } from '../../src/core/account-state.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { optionalPrometheusTools } from '../support/prometheus.ts';
import { responseOf, sampleEntry, sampleResponse } from '../support/sample.ts';
import { BUILD, failed, good, textOf, viewAfter } from './views.ts';

const tools = await optionalPrometheusTools();
const start = {
  state: createAccountState('acme'),
  snapshot: undefined,
  pollIntervalS: 60,
  nextPollMs: undefined,
};
const hostile = sampleEntry({ display_name: '"} 1\\n{a="b\\', business_name: 'שם 😀\u200f' });

test.skipIf(tools === undefined).each([
  ['before the first poll', start],
  ['for the sample response', viewAfter('acme', good(sampleResponse()))],
  ['after a failed poll', viewAfter('acme', good(sampleResponse()), failed('tls'))],
  ['for hostile names', viewAfter('acme', good(responseOf(hostile)))],
])('promtool accepts the whole output %s', async (_when, view) => {
  for (const withRuntime of [true, false]) {
    const input = await textOf(
      createExposition(BUILD, withRuntime ? { runtime: systemClock } : {}),
      [view],
    );
    const { status, stdout, stderr } = spawnSync(tools?.promtool ?? '', ['check', 'metrics'], {
      input,
    });
    expect({ status, said: `${stdout.toString()}${stderr.toString()}` }).toEqual({
      status: 0,
      said: '',
    });
  }
});
