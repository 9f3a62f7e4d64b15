import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { UNKNOWN } from './states.ts';

// The texts and colours of values.

/** Values and the colours that start there. */
export type Thresholds = readonly (readonly [number, string])[];

/** Grafana shows a missing value in the lowest colour, which must not look like a state. */
export const GREY = '#6e7077';

export function thresholds(lowest: string, steps: Thresholds): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: lowest }, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** Colours of a count of things that should not be. */
export const NONE_IS_GOOD: Thresholds = [
  [0, 'green'],
  [1, 'red'],
];
/** In seconds: numbers are dropped after 5 minutes, and an alert fires after 15. */
export const DATA_AGE: Thresholds = [
  [0, 'green'],
  [300, 'orange'],
  [900, 'red'],
];

/** Texts and colours of values. */
export const texts = (of: Readonly<Record<number, readonly [string, string]>>): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(of).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  },
];

const yesNo = (no: string, yes: string) => ({
  mappings: texts({ 0: [no, 'red'], [UNKNOWN]: ['Unknown', GREY], 1: [yes, 'green'] }),
  thresholds: [
    [0, 'red'],
    [1, 'green'],
  ] as const,
});
/** Display of the state of a number. */
export const STATE = yesNo('Offline', 'Online');
/** Display of `whatsapp_up`. */
export const UP = yesNo('Failing', 'Working');
/** Display of the last reload of the configuration. */
export const RELOAD = yesNo('Rejected', 'Active');
export const YES_NO = yesNo('No', 'Yes');
