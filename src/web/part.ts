/** Which accounts a request is about, undefined for all of them; or why there is no answer. */
type Asked =
  | { readonly part: ReadonlySet<string> | undefined }
  | { readonly status: 400 | 404; readonly refusal: string };

/** An account's name has no more. */
const NAME_LENGTH_MAX = 64;

/**
 * Reads `?account=NAME`, which may be repeated. Other parameters mean nothing, as in any exporter. A
 * name that is not known fails, or else a target or a script whose account is gone would look well.
 */
export function parsePart(url: string, known: readonly string[]): Asked {
  const asked = queryOf(url).getAll('account');
  if (asked.length === 0) return { part: undefined };
  if (asked.includes('')) {
    const refusal = 'The parameter account is empty: name an account, or leave it out for all.';
    return { status: 400, refusal };
  }
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, NAME_LENGTH_MAX));
    // Not 400: the same address was right before the account went, or is so at another shard.
    return { status: 404, refusal: `There is no account ${shown} here.` };
  }
  return { part: new Set(asked) };
}

/** The query of a request's URL: all that follows the first question mark. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}
