import { writeFileSync } from 'node:fs';
import { renderDashboards } from './dashboards.ts';

// Writes grafana/dashboards: `npx tsx grafana/src/generate.ts`.
for (const [file, json] of Object.entries(renderDashboards())) {
  writeFileSync(new URL(`../dashboards/${file}`, import.meta.url), json);
}
