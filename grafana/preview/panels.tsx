import {
  applyNullInsertThreshold,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type DataFrame,
  type DisplayValueAlignmentFactors,
  type FieldConfigSource,
  type FieldDisplay,
  type TimeRange,
} from '@grafana/data';
import {
  BarGauge,
  BigValue,
  TimeSeries,
  useTheme2,
  VizRepeater,
  type VizRepeaterRenderValueProps,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { ReactNode } from 'react';

/** A panel whose data and options are as the panel's plugin gets them. */
export interface Drawn {
  readonly type: string;
  readonly frames: DataFrame[];
  // oxlint-disable-next-line typescript/no-explicit-any -- each kind of panel has options of its own
  readonly options: any;
  readonly fieldConfig: FieldConfigSource;
  readonly timeRange: TimeRange;
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
}

type Single = VizRepeaterRenderValueProps<FieldDisplay, DisplayValueAlignmentFactors>;

const asIs = (text: string) => text;

/** What the plugin of each kind of panel does with its data, by the same components. */
export function Drawing(panel: Drawn): ReactNode {
  const { type, frames, fieldConfig } = panel;
  if (type === 'stat') return <Stat {...panel} />;
  if (type === 'bargauge') return <Bars {...panel} />;
  if (type !== 'timeseries' && type !== 'table') {
    return (
      <Words>Grafana draws a {type.replace('-', ' ')} here, which this picture leaves out.</Words>
    );
  }
  if (frames.length === 0) return <Words>{fieldConfig.defaults.noValue}</Words>;
  return type === 'table' ? <Rows {...panel} /> : <Graph {...panel} />;
}

function Graph({ frames, options, ...rest }: Drawn) {
  const { from, to } = rest.timeRange;
  // The component that is published does this to the first frame only, Grafana's own to all.
  const withGaps = frames.map((frame) =>
    applyNullInsertThreshold({
      frame,
      refFieldPseudoMin: from.valueOf(),
      refFieldPseudoMax: to.valueOf(),
    }),
  );
  return <TimeSeries frames={withGaps} legend={options.legend} options={options} {...rest} />;
}

function Rows({ frames, options, ...rest }: Drawn) {
  return (
    <TableNG
      data={frames[0]!}
      noHeader={!options.showHeader}
      sortBy={options.sortBy}
      cellHeight={options.cellHeight}
      resizable
      {...rest}
    />
  );
}

function Stat(panel: Drawn) {
  const { options } = panel;
  const theme = useTheme2();
  return (
    <Singles
      {...panel}
      spacing={3}
      autoGrid
      draw={({ value, width, height, count, alignmentFactors }) => (
        <BigValue
          value={value.display}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
          disableWideLayout={!options.wideLayout}
          {...{ theme, width, height, count, alignmentFactors }}
        />
      )}
    />
  );
}

function Bars(panel: Drawn) {
  const { options } = panel;
  const theme = useTheme2();
  return (
    <Singles
      {...panel}
      spacing={10}
      draw={({ value, width, height, orientation, count, alignmentFactors }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          displayMode={options.displayMode}
          showUnfilled={options.showUnfilled}
          valueDisplayMode={options.valueMode}
          namePlacement={options.namePlacement}
          alignmentFactors={count > 1 ? alignmentFactors : undefined}
          itemSpacing={10}
          {...{ theme, width, height, orientation }}
        />
      )}
    />
  );
}

interface SinglesProps extends Drawn {
  readonly spacing: number;
  readonly autoGrid?: boolean;
  draw(value: Single): React.JSX.Element;
}

function Singles({ frames, options, fieldConfig, draw, spacing, autoGrid, ...rest }: SinglesProps) {
  const theme = useTheme2();
  const { width, height, timeZone } = rest;
  const { minVizWidth, minVizHeight, maxVizHeight, orientation, reduceOptions } = options;
  const values = () =>
    getFieldDisplayValues({
      data: frames,
      fieldConfig,
      reduceOptions,
      replaceVariables: asIs,
      theme,
      timeZone,
    });
  return (
    <VizRepeater
      source={frames}
      getValues={values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={draw}
      renderCounter={0}
      itemSpacing={spacing}
      {...{ width, height, autoGrid, orientation, minVizWidth, minVizHeight, maxVizHeight }}
    />
  );
}

function Words({ children }: { readonly children: ReactNode }) {
  const theme = useTheme2();
  return (
    <div
      style={{
        display: 'grid',
        placeItems: 'center',
        height: '100%',
        color: theme.colors.text.secondary,
      }}
    >
      <div>{children}</div>
    </div>
  );
}
