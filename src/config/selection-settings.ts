import { optional } from './setting.ts';
import * as t from './text.ts';

/** The sections that leave something out. */
export const toSelectionSections = (whyNotExcludable: (metric: string) => string | undefined) => ({
  metrics: {
    exclude: optional(t.names(whyNotExcludable), {
      value: 'name',
      meaning: 'Metric of numbers or accounts to leave out of /metrics; may be repeated',
      example: 'whatsapp_number_created_timestamp_seconds',
      isList: true,
    }),
  },
  numbers: {
    include: optional(t.numbers, {
      flag: '--numbers.include',
      value: 'digits',
      meaning:
        'Number, or the digits that numbers begin with; others are excluded; may be repeated',
      example: '97250,97252',
      isList: true,
      // Errors in the log must not show numbers.
      hidden: true,
    }),
    exclude: optional(t.numbers, {
      flag: '--numbers.exclude',
      value: 'digits',
      meaning: 'The same for numbers to exclude, which wins over numbers.include; may be repeated',
      example: '972501234567',
      isList: true,
      hidden: true,
    }),
  },
});
