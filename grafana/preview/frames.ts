import { DataFrameType, FieldType, type DataFrame, type Field } from '@grafana/data';
import type { Answer, PlacedPanel } from './picture.ts';

/** Data frames as Grafana's Prometheus data source makes them of a panel's answers. */
export function toFrames({ answers }: PlacedPanel): DataFrame[] {
  const answered = answers.filter(({ samples }) => samples.length > 0);
  return answered.flatMap((answer) =>
    answer.target.format === 'table'
      ? toTable(answer, answered.length > 1 ? `Value #${answer.target.refId}` : 'Value')
      : toSeries(answer),
  );
}

function toSeries({ target, stepS, samples }: Answer): DataFrame[] {
  return samples.map(({ labels, points }) => {
    const name = toLegend(target.legendFormat ?? '', labels);
    // Without the interval no gap would show: Prometheus leaves out the points that are not there.
    const config = target.instant === true ? {} : { interval: stepS * 1000 };
    const times = points.map(([t]) => t * 1000);
    const values = points.map(([, value]) => value);
    return {
      refId: target.refId,
      name,
      meta: {
        type: target.instant === true ? DataFrameType.NumericMulti : DataFrameType.TimeSeriesMulti,
      },
      fields: [
        { name: 'Time', type: FieldType.time, values: times, config },
        {
          name: 'Value',
          type: FieldType.number,
          values,
          labels: { ...labels },
          config: { displayNameFromDS: name },
        },
      ],
      length: points.length,
    };
  });
}

/** One row a series, with its labels as columns. */
function toTable({ target, samples }: Answer, valueName: string): DataFrame {
  const names = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
  const field = (name: string, type: FieldType, values: unknown[]): Field => ({
    name,
    type,
    values,
    config: {},
  });
  return {
    refId: target.refId,
    fields: [
      field(
        'Time',
        FieldType.time,
        samples.map(({ points }) => (points[0]?.[0] ?? 0) * 1000),
      ),
      ...names.map((name) =>
        field(
          name,
          FieldType.string,
          samples.map(({ labels }) => labels[name] ?? ''),
        ),
      ),
      field(
        valueName,
        FieldType.number,
        samples.map(({ points }) => points[0]?.[1]),
      ),
    ],
    length: samples.length,
  };
}

const toLegend = (format: string, labels: Readonly<Record<string, string>>) =>
  format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) => labels[name] ?? '');
