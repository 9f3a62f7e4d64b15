import { optionalPrometheusTools } from '../support/prometheus.ts';

/** Undefined where they cannot be had; the tests that need them are then skipped. */
export const tools = await optionalPrometheusTools();
