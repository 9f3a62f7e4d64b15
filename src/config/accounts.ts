import { parseSecretFile, type Credentials, type SecretSource } from '../core/credentials.ts';
import { isLoopback } from '../core/loopback.ts';
import type { Secret } from '../core/secret.ts';
import { ACCOUNT_SETTINGS } from './account-settings.ts';
import type { AccountConfig } from './config.ts';
import type { GivenAccount } from './file.ts';
import { fromEnvironment, parseGiven, parseOrDefault, toProblem, type Given } from './given.ts';
import { invalid, quote, type Problem } from './problems.ts';
import { readNamedFile, type ReadFile } from './read-file.ts';
import type { Setting } from './settings.ts';

const S = ACCOUNT_SETTINGS;

const BOTH_WAYS = {
  meaning:
    `Needed are ${S.clientId.env} with ${S.clientSecret.env} or ${S.clientSecretFile.env}, or ` +
    `else ${S.accessToken.env} or ${S.accessTokenFile.env}; in the file client_id and so on`,
  example: `${S.clientId.env}=my-client ${S.clientSecretFile.env}=/run/secrets/whatsapp`,
};

interface Context {
  readonly readFile: ReadFile;
  readonly problems: Problem[];
}

/**
 * The accounts of the file. The environment makes the only account where the file has none, and
 * overrides single values where it has one.
 */
export function parseAccounts(
  inFile: readonly GivenAccount[],
  env: Readonly<Record<string, string | undefined>>,
  context: Context,
): AccountConfig[] {
  const inEnv = Object.values(S).flatMap((setting): [string, Given][] => {
    const given = fromEnvironment(setting, env);
    return given === undefined ? [] : [[setting.key, given]];
  });
  if (inFile.length <= 1) {
    const [only = { name: 'account', values: new Map<string, Given>(), isWhole: true }] = inFile;
    const merged = { ...only, values: new Map([...only.values, ...inEnv]) };
    return parseAccount(merged, context);
  }
  if (inEnv.length > 0) {
    context.problems.push({
      name: inEnv.map(([, given]) => given.name).join(', '),
      problem: `set while the configuration file has ${inFile.length} accounts`,
      meaning: 'Account variables are for a single account; which one they mean is not guessed',
      example: `unset ${inEnv.map(([, given]) => given.name).join(' ')}`,
    });
  }
  refuseDoubleNames(inFile, context.problems);
  return inFile.flatMap((account) => parseAccount(account, context));
}

function refuseDoubleNames(accounts: readonly GivenAccount[], problems: Problem[]): void {
  const seen = new Set<string>();
  for (const account of accounts) {
    const name = account.values.get(S.name.key);
    if (name === undefined) {
      const nowhere: Given = { text: '', from: 'file', name: account.name };
      const problem = 'has no name; of several accounts each needs one';
      if (account.isWhole) problems.push(toProblem(S.name, nowhere, problem));
    } else if (seen.has(name.text)) {
      problems.push(toProblem(S.name, name, `${quote(name.text)} is the name of another account`));
    } else {
      seen.add(name.text);
    }
  }
}

/** One account, or none where its credentials do not stand. */
function parseAccount(account: GivenAccount, context: Context): AccountConfig[] {
  const read = <T>(setting: Setting<T> & { default: string }) =>
    parseOrDefault(setting, account.values.get(setting.key), context.problems);
  const [name, apiUrl] = [read(S.name), read(S.apiUrl)];
  const allowInsecureHttp = read(S.allowInsecureHttp);
  const givenUrl = account.values.get(S.apiUrl.key);
  if (givenUrl !== undefined && !allowInsecureHttp && isInsecure(apiUrl)) {
    const problem = `must begin with https://, unless ${S.allowInsecureHttp.key} is true`;
    context.problems.push(toProblem(S.apiUrl, givenUrl, problem));
  }
  const credentials = parseCredentials(account, context);
  return credentials === undefined ? [] : [{ name, apiUrl, allowInsecureHttp, credentials }];
}

function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

function parseCredentials(account: GivenAccount, context: Context): Credentials | undefined {
  const { values, isWhole } = account;
  const id = values.get(S.clientId.key);
  const secret = values.get(S.clientSecret.key) ?? values.get(S.clientSecretFile.key);
  const token = values.get(S.accessToken.key) ?? values.get(S.accessTokenFile.key);
  const client = id ?? secret;
  const refuse = ({ name }: { name: string }, problem: string) =>
    context.problems.push({ name, problem, ...BOTH_WAYS });
  if (token !== undefined) {
    if (client !== undefined) {
      refuse(token, `set together with ${client.name}; keep the token or the client`);
    }
  } else if (isWhole) {
    if (client === undefined) refuse(account, 'has no credentials');
    else if (secret === undefined) refuse(client, 'set without a client secret');
    else if (id === undefined) refuse(client, 'set without a client id');
  }
  const accessToken = parseSource(account, S.accessToken, S.accessTokenFile, context);
  const clientSecret = parseSource(account, S.clientSecret, S.clientSecretFile, context);
  const clientId = id && parseGiven(S.clientId, id, context.problems);
  if (accessToken !== undefined) return { kind: 'token', accessToken };
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { kind: 'client', clientId, clientSecret };
}

function parseSource(
  { values }: GivenAccount,
  inline: Setting<Secret>,
  file: Setting<string>,
  { readFile, problems }: Context,
): SecretSource | undefined {
  const value = values.get(inline.key);
  const path = values.get(file.key);
  if (value !== undefined && path !== undefined) {
    problems.push(toProblem(file, path, `set together with ${value.name}; keep one of them`));
  }
  if (value !== undefined) {
    const secret = parseGiven(inline, value, problems);
    return secret === undefined ? undefined : { kind: 'value', value: secret };
  }
  // Read now only to find a mistake early; the provider reads it again whenever it needs it.
  const parse = (named: string) => {
    const parsed = parseSecretFile(readNamedFile(readFile, named));
    return 'problem' in parsed ? invalid(`names a file whose text ${parsed.problem}`) : named;
  };
  const checked = path && parseGiven({ ...file, parse }, path, problems);
  return checked === undefined ? undefined : { kind: 'file', path: checked };
}
