import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type {
  DashboardLink,
  DynamicConfigValue,
  Panel,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat, type Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { framed, ifAbsent, type Frame } from './panels.ts';
import { thresholds, type Thresholds } from './values.ts';

/** A column of values, or without `expr` a label of the other columns. */
interface Column {
  readonly name: string;
  readonly expr?: string;
  readonly label?: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  readonly mappings?: readonly ValueMapping[];
  /** Colours the cell's background. */
  readonly thresholds?: Thresholds;
  readonly link?: { readonly title: string; readonly url: string };
}

export interface TableContent extends Pick<
  Frame,
  'title' | 'description' | 'width' | 'none' | 'interval' | 'maxDataPoints'
> {
  readonly columns: readonly Column[];
  /** Column names in order of precedence; a leading `-` sorts in descending order. */
  readonly sortBy: readonly string[];
  /** Queries that only add labels, such as names. The last one has a result for every row. */
  readonly labelsFrom?: string | readonly string[];
}

/**
 * The least width in pixels of a column without one; with Grafana's default of 150, columns are out of
 * sight on a laptop.
 */
const WIDTH_MIN = 90;

/**
 * One row per set of labels. Each column is a separate query at the end of the range; Grafana merges
 * them by their common labels.
 */
export function table(content: TableContent): Panel {
  const valued = content.columns.filter((column) => column.expr !== undefined);
  const ofRows = [...valued.map((column) => column.expr ?? ''), content.labelsFrom ?? []].flat();
  const exprs = [...ofRows, ofRows.length > 1 ? textIfEmpty(content, ofRows) : []].flat();
  const queries = Object.fromEntries(exprs.map((expr, index) => [`${index}`, expr]));
  const builder = new PanelBuilder().sortBy(
    content.sortBy.map((name) =>
      new TableSortByFieldStateBuilder()
        .displayName(name.replace(/^-/, ''))
        .desc(name.startsWith('-')),
    ),
  );
  for (const column of content.columns) builder.overrideByName(column.name, toOverride(column));
  // For empty cells; the panel's own text is for a table without rows.
  builder.overrideByRegexp('/.*/', [{ id: 'noValue', value: '–' }]);
  const panel = framed(builder, { ...content, unit: 'locale', queries }, 'now');
  for (const target of (panel.targets ?? []) as Dataquery[]) {
    target.format = PromQueryFormat.Table;
    delete target.legendFormat;
  }

  const refs = exprs.map((_, index) => `Value #${String.fromCharCode(65 + index)}`);
  const fieldOf = (column: Column) => column.label ?? refs[valued.indexOf(column)] ?? '';
  // Grafana omits the letter if a table has only one query.
  const hidden = ['Time', 'Value', ...refs.slice(valued.length)];
  const organize = {
    excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
    indexByName: Object.fromEntries(content.columns.map((c, index) => [fieldOf(c), index])),
    renameByName: Object.fromEntries(content.columns.map((c) => [fieldOf(c), c.name])),
  };
  return {
    ...panel,
    transformations: [
      { id: 'merge', options: {} },
      { id: 'organize', options: organize },
    ],
  };
}

/** The text for no data, in the widest column of labels. */
function textIfEmpty({ columns, none }: TableContent, ofRows: readonly string[]): string {
  const { label = '' } = columns.find((column) => column.label && column.width === undefined) ?? {};
  // The first query and the names have a result for every row.
  const evidence = `(${ofRows[0]}) or (${ofRows.at(-1)})`;
  return `label_replace(${ifAbsent(evidence)}, "${label}", "${none}", "", "")`;
}

function toOverride(column: Column): DynamicConfigValue[] {
  const { decimals, width, mappings, link } = column;
  // Otherwise Grafana formats a label that looks like a number as one, also in links.
  const unit = column.expr === undefined ? 'string' : column.unit;
  const isColoured = column.thresholds !== undefined || mappings !== undefined;
  const background = {
    type: TableCellDisplayMode.ColorBackground,
    mode: TableCellBackgroundDisplayMode.Basic,
  };
  return [
    unit === undefined ? [] : { id: 'unit', value: unit },
    decimals === undefined ? [] : { id: 'decimals', value: decimals },
    width === undefined
      ? { id: 'custom.minWidth', value: WIDTH_MIN }
      : { id: 'custom.width', value: width },
    mappings === undefined ? [] : { id: 'mappings', value: mappings },
    column.thresholds === undefined
      ? []
      : { id: 'thresholds', value: thresholds('transparent', column.thresholds).build() },
    isColoured ? { id: 'custom.cellOptions', value: background } : [],
    isColoured ? { id: 'color', value: { mode: 'thresholds' } } : [],
    link === undefined ? [] : { id: 'links', value: [link as DashboardLink] },
  ].flat();
}
