import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import {
  AxisPlacement,
  BarAlignment,
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DashboardLink,
  type Panel,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stats from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** What every panel says of itself. */
export interface Frame {
  readonly title: string;
  /** What is shown, what it rests on, and what to do about it. */
  readonly description: string;
  /** In 24ths of the page. */
  readonly width: number;
  readonly unit: string;
  readonly decimals?: number;
  /** What stands there when there is nothing to show. */
  readonly none: string;
  /** Legend (empty where the title says it all) -> PromQL. */
  readonly queries: Readonly<Record<string, string>>;
  /** The finest step of the queries; Grafana takes a coarser one for a long range. */
  readonly interval?: string;
  /** How many steps a range is divided into, where other than the panel's width in pixels. */
  readonly maxDataPoints?: number;
  readonly mappings?: readonly ValueMapping[];
  readonly thresholds?: Thresholds;
  readonly link?: { readonly title: string; readonly url: string };
}

/** The first colour, then the values from which another begins. */
export type Thresholds = readonly [string, ...(readonly [number, string])[]];

interface AnyPanelBuilder extends Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: { type: string; uid: string }): this;
  gridPos(gridPos: { x: number; y: number; w: number; h: number }): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  noValue(noValue: string): this;
  interval(interval: string): this;
  maxDataPoints(maxDataPoints: number): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  withTarget(target: Builder<Dataquery>): this;
}

export function framed(builder: AnyPanelBuilder, frame: Frame, evaluate: 'now' | 'range'): Panel {
  builder
    .title(frame.title)
    .description(frame.description)
    .datasource({ type: 'prometheus', uid: '${datasource}' })
    .gridPos({ x: 0, y: 0, w: frame.width, h: 0 })
    .unit(frame.unit)
    .noValue(frame.none)
    .mappings([...(frame.mappings ?? [])])
    .thresholds(thresholds(frame.thresholds ?? ['blue']));
  if (frame.decimals !== undefined) builder.decimals(frame.decimals);
  if (frame.interval !== undefined) builder.interval(frame.interval);
  if (frame.maxDataPoints !== undefined) builder.maxDataPoints(frame.maxDataPoints);
  for (const [index, [legend, expr]] of Object.entries(frame.queries).entries()) {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expr)
      .legendFormat(legend || frame.title);
    builder.withTarget(evaluate === 'now' ? query.instant() : query.range());
  }
  const panel = builder.build();
  if (frame.link && panel.fieldConfig) {
    panel.fieldConfig.defaults.links = [frame.link as DashboardLink];
  }
  return panel;
}

export function thresholds([first, ...steps]: Thresholds): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: first }, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** Texts and colours for the values of a gauge that says yes (1) or no (0). */
export const flag = (no: [string, string], yes: [string, string]): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: {
      0: { text: no[0], color: no[1], index: 0 },
      1: { text: yes[0], color: yes[1], index: 1 },
    },
  },
];

const yesNo = (no: string, yes: string) => ({
  mappings: flag([no, 'red'], [yes, 'green']),
  thresholds: ['red', [1, 'green']] as const,
});
/** How `whatsapp_number_online` reads. */
export const STATE = yesNo('Offline', 'Online');
/** How `whatsapp_up` reads. */
export const UP = yesNo('Failing', 'Working');

const last = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

/** One large value, or one a query. Coloured only where a colour means something. */
export function stat(frame: Frame): Panel {
  const isJudged = frame.thresholds !== undefined || frame.mappings !== undefined;
  const builder = new stats.PanelBuilder()
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(isJudged ? BigValueColorMode.Background : BigValueColorMode.None)
    .textMode(
      Object.keys(frame.queries).length > 1
        ? BigValueTextMode.ValueAndName
        : BigValueTextMode.Value,
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  return framed(builder, frame, 'now');
}

/** One horizontal bar a series: for the largest few of many. */
export function ranking(frame: Frame): Panel {
  const builder = new bargauge.PanelBuilder()
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Top)
    .min(0);
  return framed(builder, frame, 'now');
}

const legend = () =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);

const tooltip = () =>
  // oxlint-disable-next-line unicorn/no-array-sort -- a builder is no array
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** The same kind of conversation has the same colour wherever it is drawn. */
const COLOURS: Readonly<Record<string, string>> = {
  All: 'purple',
  Conversations: 'purple',
  'Month to date': 'purple',
  Marketing: 'orange',
  Service: 'blue',
  Incoming: 'green',
};

function graph({ queries }: Frame) {
  const builder = new timeseries.PanelBuilder()
    .legend(legend())
    .tooltip(tooltip())
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .axisPlacement(AxisPlacement.Auto)
    .axisSoftMin(0)
    .lineWidth(2)
    .showPoints(VisibilityMode.Never);
  for (const name of Object.keys(queries)) {
    const fixedColor = COLOURS[name];
    if (fixedColor === undefined) continue;
    builder.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  }
  return builder;
}

export const lines = (frame: Frame): Panel => framed(graph(frame).fillOpacity(0), frame, 'range');

/** Stacked bars, each beginning at its own time: the parts must make a whole. */
export function bars(frame: Frame): Panel {
  const builder = graph(frame)
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.After)
    .lineWidth(0)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return framed(builder, frame, 'range');
}

/** One row a series, coloured by what the value stands for. */
export function timeline(frame: Frame): Panel {
  const builder = new statetimeline.PanelBuilder()
    .legend(legend().showLegend(false))
    .tooltip(tooltip())
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.85)
    .fillOpacity(85)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  return framed(builder, frame, 'range');
}
