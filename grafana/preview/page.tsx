import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  createTheme,
  dateTime,
  getPanelOptionsWithDefaults,
  locationUtil,
  standardTransformers,
  standardTransformersRegistry,
  ThemeContext,
  transformDataFrame,
  type FieldConfigSource,
  type GrafanaConfig,
  type TimeRange,
} from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import '@grafana/react-data-grid/lib/styles.css';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { lastValueFrom } from 'rxjs';
import 'uplot/dist/uPlot.min.css';
import { toPlugin } from './field-config.ts';
import { toFrames } from './frames.ts';
import { Drawing, type Drawn } from './panels.tsx';
import type { Picture, PlacedPanel } from './picture.ts';

/** The time zone of the browser, which dashboards ask for. */
const TIME_ZONE = 'browser';
const theme = createTheme({ colors: { mode: 'light' } });
/** Of the font, those that panels use. */
const WEIGHTS = ['400', '500'];
const asIs = (text: string) => text;

standardTransformersRegistry.setInit(() => {
  const byId = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
  return [...byId.values()].map((one) => ({
    id: one.id,
    name: one.name,
    transformation: () => Promise.resolve(one),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }));
});
locationUtil.initialize({
  config: { appSubUrl: '' } as GrafanaConfig,
  getTimeRangeForUrl: () => ({ from: 'now-24h', to: 'now' }),
  getVariablesUrlParams: () => ({}),
});

/** Applies what a panel says of its data, as the dashboard does before a plugin gets it. */
async function toDrawn(placed: PlacedPanel, timeRange: TimeRange) {
  const { type, options, fieldConfig, transformations = [] } = placed.panel;
  const plugin = toPlugin(placed.panel);
  const full = getPanelOptionsWithDefaults({
    plugin,
    currentOptions: options,
    currentFieldConfig: fieldConfig as unknown as FieldConfigSource,
    isAfterPluginChange: false,
  });
  const data = await lastValueFrom(
    transformDataFrame([...transformations], toFrames(placed), { interpolate: asIs }),
  );
  const frames = applyFieldOverrides({
    data,
    fieldConfig: full.fieldConfig,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables: asIs,
    theme,
    timeZone: TIME_ZONE,
  });
  cacheFieldDisplayNames(frames);
  return { type, frames, timeRange, timeZone: TIME_ZONE, ...full };
}

async function draw({ from, to, width, height, panels }: Picture): Promise<void> {
  const timeRange = {
    from: dateTime(from),
    to: dateTime(to),
    raw: { from: dateTime(from), to: dateTime(to) },
  };
  const drawn = await Promise.all(
    panels.map(async (placed) => ({ placed, content: await toDrawn(placed, timeRange) })),
  );
  const root = createRoot(document.querySelector('#root')!);
  const render = (content: ReactNode) =>
    flushSync(() =>
      root.render(
        <ThemeContext.Provider value={theme}>
          <GlobalStyles />
          {content}
        </ThemeContext.Provider>,
      ),
    );
  render(null);
  // Text on a canvas does not wait for its font.
  await Promise.all(WEIGHTS.map((weight) => document.fonts.load(`${weight} 12px Inter`)));
  render(
    <div
      style={{ width, height, position: 'relative', background: theme.colors.background.canvas }}
    >
      {drawn.map(({ placed: { panel, box }, content }) => (
        <div key={panel.id} style={{ ...box, position: 'absolute' }}>
          <Framed {...{ title: panel.title, description: panel.description, box, content }} />
        </div>
      ))}
    </div>,
  );
}

interface FramedProps {
  readonly title: string;
  readonly description: string;
  readonly box: PlacedPanel['box'];
  readonly content: Omit<Drawn, 'width' | 'height'>;
}

function Framed({ title, description, box, content }: FramedProps) {
  // The plugin of tables asks for no padding.
  const padding = content.type === 'table' ? 'none' : 'md';
  return (
    <PanelChrome {...{ title, description, padding }} width={box.width} height={box.height}>
      {(width, height) => <Drawing {...content} width={width} height={height} />}
    </PanelChrome>
  );
}

Object.assign(globalThis, { draw });
