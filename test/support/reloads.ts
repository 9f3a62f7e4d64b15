import type { Reloads } from '../../src/reload.ts';

/** For an exporter whose configuration is never reloaded. */
export const NO_RELOADS: Reloads = {
  request: () => Promise.reject(new Error('no reload is expected')),
  state: () => STATE,
};

const STATE = { succeeded: true, inForceSinceMs: 0 };
