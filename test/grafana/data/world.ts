import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Panel } from '../dashboards.ts';
import { tools } from '../tools.ts';
import { createFleet, type FleetSize, type Truth } from './fleet.ts';
import { toRequest } from './grafana.ts';
import { END_S, VARIABLES } from './history.ts';
import { startPrometheus, type PrometheusWithData, type Sample } from './prometheus.ts';
import type { Series } from './series.ts';

export const HOUR_S = 3600;
export const DAY_S = 24 * HOUR_S;
/** For a hook that creates a world, which is mostly work, on a slow machine. */
export const WORLD_MS = 300_000;
/** Summer time, as at the end of the range. */
const ISRAEL_S = 3 * HOUR_S;

export interface Asked {
  /** A day by default. */
  readonly rangeS?: number;
  readonly refId?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Of the dashboard's time zone; Israel by default. */
  readonly utcOffsetS?: number;
  /** `END_S` by default. */
  readonly endS?: number;
}

/** Series in a Prometheus that can be queried as by Grafana. */
export interface Served {
  readonly prometheus: PrometheusWithData;
  ask(panel: Panel, asked?: Asked): Promise<Sample[]>;
  stop(): Promise<void>;
}

/** A fleet with a known history. */
export interface World extends Served {
  readonly truth: Truth;
}

export async function createWorld(size: FleetSize): Promise<World> {
  const { series, truth } = createFleet(size);
  return { ...(await serve(series)), truth };
}

export async function serve(series: Series): Promise<Served> {
  if (!tools) throw new Error('Prometheus cannot be had');
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-data-'));
  const prometheus = await startPrometheus(tools, folder, series);
  return {
    prometheus,
    ask(panel, asked = {}) {
      const { rangeS = DAY_S, refId = 'A', variables = {} } = asked;
      const { utcOffsetS = ISRAEL_S, endS = END_S } = asked;
      const target = panel.targets.find((candidate) => candidate.refId === refId);
      if (!target) throw new Error(`${panel.title} has no query ${refId}`);
      const all = { ...VARIABLES, ...variables };
      const view = { endS, rangeS, variables: all, utcOffsetS };
      return prometheus.query(toRequest(panel, target, view));
    },
    async stop() {
      await prometheus.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The last value of the first series. */
export const valueOf = (samples: readonly Sample[]) => samples[0]?.points.at(-1)?.[1];

export const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
