import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDashboards } from '../dashboards.ts';
import { tools } from '../tools.ts';
import { createWorld, HOUR_S, WORLD_MS, type World } from './world.ts';

/** The most that is ever drawn: the rows of the timelines. */
const LINES_MAX = 25;

describe.skipIf(tools === undefined)('a fleet of many accounts and numbers', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ days: 1, numbers: 90, accounts: 45, isLean: true });
  }, WORLD_MS);
  afterAll(() => world.stop());

  test.each(readDashboards())(
    '$title draws a readable number of rows for many numbers',
    async (d) => {
      // This dashboard shows a single selected number.
      const variables = d.uid === 'whatsapp-number' ? { number: '972500010000' } : {};
      for (const panel of d.panels.filter(({ type }) => type !== 'table')) {
        for (const { refId } of panel.targets) {
          const samples = await world.ask(panel, { rangeS: 12 * HOUR_S, refId, variables });
          expect(samples.length, panel.title).toBeLessThanOrEqual(LINES_MAX);
        }
      }
    },
  );
});
