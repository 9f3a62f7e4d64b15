import { optionalPrometheusTools } from '../support/prometheus.ts';

/** Undefined if they are not available; tests that need them are then skipped. */
export const tools = await optionalPrometheusTools();
