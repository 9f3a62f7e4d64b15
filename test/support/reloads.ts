import type { Reloads } from '../../src/reload.ts';

/** Of an exporter whose configuration nobody reads again. */
export const NO_RELOADS: Reloads = {
  request: () => Promise.reject(new Error('no reload is expected')),
  state: () => STATE,
};

const STATE = { succeeded: true, inForceSinceMs: 0 };
