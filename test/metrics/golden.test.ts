import { expect, test } from 'vitest';
import { createAccountState } from '../../src/core/account-state.ts';
import { sampleResponse } from '../support/sample.ts';
import { COLLECTED } from './collected.ts';
import { failed, good, NOW_MS, render, viewAfter } from './views.ts';

test('the documented sample response is served as this text', async () => {
  const text = await render(viewAfter('acme', good(sampleResponse())));
  await expect(text).toMatchFileSnapshot('../golden/metrics.txt');
});

test('with stale data only the health metrics and the month are served', async () => {
  const later = NOW_MS + 360_000;
  const view = viewAfter('acme', good(sampleResponse()), failed('timeout', later));
  const text = await render({ ...view, snapshot: undefined });
  await expect(text).toMatchFileSnapshot('../golden/metrics-failed.txt');
});

test('with all collectors their metrics are served as this text', async () => {
  const view = { ...viewAfter('acme', good(sampleResponse())), collectors: COLLECTED };
  const text = await render(view);
  await expect(text).toMatchFileSnapshot('../golden/metrics-collectors.txt');
});

test('before the first poll every counter is 0, and there are no timestamps', async () => {
  const state = createAccountState('acme');
  const text = await render({
    state,
    snapshot: undefined,
    pollIntervalS: 60,
    nextPollMs: undefined,
  });
  await expect(text).toMatchFileSnapshot('../golden/metrics-start.txt');
});
