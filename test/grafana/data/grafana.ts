import type { Dashboard, Panel, Target } from '../dashboards.ts';

/** A panel's request to Prometheus, computed as in Grafana's backend. */
export interface Request {
  readonly expr: string;
  /** Unix seconds; equal if the query is evaluated once. */
  readonly startS: number;
  readonly endS: number;
  readonly stepS: number;
}

export interface View {
  readonly endS: number;
  readonly rangeS: number;
  /** The values of the variables as regular expressions. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the browser: Grafana aligns steps with local midnight. */
  readonly utcOffsetS: number;
}

/** `timeInterval` of the data source. */
const SCRAPE_INTERVAL_S = 300;
/** A panel requests one point per pixel. */
const PIXELS_PER_COLUMN = 60;
const DAY_S = 86_400;
/** The steps that Grafana rounds to, each with its upper limit; longer steps are whole days. */
const STEPS_S = [
  [7.5, 5],
  [12.5, 10],
  [17.5, 15],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1050, 900],
  [1500, 1200],
  [2700, 1800],
  [5400, 3600],
  [9000, 7200],
  [16_200, 10_800],
  [32_400, 21_600],
  [86_400, 43_200],
  [604_800, DAY_S],
] as const;

const UNITS_S: Record<string, number> = { s: 1, m: 60, h: 3600, d: DAY_S };

function toSeconds(interval: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(interval) ?? [];
  return Number(count) * (UNITS_S[unit ?? ''] ?? Number.NaN);
}

export function toRequest(panel: Panel, target: Target, view: View): Request {
  const minS = panel.interval === undefined ? SCRAPE_INTERVAL_S : toSeconds(panel.interval);
  const wanted = view.rangeS / (panel.maxDataPoints ?? panel.gridPos.w * PIXELS_PER_COLUMN);
  const rounded = STEPS_S.find(([limit]) => wanted < limit)?.[1] ?? 7 * DAY_S;
  const stepS = Math.max(minS, rounded);
  const expr = interpolate(target.expr, {
    ...view.variables,
    __interval: `${String(stepS)}s`,
    __range: `${String(view.rangeS)}s`,
    __rate_interval: `${String(Math.max(stepS + SCRAPE_INTERVAL_S, 4 * SCRAPE_INTERVAL_S))}s`,
  });
  if (target.instant === true) return { expr, startS: view.endS, endS: view.endS, stepS };
  const align = (t: number) => Math.floor((t + view.utcOffsetS) / stepS) * stepS - view.utcOffsetS;
  return { expr, startS: align(view.endS - view.rangeS), endS: align(view.endS), stepS };
}

/** Throws for a variable that the dashboard does not have. */
export function interpolate(expr: string, variables: Readonly<Record<string, string>>): string {
  return expr.replaceAll(/\$\{?([a-z_]\w*)\}?/gi, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`undefined variable $${name}`);
    return value;
  });
}

export const panelOf = (dashboard: Dashboard, title: string, type?: string): Panel => {
  const panel = dashboard.panels.find(
    (candidate) => candidate.title === title && (type === undefined || candidate.type === type),
  );
  if (!panel) throw new Error(`no panel ${title}`);
  return panel;
};
