import { VARIABLES } from '../test/grafana/data/history.ts';
import { createWorld, DAY_S } from '../test/grafana/data/world.ts';
import { readDashboards } from '../test/grafana/dashboards.ts';

/**
 * The slowest of three runs of every dashboard query over 35 days of 500 numbers, scraped every
 * five minutes: `npx tsx bench/dashboard-queries.ts [numbers]`. Preparing the data takes ten minutes,
 * about 4 GB of memory, and 10 GB in the system's temporary folder.
 */
const DAYS = 40;
const RANGE_S = 35 * DAY_S;
const RUNS = 3;
const ONE_NUMBER = { ...VARIABLES, number: '972500010000' };

async function main(numbers: number): Promise<void> {
  const world = await createWorld({ days: DAYS, numbers, isLean: true });
  const rows: Record<string, string | number>[] = [];
  try {
    for (const dashboard of readDashboards()) {
      const variables = dashboard.uid === 'whatsapp-number' ? ONE_NUMBER : VARIABLES;
      for (const panel of dashboard.panels) {
        for (const { refId } of panel.targets) {
          let ms = 0;
          let series = 0;
          for (let run = 0; run < RUNS; run++) {
            const began = performance.now();
            series = (await world.ask(panel, { rangeS: RANGE_S, refId, variables })).length;
            ms = Math.max(ms, Math.round(performance.now() - began));
          }
          rows.push({ dashboard: dashboard.uid, panel: panel.title, refId, series, ms });
        }
      }
    }
  } finally {
    await world.stop();
  }
  console.table(rows.toSorted((a, b) => Number(b['ms']) - Number(a['ms'])));
}

await main(Number(process.argv[2] ?? 500));
