import { renderDashboard } from './dashboard.ts';
import { exporter } from './exporter.ts';
import { oneNumber } from './number.ts';
import { overview } from './overview.ts';
import { usage } from './usage.ts';

/** The committed dashboards: file name -> JSON. */
export const renderDashboards = (): Record<string, string> => ({
  'overview.json': renderDashboard(overview()),
  'usage.json': renderDashboard(usage()),
  'number.json': renderDashboard(oneNumber()),
  'exporter.json': renderDashboard(exporter()),
});
