/** The part of a logger that this project uses. Fields never hold a secret or a provider's payload. */
export type Log = Readonly<
  Record<
    'debug' | 'info' | 'warn' | 'error',
    (fields: Readonly<Record<string, unknown>>, message: string) => void
  >
>;
