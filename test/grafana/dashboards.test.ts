import { expect, test } from 'vitest';
import { renderDashboards } from '../../grafana/src/dashboards.ts';
import { interpolate } from './data/grafana.ts';
import {
  expressionsOf,
  FILES,
  readDashboard,
  readDashboards,
  readDashboardText,
  type Panel,
} from './dashboards.ts';

const dashboards = readDashboards();
const eachDashboard = test.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const));
const ofType = (type: string) =>
  dashboards.flatMap(({ panels }) => panels.filter((panel) => panel.type === type));

test('the committed dashboards are up to date with their sources', () => {
  const committed = Object.fromEntries(FILES.map((file) => [file, readDashboardText(file)]));
  // Not toEqual: the diff of two megabytes of JSON is useless.
  for (const [file, json] of Object.entries(renderDashboards())) {
    expect(json === committed[file], `${file}: npx tsx grafana/src/generate.ts`).toBe(true);
  }
  expect(Object.keys(committed)).toEqual(Object.keys(renderDashboards()));
});

test('the dashboards have the uids that the alerts link to', () => {
  expect(dashboards.map(({ uid }) => uid)).toEqual([
    'whatsapp-overview',
    'whatsapp-usage',
    'whatsapp-number',
    'whatsapp-exporter',
  ]);
});

eachDashboard('%s has the settings that all share', (_uid, dashboard) => {
  expect(dashboard.tags).toContain('whatsapp');
  expect(dashboard).toMatchObject({
    editable: false,
    refresh: '1m',
    timezone: 'browser',
    graphTooltip: 1,
  });
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
    'datasource',
    'job',
    'instance',
    'account',
    'number',
  ]);
  expect(dashboard.annotations.list.map(({ name }) => name)).toEqual([
    'Alerts',
    'Start of month',
    'Exporter starts',
  ]);
});

eachDashboard('%s fits the grid without overlaps and with unique panel ids', (_uid, { panels }) => {
  const cells = new Set<string>();
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    expect(gridPos.h, title).toBeGreaterThanOrEqual(3);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        const cell = `${String(x)},${String(y)}`;
        expect(cells.has(cell), `${title} overlaps at ${cell}`).toBe(false);
        cells.add(cell);
      }
    }
  }
  const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  expect(cells.size, 'a hole in the page').toBe(24 * height);
  const ids = panels.map(({ id }) => id);
  expect(Math.min(...ids)).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});

eachDashboard(
  'every panel of %s has a description with advice, and a text for no data',
  (_uid, d) => {
    for (const { title, description, fieldConfig } of d.panels) {
      expect(description.length, title).toBeGreaterThan(100);
      expect(description, title).toMatch(/[.]$/);
      expect(fieldConfig.defaults.noValue, title).toMatch(/\S/);
    }
  },
);

eachDashboard(
  'every query of %s uses known variables and is instant or range',
  (_uid, dashboard) => {
    const names = [...dashboard.templating.list.map(({ name }) => name), '__range', '__interval'];
    const known = Object.fromEntries([...names, '__rate_interval'].map((name) => [name, 'x']));
    for (const { where, expr } of expressionsOf(dashboard)) {
      expect(() => interpolate(expr, known), where).not.toThrow();
    }
    for (const { title, targets } of dashboard.panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      for (const { instant, range } of targets)
        expect(instant === true, title).toBe(range === false);
    }
  },
);

eachDashboard('%s can be provisioned without changes and hides nothing in a menu', (uid) => {
  const text = readDashboardText(`${uid.replace('whatsapp-', '')}.json`);
  expect(text).not.toContain('__inputs');
  expect(text).not.toContain('${DS_');
  expect(text).not.toContain('inControlsMenu');
});

test('links point to existing dashboards and variables', () => {
  const variables = new Map(
    dashboards.map(({ uid, templating }) => [uid, templating.list.map(({ name }) => name)]),
  );
  const all = dashboards.flatMap(({ panels }) => panels.flatMap(linksOf));
  const urls = all.filter((url) => !url.includes('runbooks.md'));
  expect(urls.length).toBeGreaterThan(0);
  for (const url of urls) {
    const [, uid = '', query = ''] = /^\/d\/([^?]+)\?(.*)$/.exec(url) ?? [];
    const set = [...query.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, a, b]) => a ?? b);
    expect(set).toEqual(['account', 'number', 'datasource', 'job', 'instance']);
    expect(variables.get(uid)).toEqual(expect.arrayContaining(set));
  }
});

/** The links of all columns and values, including the panel's own. */
function linksOf({ fieldConfig }: Panel): string[] {
  const overrides = fieldConfig.overrides
    .flatMap(({ properties }) => properties.filter(({ id }) => id === 'links'))
    .flatMap(({ value }) => value as { url: string }[]);
  return [...(fieldConfig.defaults.links ?? []), ...overrides].map(({ url }) => url);
}

test('stats and rankings show the last value, not the whole series', () => {
  for (const { title, options } of [...ofType('stat'), ...ofType('bargauge')]) {
    expect(options, title).toMatchObject({ reduceOptions: { calcs: ['lastNotNull'] } });
  }
});

test('graphs have a legend and a tooltip with all lines, largest first', () => {
  for (const { title, options } of ofType('timeseries')) {
    expect(options, title).toMatchObject({
      legend: { showLegend: true, displayMode: 'list' },
      tooltip: { mode: 'multi', sort: 'desc' },
    });
  }
});

test('a graph selects its lines once for the whole range, so that none has gaps', () => {
  const chosen = [...ofType('timeseries'), ...ofType('state-timeline')]
    .flatMap(({ targets }) => targets)
    .filter(({ expr }) => /\b(?:top|bottom)k\(\d/.test(expr));
  expect(chosen.length).toBeGreaterThan(5);
  for (const { expr } of chosen) expect(expr).toMatch(/ @ end\(\)\)+( == (bool )?0\)+)?$/);
});

test('states are shown as text and colour, not as 0 and 1', () => {
  for (const { title, fieldConfig } of ofType('state-timeline')) {
    const [mapping] = fieldConfig.defaults.mappings ?? [];
    expect(mapping, title).toMatchObject({
      type: 'value',
      options: { 0: { color: 'red' }, 1: { color: 'green' } },
    });
  }
});

test('a name has its own column or follows the digits, so that Hebrew does not reorder them', () => {
  for (const { targets, title } of dashboards.flatMap(({ panels }) => panels)) {
    for (const { legendFormat = '' } of targets) {
      if (!legendFormat.includes('_name')) continue;
      expect(legendFormat, title).toBe('{{number}} {{display_name}}');
    }
  }
});

test('tables hide helper columns and override only existing columns', () => {
  for (const panel of ofType('table')) {
    const [, organize] = (panel.transformations ?? []) as readonly Transformation[];
    const { renameByName, indexByName, excludeByName } = organize?.options ?? {};
    const shown = Object.values(renameByName ?? {});
    expect(Object.keys(indexByName ?? {}), panel.title).toEqual(Object.keys(renameByName ?? {}));
    expect(Object.keys(excludeByName ?? {}), panel.title).toContain('Time');
    for (const { matcher } of panel.fieldConfig.overrides) {
      if (matcher.id === 'byName') expect(shown, panel.title).toContain(matcher.options);
    }
    const sortBy = panel.options['sortBy'] as { displayName: string }[];
    expect(shown, panel.title).toEqual(
      expect.arrayContaining(sortBy.map(({ displayName }) => displayName)),
    );
  }
});

test('labels in tables are text: otherwise Grafana shows 972,500,010,000, even in links', () => {
  for (const panel of ofType('table')) {
    const [, organize] = (panel.transformations ?? []) as readonly Transformation[];
    const columns = Object.entries(organize?.options.renameByName ?? {});
    const labels = columns.filter(([field]) => !field.startsWith('Value #'));
    expect(labels.length, panel.title).toBeGreaterThan(0);
    for (const [, name] of labels) {
      expect(propertiesOf(panel, name), `${panel.title} ${name}`).toContainEqual({
        id: 'unit',
        value: 'string',
      });
    }
  }
});

test('a kind of conversation has the same name and colour in all graphs', () => {
  for (const [metric, legend] of Object.entries(CATEGORIES)) {
    const drawn = ofType('timeseries').flatMap((panel) =>
      panel.targets
        .filter(({ expr }) => expr.includes(metric))
        .map(({ legendFormat = '' }) => ({ legendFormat, of: propertiesOf(panel, legendFormat) })),
    );
    expect(drawn.length).toBeGreaterThan(3);
    expect(new Set(drawn.map(({ legendFormat }) => legendFormat))).toEqual(new Set([legend]));
    const colours = new Set(drawn.map(({ of }) => JSON.stringify(of)));
    expect([...colours]).toEqual([expect.stringContaining('"fixedColor"')]);
  }
});

const CATEGORIES = { marketing: 'Marketing', service: 'Service', incoming: 'Incoming' };

const propertiesOf = ({ fieldConfig }: Panel, name: string) =>
  fieldConfig.overrides
    .filter(({ matcher }) => matcher.options === name)
    .flatMap(({ properties }) => properties);

interface Transformation {
  readonly options: Record<
    'renameByName' | 'indexByName' | 'excludeByName',
    Record<string, string>
  >;
}

test('the list of numbers is searchable by name, and its value is the number', () => {
  const [number] = readDashboard('number.json').templating.list.slice(-1);
  const [, source = ''] = /^\/(.*)\/$/.exec(number?.regex ?? '') ?? [];
  // As Grafana renders a result of query_result: labels unescaped, value, milliseconds.
  const line =
    '{account="acme",number="972501234567",text="972501234567 דנה בע"מ"} 1 1775986200000';
  expect(new RegExp(source).exec(line)?.groups).toEqual({
    value: '972501234567',
    text: '972501234567 דנה בע"מ',
  });
});
