import { expect, test } from 'vitest';
import { readDashboard, readDashboards, type Panel, type Step } from './dashboards.ts';
import { readProvisioning } from './provisioning.ts';

// What was wrong in a real Grafana, and is decided by the JSON.

const dashboards = readDashboards();
const overview = readDashboard('overview.json');
const exporter = readDashboard('exporter.json');
const number = readDashboard('number.json');
const panels = dashboards.flatMap((dashboard) => dashboard.panels);
const ofType = (type: string) => panels.filter((panel) => panel.type === type);
const panelOf = (title: string) => panels.filter((panel) => panel.title === title);

const COLOURED = ['green', 'red', 'orange', 'yellow'];
const propertiesOf = ({ fieldConfig }: Panel, id: string) =>
  fieldConfig.overrides.flatMap(({ properties }) =>
    properties.filter((property) => property.id === id).map(({ value }) => value),
  );

test('no value is no state: stats without data are grey, and cells without a value have no colour', () => {
  const stats = ofType('stat').map(({ title, options, fieldConfig }) => {
    const [lowest, second] = fieldConfig.defaults.thresholds.steps;
    return { title, options, lowest, second };
  });
  expect(stats.length).toBeGreaterThan(15);
  for (const { title, options, lowest, second } of stats) {
    expect(COLOURED, title).not.toContain(lowest?.color);
    const isColoured = options['colorMode'] !== 'none';
    expect(second === undefined ? undefined : [second.value, isColoured], title).toEqual(
      isColoured ? [0, true] : undefined,
    );
  }
  const cells = ofType('table').flatMap((panel) => propertiesOf(panel, 'thresholds'));
  expect(cells.length).toBeGreaterThan(3);
  for (const { steps } of cells as { steps: Step[] }[]) expect(steps[0]?.color).toBe('transparent');
});

test('a stat without data does not guess why', () => {
  for (const { title, fieldConfig } of ofType('stat')) {
    expect(['No data', 'No polls', 'Unknown'], title).toContain(fieldConfig.defaults.noValue);
  }
});

test('timelines have one page, and tooltips without thresholds', () => {
  for (const { title, options, fieldConfig } of ofType('state-timeline')) {
    expect(options['perPage'], title).toBe(0);
    expect(fieldConfig.defaults.color?.mode, title).toBe('palette-classic');
  }
});

/** A laptop with Grafana's menu: of 1366 pixels, a panel of 24 columns has 1000. */
const WIDTH = 1000;
/** What fits into the title of a stat of that width, about ten characters in a sixth of the page. */
const TITLE_CHARACTERS_PER_COLUMN = 2.75;

test('the titles of stats fit', () => {
  for (const { title, gridPos } of ofType('stat')) {
    expect(title.length, title).toBeLessThanOrEqual(gridPos.w * TITLE_CHARACTERS_PER_COLUMN);
  }
});

test('the columns of tables fit', () => {
  for (const panel of ofType('table')) {
    const columns = panel.fieldConfig.overrides.filter(({ matcher }) => matcher.id === 'byName');
    const widths = columns.map(({ matcher, properties }) => {
      const width = properties.find(({ id }) => /^custom\.(w|minW)idth$/.test(id))?.value;
      expect(width, `${panel.title} ${matcher.options}`).toBeTypeOf('number');
      return Number(width);
    });
    const total = widths.reduce((sum, width) => sum + width, 0);
    expect(total, panel.title).toBeLessThanOrEqual((WIDTH * panel.gridPos.w) / 24);
  }
});

test('a phone shows offline numbers within two screens', () => {
  const [table] = panelOf('Numbers');
  // On a phone, panels are stacked; a unit of height is 38 pixels, and the controls take about 300.
  const above = overview.panels.filter(({ gridPos }) => gridPos.y < (table?.gridPos.y ?? 0));
  const height = above.reduce((sum, { gridPos }) => sum + gridPos.h * 38, 300);
  expect(height).toBeLessThan(2 * 844 - 300);
});

test('only Exporter asks for job and instance', () => {
  const HIDDEN = 2;
  for (const { uid, templating } of dashboards) {
    const hidden = templating.list.filter(({ hide }) => hide === HIDDEN).map(({ name }) => name);
    expect(hidden, uid).toEqual(uid === exporter.uid ? [] : ['job', 'instance']);
  }
});

test('the dashboards open on the provisioned data source', () => {
  const { datasources } = readProvisioning('datasources') as {
    datasources: { uid: string; name: string }[];
  };
  for (const { uid, templating } of dashboards) {
    const { current } = templating.list.find(({ type }) => type === 'datasource') ?? {};
    expect(current, uid).toMatchObject({
      value: datasources[0]?.uid,
      text: datasources[0]?.name,
    });
  }
});

test('the menu leads to dashboards of many numbers; the link to Number keeps the time and selects no number', () => {
  for (const { uid, links } of dashboards) {
    const menu = links.find(({ type }) => type === 'dashboards');
    const listed = dashboards.filter(({ tags }) => tags.includes(menu?.tags[0] ?? ''));
    expect(
      listed.map((dashboard) => dashboard.uid),
      uid,
    ).toEqual(['whatsapp-overview', 'whatsapp-usage', 'whatsapp-exporter']);
    const link = links.find(({ title }) => title === 'Number');
    if (uid === number.uid) {
      expect(link).toBeUndefined();
      continue;
    }
    expect(link, uid).toMatchObject({ keepTime: true, includeVars: false });
    expect(link?.url, uid).toMatch(/^\/d\/whatsapp-number\?/);
    expect(link?.url, uid).not.toContain('number:queryparam');
  }
});

test('graphs are marked with related alerts only, on Usage and Exporter only on request', () => {
  const marked = dashboards.map(({ uid, annotations }) => {
    const { enable, expr = '' } = annotations.list.find(({ name }) => name === 'Alerts') ?? {};
    const names = /alertname=~"([^"]*)"/.exec(expr)?.[1] ?? '';
    const isRelated = (alert: string) => new RegExp(`^(?:${names})$`).test(alert);
    const alerts = ['NumberOffline', 'MarketingSpike', 'ExporterDown', 'TokenRejected'];
    return [uid, enable, alerts.filter((alert) => isRelated(`WhatsApp${alert}`))];
  });
  expect(marked).toEqual([
    ['whatsapp-overview', true, ['NumberOffline']],
    ['whatsapp-usage', false, ['MarketingSpike']],
    ['whatsapp-number', true, ['NumberOffline', 'MarketingSpike']],
    ['whatsapp-exporter', false, ['ExporterDown', 'TokenRejected']],
  ]);
});

test('failures are red and anomalies orange, in bars that can be seen, whatever the range', () => {
  for (const [title, colour] of Object.entries({
    'Failed polls by reason': 'red',
    'Anomalies by kind': 'orange',
  })) {
    const [panel] = panelOf(title);
    expect(panel?.fieldConfig.defaults.color).toMatchObject({ mode: 'shades', fixedColor: colour });
    expect(panel?.maxDataPoints, title).toBeLessThan(100);
  }
});

test('the bar of a single day does not fill the graph', () => {
  const bars = ofType('timeseries').filter(
    ({ fieldConfig }) => fieldConfig.defaults.custom?.['drawStyle'] === 'bars',
  );
  expect(bars.length).toBeGreaterThan(4);
  for (const { title, fieldConfig } of bars) {
    expect(fieldConfig.defaults.custom?.['barMaxWidth'], title).toBeLessThan(100);
  }
});

test('the axis of an age has clock times', () => {
  expect(panelOf('Age of the data').map(({ fieldConfig }) => fieldConfig.defaults.unit)).toEqual([
    'dthms',
  ]);
});

test('the names of firing alerts link to their runbooks', () => {
  const [table] = overview.panels.filter(
    ({ title, type }) => title === 'Firing alerts' && type === 'table',
  );
  const alert = table?.fieldConfig.overrides.find(({ matcher }) => matcher.options === 'Alert');
  const links = alert?.properties.find(({ id }) => id === 'links')?.value;
  expect(links).toEqual([
    expect.objectContaining({
      url: expect.stringMatching(/^https:.*\/docs\/runbooks\.md#\$\{__value\.raw\}$/) as string,
    }),
  ]);
});
