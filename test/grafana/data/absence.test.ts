import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expressionsOf,
  readDashboard,
  readDashboards,
  type Dashboard,
  type Panel,
} from '../dashboards.ts';
import { tools } from '../tools.ts';
import { ago, createCases } from './cases.ts';
import { interpolate, panelOf } from './grafana.ts';
import { END_S } from './history.ts';
import type { Sample } from './prometheus.ts';
import { HOUR_S, serve, valueOf, WORLD_MS, type Served } from './world.ts';

const overview = readDashboard('overview.json');
const number = readDashboard('number.json');
const exporter = readDashboard('exporter.json');
const TIMELINE = '25 least online numbers';

/** The colour in which Grafana shows a value: that of the highest step below it; without a value, the lowest. */
function colourOf({ fieldConfig }: Panel, value: number | undefined): string {
  const { steps } = fieldConfig.defaults.thresholds;
  const reached = steps.filter((step) => step.value === null || step.value <= (value ?? -Infinity));
  return reached.at(-1)?.color ?? '';
}

describe.skipIf(tools === undefined)('where something is missing', () => {
  let world: Served;
  beforeAll(async () => {
    world = await serve(createCases());
  }, WORLD_MS);
  afterAll(() => world.stop());

  const ask = (job: string, panel: Panel, refId = 'A', variables = {}) =>
    world.ask(panel, { rangeS: HOUR_S, refId, variables: { job, ...variables } });
  const stat = async (job: string, dashboard: Dashboard, title: string) => {
    const panel = panelOf(dashboard, title);
    const value = valueOf(await ask(job, panel));
    return { value, colour: colourOf(panel, value) };
  };
  const valuesOf = (samples: readonly Sample[], label: string) =>
    [...new Set(samples.map(({ labels }) => labels[label] ?? ''))].toSorted((a, b) =>
      a < b ? -1 : 1,
    );
  /** The value of each account or number in a column of a table. */
  const column = async (job: string, panel: Panel, name: string, label: string) => {
    const [, organize] = (panel.transformations ?? []) as readonly {
      options: { renameByName: Record<string, string> };
    }[];
    const renamed = Object.entries(organize?.options.renameByName ?? {});
    const field = renamed.find(([, shown]) => shown === name)?.[0] ?? '';
    const cells = await ask(job, panel, field.replace('Value #', ''));
    const values = cells.map(({ labels, points }) => [labels[label], points.at(-1)?.[1]] as const);
    return Object.fromEntries(values) as Record<string, number | undefined>;
  };

  describe('six minutes after the exporter stopped', () => {
    test('no count is green', async () => {
      for (const [dashboard, title] of [
        [overview, 'Offline'],
        [exporter, 'Failing'],
      ] as const) {
        const { value, colour } = await stat('dead', dashboard, title);
        expect(value, title).toBeUndefined();
        expect(colour, title).not.toBe('green');
      }
    });

    test('the age of the data is known', async () => {
      for (const dashboard of [overview, exporter]) {
        const { value, colour } = await stat('dead', dashboard, 'Data age');
        expect(value).toBeGreaterThan(6 * 60);
        expect(value).toBeLessThan(8 * 60);
        expect(colour).toBe('orange');
      }
    });

    test('the table has every number with its name, in state Unknown', async () => {
      const table = panelOf(overview, 'Numbers');
      expect(await column('dead', table, 'State', 'number')).toEqual({ 1: 0.5, 2: 0.5 });
      const of = table.targets.find(({ expr }) => expr.includes('number_info'));
      const names = await ask('dead', table, of?.refId);
      expect(valuesOf(names, 'display_name')).toEqual(['Name 1', 'Name 2']);
    });

    test('the timeline keeps the names', async () => {
      const rows = await ask('dead', panelOf(overview, TIMELINE), 'B');
      expect(rows.map(({ labels }) => labels['display_name'])).toEqual(['Name 1', 'Name 2']);
    });

    test('a number is in no state for any time', async () => {
      const panel = panelOf(number, 'Unchanged');
      expect(await ask('dead', panel, 'A', { number: '1' })).toEqual([]);
      expect(valueOf(await ask('removed', panel, 'A', { number: '1' }))).toBeGreaterThan(3000);
    });
  });

  test('a removed number or account is in no column of the table, and a removed account has no age', async () => {
    const table = panelOf(overview, 'Numbers');
    for (const { refId } of table.targets) {
      const rows = valuesOf(await ask('removed', table, refId), 'number');
      expect(
        rows.filter((one) => one !== '1' && one !== '2'),
        refId,
      ).toEqual([]);
    }
    expect((await stat('removed', overview, 'Data age')).value).toBeLessThan(120);
  });

  test('the timeline has offline numbers first, then the others, removed ones included', async () => {
    const panel = panelOf(overview, TIMELINE);
    expect(valuesOf(await ask('removed', panel, 'A'), 'number')).toEqual(['2']);
    expect(valuesOf(await ask('removed', panel, 'B'), 'number')).toEqual(['1', '3', '4']);
  });

  test.each([
    ['many-online', 20, 5],
    ['many-offline', 25, 0],
  ])('the timeline has at most 25 rows: %s', async (job, offline, others) => {
    const panel = panelOf(overview, TIMELINE);
    expect(await ask(job, panel, 'A')).toHaveLength(offline);
    expect(await ask(job, panel, 'B')).toHaveLength(others);
  });

  test.each(['failing', 'shards'])(
    'numbers of an unreachable account are unknown: %s',
    async (job) => {
      const states = await column(job, panelOf(overview, 'Numbers'), 'State', 'number');
      expect(states).toEqual({ 1: 1, 2: 0, 5: 0.5 });
      const { value, colour } = await stat(job, overview, 'Data age');
      expect(value).toBeGreaterThan(19 * 60);
      expect(colour).toBe('red');
    },
  );

  test('failures and anomalies that two replicas report count once', async () => {
    const about = (value: number | undefined) => expect(Math.round(value ?? 0)).toBe(10);
    const table = panelOf(exporter, 'Accounts', 'table');
    about((await stat('replicas', exporter, 'Anomalies')).value);
    about((await column('replicas', table, 'Failed polls', 'account'))['a']);
    about((await column('replicas', table, 'Anomalies', 'account'))['a']);
    for (const title of ['Failed polls by reason', 'Anomalies by kind']) {
      const [bars] = await ask('replicas', panelOf(exporter, title));
      const most = Math.max(...(bars?.points.map(([, value]) => value) ?? []));
      // increase() extrapolates.
      expect(most, title).toBeLessThan(15);
    }
  });

  describe('timelines, tables of several queries and rankings, which ignore the text for no data', () => {
    const panels = readDashboards()
      .flatMap((dashboard) => dashboard.panels)
      .filter(({ type }) => ['state-timeline', 'table', 'bargauge'].includes(type))
      .filter(({ type, targets }) => type !== 'table' || targets.length > 1);
    /** The names of the rows that Grafana shows. */
    const rowsOf = async (job: string, panel: Panel) => {
      const rows = await Promise.all(
        panel.targets.map(async ({ refId, legendFormat }) =>
          (await ask(job, panel, refId)).flatMap(({ labels }) => [
            legendFormat ?? '',
            ...Object.values(labels),
          ]),
        ),
      );
      return rows.flat();
    };

    test('have the text in a row if there is no data', async () => {
      expect(panels.length).toBeGreaterThan(8);
      for (const panel of panels) {
        const { noValue } = panel.fieldConfig.defaults;
        expect(await rowsOf('nothing', panel), panel.title).toContain(noValue);
      }
    });

    test('do not have it otherwise', async () => {
      for (const panel of panels) {
        const { noValue } = panel.fieldConfig.defaults;
        expect(await rowsOf('complete', panel), panel.title).not.toContain(noValue);
      }
    });
  });

  describe('with other jobs in the same Prometheus', () => {
    /** What Grafana inserts for All: the configured value, or the values of the variable's query. */
    async function all(dashboard: Dashboard): Promise<string> {
      const { allValue } = dashboard.templating.list.find(({ name }) => name === 'job') ?? {};
      if (allValue !== undefined) return allValue;
      const { expr = '' } =
        expressionsOf(dashboard).find(({ where }) => where.endsWith(' variable job')) ?? {};
      const request = { expr, startS: ago(10), endS: ago(10), stepS: 60 };
      const jobs = await world.prometheus.query(request);
      return `(${jobs.map(({ labels }) => labels['job']).join('|')})`;
    }

    test('only exporters count as exporters', async () => {
      const job = await all(exporter);
      // The stopped exporter and the stopped shard.
      expect((await stat(job, exporter, 'Down')).value).toBe(2);
      const table = panelOf(exporter, 'Exporters');
      for (const { refId } of table.targets) {
        const rows = await ask(job, table, refId);
        const instances = valuesOf(rows, 'instance');
        expect(instances, refId).not.toContain('host:9100');
        expect(instances, refId).not.toContain('localhost:9090');
      }
    });

    test('only starts of exporters are marked', async () => {
      const { expr = '' } =
        exporter.annotations.list.find(({ name }) => name === 'Exporter starts') ?? {};
      const text = interpolate(expr, { job: await all(exporter), instance: '.+' });
      const starts = await world.prometheus.query({
        expr: text,
        startS: END_S,
        endS: END_S,
        stepS: 60,
      });
      expect(starts.map(({ labels }) => labels['job'])).not.toContain('prometheus');
      expect(starts.length).toBeGreaterThan(3);
    });
  });
});
