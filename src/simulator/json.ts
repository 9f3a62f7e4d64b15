export type Json = Readonly<Record<string, unknown>>;

/** The provider's response to a rejected call. */
export function fail(reason: number): Json {
  return { status: 'FAIL', reason };
}
