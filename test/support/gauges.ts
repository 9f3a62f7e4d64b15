import { FAMILIES } from '../../src/metrics/families.ts';

/**
 * The gauges of a number, each with the provider field that its HELP text names. Tests take the values
 * from what was sent; test/metrics/contract.test.ts checks that each gauge comes from that field alone.
 */
export const NUMBER_GAUGES: readonly (readonly [name: string, field: string])[] = FAMILIES.flatMap(
  ({ name, type, scope, help }) => {
    const field = / Provider field: (\w+)\. /.exec(help)?.[1];
    return scope === 'number' && type === 'gauge' && field !== undefined ? [[name, field]] : [];
  },
);
