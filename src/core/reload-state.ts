/** How the configuration that is in force came about. */
export interface ReloadState {
  /** Of the last time it was read; the start counts as one. */
  readonly succeeded: boolean;
  /** When that in force was read, in Unix milliseconds. */
  readonly inForceSinceMs: number;
}
