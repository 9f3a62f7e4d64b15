import { z } from 'zod';

import {
  parseSecret,
  parseSecretFile,
  parseToken,
  type Credentials,
  type ParseSecret,
  type ReadFile,
  type SecretSource,
} from '../edge.ts';
import { BUDGET_CATEGORIES } from '../core/budget.ts';
import { isLoopback } from '../core/loopback.ts';
import type { Secret } from '../core/secret.ts';
import { invalid, quote } from './problems.ts';
import { readNamedFile } from './read-file.ts';
import { optional, refuse, setting, type Context } from './setting.ts';
import type { COLLECTORS } from './settings.ts';
import { baseUrl, boolean, counts, secretOf, text, wholeNumber } from './text.ts';

const DEFAULT_NAME = 'default';

const name = text((given) =>
  /^[A-Za-z0-9_.-]{1,64}$/.test(given)
    ? given
    : invalid('must be 1 to 64 letters, digits and _ . -'),
);

const count = wholeNumber(0, 999_999_999).optional();
const budgetShape = { marketing: count, service: count, incoming: count, total: count };
/** Each has series of its own. */
const NUMBER_BUDGETS_MAX = 1_000;

const budget = counts(
  BUDGET_CATEGORIES,
  z.strictObject({
    ...budgetShape,
    numbers: z
      .record(z.string(), z.strictObject(budgetShape))
      .superRefine((numbers, context) => {
        for (const number of Object.keys(numbers)) {
          if (/^\d{1,20}$/.test(number)) continue;
          refuse(context, [number], 'must be the digits of a number, such as 972501234567');
        }
        if (Object.keys(numbers).length > NUMBER_BUDGETS_MAX) {
          refuse(context, [], `must be at most ${NUMBER_BUDGETS_MAX} numbers`);
        }
      })
      .optional(),
  }),
);

/** The settings of one account: an entry of `accounts`, or variables for a single account. */
export const toAccountShape = (readFile: ReadFile) => {
  // Read only to report mistakes early: the provider client reads it again when it needs it.
  const fileOf = (parse: ParseSecret) =>
    text((path) => {
      const parsed = parseSecretFile(readNamedFile(readFile, path, 'secret'), parse);
      return 'problem' in parsed ? invalid(`names a file whose text ${parsed.problem}`) : path;
    });
  return {
    name: optional(name, {
      env: 'WHATSAPP_ACCOUNT',
      default: DEFAULT_NAME,
      value: 'name',
      meaning: 'Name of the account, the `account` label of its metrics',
      example: 'acme',
    }),
    api_url: setting(baseUrl, {
      env: 'WHATSAPP_API_URL',
      default: 'https://partners.99digital.co.il/api',
      value: 'url',
      meaning: "Base address of the provider's API",
      hidden: true,
    }),
    client_id: optional(
      secretOf(parseSecret).transform((id) => id.reveal()),
      {
        env: 'WHATSAPP_CLIENT_ID',
        value: 'id',
        meaning: "Client id from the provider's dashboard",
        example: '<the client id>',
        hidden: true,
      },
    ),
    client_secret: optional(secretOf(parseSecret), {
      env: 'WHATSAPP_CLIENT_SECRET',
      value: 'secret',
      meaning: "Client secret from the provider's dashboard",
      example: '<the client secret>',
      hidden: true,
      secret: true,
    }),
    client_secret_file: optional(fileOf(parseSecret), {
      env: 'WHATSAPP_CLIENT_SECRET_FILE',
      value: 'path',
      meaning: 'File that contains the client secret; may change while the exporter runs',
      example: '/run/secrets/whatsapp',
      hidden: true,
    }),
    access_token: optional(secretOf(parseToken), {
      env: 'WHATSAPP_ACCESS_TOKEN',
      value: 'token',
      meaning: 'Fixed access token, instead of a client id and secret',
      example: '<the access token>',
      hidden: true,
      secret: true,
    }),
    access_token_file: optional(fileOf(parseToken), {
      env: 'WHATSAPP_ACCESS_TOKEN_FILE',
      value: 'path',
      meaning: 'File that contains the access token; may change while the exporter runs',
      example: '/run/secrets/whatsapp-token',
      hidden: true,
    }),
    allow_insecure_http: setting(boolean, {
      env: 'WHATSAPP_ALLOW_INSECURE_HTTP',
      default: 'false',
      value: 'boolean',
      meaning: 'Allow http to other hosts; sends secrets unencrypted',
      example: 'true',
    }),
    budget: optional(budget, {
      env: 'WHATSAPP_BUDGET',
      value: 'counts',
      meaning:
        'Planned conversations a month: marketing, service, incoming, or all together (total)',
      example: 'marketing=20000,total=50000',
      keys: [...BUDGET_CATEGORIES, 'numbers'],
      // May contain numbers, which errors in the log must not show.
      hidden: true,
    }),
  };
};

type Account = z.output<z.ZodObject<ReturnType<typeof toAccountShape>>> & {
  readonly collectors?: z.output<z.ZodObject<typeof COLLECTORS>> | undefined;
};

const CLIENT_KEYS = ['client_id', 'client_secret', 'client_secret_file'] as const;
const TOKEN_KEYS = ['access_token', 'access_token_file'] as const;

/** An account needs a client id and secret, or a token; one of each kind, and https. */
export function checkAccount(account: Account, context: Context): void {
  const isGiven = (key: keyof Account) => account[key] !== undefined;
  for (const key of ['client_secret', 'access_token'] as const) {
    if (isGiven(key) && isGiven(`${key}_file`)) {
      refuse(context, [`${key}_file`], `set together with {${key}}; keep one of them`);
    }
  }
  const client = CLIENT_KEYS.find(isGiven);
  const token = TOKEN_KEYS.find(isGiven);
  if (token !== undefined && client !== undefined) {
    refuse(context, [token], `set together with {${client}}; keep the token or the client`);
  } else if (token === undefined && client === undefined) {
    refuse(context, [], 'has no credentials');
  } else if (client !== undefined && !isGiven('client_id')) {
    refuse(context, [client], 'set without a client id');
  } else if (client !== undefined && !isGiven('client_secret') && !isGiven('client_secret_file')) {
    refuse(context, [client], 'set without a client secret');
  }
  if (!account.allow_insecure_http && isInsecure(account.api_url)) {
    refuse(context, ['api_url'], 'must start with https://, unless allow_insecure_http is true');
  }
}

/** A refused address is not a text. */
function isInsecure(url: unknown): boolean {
  if (typeof url !== 'string') return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

export function checkNames(accounts: readonly Pick<Account, 'name'>[], context: Context): void {
  if (accounts.length < 2) return;
  const seen = new Set<string>();
  for (const [index, account] of accounts.entries()) {
    if (typeof account !== 'object' || account === null) continue; // Refused already.
    const { name: given } = account;
    if (given === undefined) {
      refuse(context, [index, 'name'], 'missing; each of several accounts needs a name');
    } else if (seen.has(given)) {
      refuse(context, [index, 'name'], `${quote(given)} is the name of another account`);
    } else if (typeof given === 'string') seen.add(given);
  }
}

/** Accounts that were refused may be without credentials, and are left out. */
export function toAccounts(accounts: readonly Account[]) {
  return accounts.flatMap((account) => {
    const { name: given = DEFAULT_NAME, api_url, allow_insecure_http } = account;
    const { budget: planned, collectors = {} } = account;
    const credentials = toCredentials(account);
    if (credentials === undefined) return [];
    const access = { apiUrl: api_url, allowInsecureHttp: allow_insecure_http, credentials };
    return [{ name: given, ...access, collectors, ...(planned && { budget: planned }) }];
  });
}

function toCredentials(account: Account): Credentials | undefined {
  const { client_id: clientId, client_secret, client_secret_file } = account;
  const accessToken = toSource(account.access_token, account.access_token_file);
  if (accessToken !== undefined) return { kind: 'token', accessToken };
  const clientSecret = toSource(client_secret, client_secret_file);
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { kind: 'client', clientId, clientSecret };
}

function toSource(value?: Secret, path?: string): SecretSource | undefined {
  if (value !== undefined) return { kind: 'value', value };
  return path === undefined ? undefined : { kind: 'file', path };
}
