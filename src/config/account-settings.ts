import { parseSecret } from '../core/credentials.ts';
import type { Secret } from '../core/secret.ts';
import { invalid } from './problems.ts';
import type { Setting } from './settings.ts';
import { parseBoolean } from './values.ts';

/** The settings of one account: keys in the file's list, or variables for the only account. */
export const ACCOUNT_SETTINGS = {
  name: {
    key: 'name',
    env: 'WHATSAPP_ACCOUNT',
    default: 'default',
    parse: parseName,
    value: 'name',
    meaning: 'Name of the account, the `account` label of its metrics',
    example: 'acme',
  },
  apiUrl: {
    key: 'api_url',
    env: 'WHATSAPP_API_URL',
    default: 'https://partners.99digital.co.il/api',
    parse: parseApiUrl,
    value: 'url',
    meaning: "Base address of the provider's API",
    example: 'https://partners.99digital.co.il/api',
    hidden: true,
  },
  clientId: {
    key: 'client_id',
    env: 'WHATSAPP_CLIENT_ID',
    parse: (text) => requireSecret(text).reveal(),
    value: 'id',
    meaning: "Client id from the provider's dashboard",
    example: '<the client id>',
    hidden: true,
  },
  clientSecret: {
    key: 'client_secret',
    env: 'WHATSAPP_CLIENT_SECRET',
    parse: requireSecret,
    value: 'secret',
    meaning: "Client secret from the provider's dashboard",
    example: '<the client secret>',
    hidden: true,
  },
  clientSecretFile: {
    key: 'client_secret_file',
    env: 'WHATSAPP_CLIENT_SECRET_FILE',
    parse: (text) => text,
    value: 'path',
    meaning: 'File that holds the client secret; may change while the exporter runs',
    example: '/run/secrets/whatsapp',
    hidden: true,
  },
  accessToken: {
    key: 'access_token',
    env: 'WHATSAPP_ACCESS_TOKEN',
    parse: requireSecret,
    value: 'token',
    meaning: 'Fixed access token, in place of a client id and secret',
    example: '<the access token>',
    hidden: true,
  },
  accessTokenFile: {
    key: 'access_token_file',
    env: 'WHATSAPP_ACCESS_TOKEN_FILE',
    parse: (text) => text,
    value: 'path',
    meaning: 'File that holds the access token; may change while the exporter runs',
    example: '/run/secrets/whatsapp-token',
    hidden: true,
  },
  allowInsecureHttp: {
    key: 'allow_insecure_http',
    env: 'WHATSAPP_ALLOW_INSECURE_HTTP',
    default: 'false',
    parse: parseBoolean,
    value: 'boolean',
    meaning: 'Allow an http address outside this host; sends secrets in the clear',
    example: 'true',
  },
} satisfies Record<string, Setting>;

function parseName(text: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(text)
    ? text
    : invalid('must be 1 to 64 letters, digits and _ . -');
}

/** Without trailing slashes, so that a path can be put behind it. */
function parseApiUrl(text: string): string {
  if (!URL.canParse(text)) invalid('must be an absolute URL');
  const url = new URL(text);
  if (!['https:', 'http:'].includes(url.protocol)) invalid('must begin with https://');
  if (url.username !== '' || url.password !== '') invalid('must not hold a user or password');
  if (url.search !== '' || url.hash !== '') invalid('must not hold a ? query or # fragment');
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

function requireSecret(text: string): Secret {
  const parsed = parseSecret(text);
  return 'secret' in parsed ? parsed.secret : invalid(parsed.problem);
}
