/** Which accounts a request is about, undefined for all of them; or why it is refused. */
type AccountFilter =
  | { readonly accounts: ReadonlySet<string> | undefined }
  | { readonly status: 400 | 404; readonly refusal: string };

/** No account has a longer name. */
const NAME_LENGTH_MAX = 64;

/**
 * Reads `?account=NAME`, which may be repeated. Other parameters are ignored, as in any exporter. An
 * unknown name is an error: a target or script whose account was removed must not look healthy.
 */
export function parseAccountFilter(url: string, known: readonly string[]): AccountFilter {
  const asked = queryOf(url).getAll('account');
  if (asked.length === 0) return { accounts: undefined };
  if (asked.includes('')) {
    const refusal = 'The parameter account is empty: name an account, or leave it out for all.';
    return { status: 400, refusal };
  }
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, NAME_LENGTH_MAX));
    // Not 400: the same URL was right before the account was removed, or is right at another shard.
    return { status: 404, refusal: `There is no account ${shown} here.` };
  }
  return { accounts: new Set(asked) };
}

/** The query of a request's URL: all that follows the first question mark. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}
