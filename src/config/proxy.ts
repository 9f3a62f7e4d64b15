import type { ProxySettings } from '../edge.ts';
import type { Problem } from './problems.ts';

/** The proxy variables that other programs read too; the lower case one wins. */
export function parseProxy(
  env: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): ProxySettings {
  const read = (name: string) => {
    const found = [name, name.toUpperCase()].find((spelling) => (env[spelling] ?? '') !== '');
    return found === undefined ? undefined : { name: found, text: env[found] ?? '' };
  };
  const readUrl = (variable: string) => {
    const given = read(variable);
    if (given === undefined || isProxyUrl(given.text)) return given?.text ?? '';
    const { name } = given;
    problems.push({
      name,
      problem: 'must be an http:// or https:// URL', // Not shown: it may hold a password.
      meaning: "Proxy for requests to the provider's API",
      example: `${name}=http://proxy.example:3128`,
    });
    return '';
  };
  return {
    http: readUrl('http_proxy'),
    https: readUrl('https_proxy'),
    no: read('no_proxy')?.text ?? '',
  };
}

function isProxyUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return !/%(?![0-9a-f]{2})/i.test(username + password);
}
