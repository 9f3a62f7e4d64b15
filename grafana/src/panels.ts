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
  ThresholdsConfigBuilder,
  type DashboardLink,
  type Panel,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stats from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { UNKNOWN } from './states.ts';
import { GREY, thresholds, type Thresholds } from './values.ts';

/** Settings common to all panels. */
export interface Frame {
  readonly title: string;
  /** What is shown, what it is based on, and what to do about it. */
  readonly description: string;
  /** In 24ths of the page. */
  readonly width: number;
  readonly unit: string;
  readonly decimals?: number;
  /** Text of an empty panel. */
  readonly none: string;
  /** Legend (empty: the title) -> PromQL. Grafana shows the series of several queries in their order. */
  readonly queries: Readonly<Record<string, string | readonly string[]>>;
  /** The smallest step of the queries; Grafana uses a larger one for a long range. */
  readonly interval?: string;
  /** The number of steps in a range; by default the panel's width in pixels. */
  readonly maxDataPoints?: number;
  readonly mappings?: readonly ValueMapping[];
  readonly thresholds?: Thresholds;
  readonly link?: { readonly title: string; readonly url: string };
}

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
    .thresholds(frame.thresholds ? thresholds(GREY, frame.thresholds) : thresholds('blue', []));
  if (frame.decimals !== undefined) builder.decimals(frame.decimals);
  if (frame.interval !== undefined) builder.interval(frame.interval);
  if (frame.maxDataPoints !== undefined) builder.maxDataPoints(frame.maxDataPoints);
  const queries = Object.entries(frame.queries).flatMap(([legend, exprs]) =>
    [exprs].flat().map((expr) => [legend, expr] as const),
  );
  for (const [index, [legend, expr]] of queries.entries()) {
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

const last = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

/** One large value per query. Coloured only if it has thresholds or mappings. */
export function stat(frame: Frame): Panel {
  const isColoured = frame.thresholds !== undefined || frame.mappings !== undefined;
  const builder = new stats.PanelBuilder()
    .reduceOptions(last())
    .graphMode(BigValueGraphMode.None)
    .colorMode(isColoured ? BigValueColorMode.Background : BigValueColorMode.None)
    .textMode(
      Object.keys(frame.queries).length > 1
        ? BigValueTextMode.ValueAndName
        : BigValueTextMode.Value,
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  return framed(builder, frame, 'now');
}

/**
 * A value if `evidence` has no result. State timelines, rankings and tables of several queries ignore the
 * panel's text for no data, so they have a row with this text and value instead.
 */
export const ifAbsent = (evidence: string, value = 0) =>
  `vector(${value}) unless on () (${evidence})`;

/** One horizontal bar per series, for the largest of many. */
export function ranking(frame: Frame): Panel {
  const builder = new bargauge.PanelBuilder()
    .reduceOptions(last())
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Top)
    .min(0);
  const [first = []] = Object.values(frame.queries);
  const queries = { ...frame.queries, [frame.none]: ifAbsent([first].flat().join(' or ')) };
  return framed(builder, { ...frame, queries }, 'now');
}

const legend = () =>
  new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);

const tooltip = () =>
  // oxlint-disable-next-line unicorn/no-array-sort -- a builder is no array
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);

/** Each kind of conversation has the same colour in all panels. */
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

/** In pixels. A range of one day would otherwise be filled by the bar of that day. */
const BAR_WIDTH_MAX = 60;

/**
 * Stacked bars, each starting at its own time; the parts must add up to a whole. With a `colour`, they
 * are shades of it.
 */
export function bars(frame: Frame & { readonly colour?: string }): Panel {
  const builder = graph(frame)
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.After)
    .barMaxWidth(BAR_WIDTH_MAX)
    .lineWidth(0)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (frame.colour !== undefined) {
    const shades = new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(frame.colour);
    builder.colorScheme(shades);
  }
  return framed(builder, frame, 'range');
}

/**
 * One row per series, on a single page. The mappings colour the values; with thresholds, tooltips would
 * show `1+` and `< 1`. `evidence` is a cheap query that has a result if there is anything to show.
 */
export function timeline(frame: Frame & { readonly evidence: string }): Panel {
  const builder = new statetimeline.PanelBuilder()
    .legend(legend().showLegend(false))
    .tooltip(tooltip())
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.85)
    .fillOpacity(85)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic));
  const queries = { ...frame.queries, [frame.none]: ifAbsent(frame.evidence, UNKNOWN) };
  const panel = framed(builder, { ...frame, queries }, 'range');
  // No pages, which the builder refuses to set.
  return { ...panel, options: { ...(panel.options as object), perPage: 0 } };
}
