import type { z } from 'zod';

import { nearest } from '../core/nearest.ts';
import type { Given, Layers } from './layers.ts';
import { quote, type Problem } from './problems.ts';
import {
  ACCOUNT_SETTINGS,
  SECTIONS,
  sectionAt,
  settingAt,
  SETTINGS,
  settingsOf,
} from './schema.ts';
import { toYaml, type Setting } from './setting.ts';
import { childOf, type Tree, type YamlFile } from './yaml-file.ts';

const ACCOUNT_EXAMPLE =
  'accounts: [{ name: acme, client_id: my-client, client_secret_file: /run/secrets/acme }]';

const CREDENTIALS = [
  'client_id',
  'client_secret',
  'client_secret_file',
  'access_token',
  'access_token_file',
];

type Help = Pick<Problem, 'meaning' | 'example'>;
type Path = readonly PropertyKey[];

/** An issue of the schema in the user's words: which value, given where, and what it means. */
export function explain(issue: z.core.$ZodIssue, layers: Layers, file?: YamlFile): Problem[] {
  if (issue.code === 'unrecognized_keys' && file !== undefined) {
    return issue.keys.map((key) => explainUnknownKey(issue.path, key, file));
  }
  const { name, from } = layers.givenAt(issue.path);
  const setting = settingAt(issue.path);
  const problem = describe(issue, setting, layers);
  const isAboutCredentials = setting === undefined || CREDENTIALS.includes(setting.name);
  if (issue.code === 'custom' && isAboutCredentials) {
    return [{ name, problem, ...helpWithCredentials(from) }];
  }
  return [{ name, problem, ...(setting ? helpOf(setting, from) : helpAt(issue.path)) }];
}

function describe(issue: z.core.$ZodIssue, setting: Setting | undefined, layers: Layers): string {
  const { code, path, message } = issue;
  if (code === 'custom') {
    const neighbour = (key: string) => layers.givenAt([...path.slice(0, -1), key]).name;
    return message.replace(/\{(\w+)\}/g, (_, key: string) => neighbour(key));
  }
  const value = path.reduce<Tree | undefined>(
    (node, key) => (typeof node === 'string' ? itemOf(node, key) : childOf(node, key)),
    layers.tree,
  );
  if (value === null) return 'has no value; give one or remove the key';
  if (path.length === 1 && path[0] === 'accounts') return 'must be a list of accounts';
  const isForMapping = code === 'invalid_type' && ['object', 'record'].includes(issue.expected);
  if (setting === undefined || isForMapping) return 'must be a mapping of keys to values';
  if (typeof value !== 'string') return 'must be a single value';
  return setting.hidden === undefined ? `${quote(value)} ${message}` : message;
}

/** A list may be given as one text. */
function itemOf(text: string, key: PropertyKey): string {
  return typeof key === 'number' ? (text.split(',')[key]?.trim() ?? text) : text;
}

function explainUnknownKey(parent: Path, key: string, file: YamlFile): Problem {
  const near = nearest(key, namesAt(parent));
  // The key may be right and only its place wrong.
  const section = [...SETTINGS, ...ACCOUNT_SETTINGS].find(({ name }) => name === key)?.section;
  const hint = near ? `; did you mean ${near}?` : section && `; it belongs under ${section}`;
  // Only what looks like a key is shown: `{client_secret:abc}` is one key that contains a secret.
  const shown = near !== undefined || /^[a-z_]{1,40}$/i.test(key) ? ` ${quote(key)}` : '';
  const meant = near ? [...parent, near] : section ? [section] : parent;
  const setting = settingAt(meant);
  return {
    name: file.locate([...parent, key]),
    problem: `unknown key${shown}${hint ?? ''}`,
    ...(setting === undefined ? helpAt(meant) : helpOf(setting, 'file')),
  };
}

export function helpOf(setting: Setting, from: Given['from']): Help {
  const { meaning, example, flag, env } = setting;
  if (from === 'file') return { meaning, example: toYaml(setting) };
  const value = /^[\w/.:-]+$/.test(example) ? example : `'${example}'`;
  return { meaning, example: `${from === 'flag' ? flag : env}=${value}` };
}

function helpWithCredentials(from: Given['from']): Help {
  const [id, secret, secretFile, token, tokenFile] = CREDENTIALS.map((name) =>
    from === 'file' ? name : `WHATSAPP_${name.toUpperCase()}`,
  );
  return {
    meaning: `Set ${id} with ${secret} or ${secretFile}; or set ${token} or ${tokenFile}`,
    example:
      from === 'file' ? ACCOUNT_EXAMPLE : `${id}=my-client ${secretFile}=/run/secrets/whatsapp`,
  };
}

/** For a mapping or list: the document, a section, the accounts, one of them. */
function helpAt(path: Path): Help {
  const section = sectionAt(path);
  const [example] = path.length === 0 ? SETTINGS : settingsOf(section);
  const isAccount = section === 'accounts' || example === undefined;
  return {
    meaning: `The keys here are ${namesAt(path).join(', ')}`,
    example: isAccount ? ACCOUNT_EXAMPLE : toYaml(example),
  };
}

/** The known keys of a mapping. */
function namesAt(path: Path): readonly string[] {
  const { keys } = settingAt(path) ?? {};
  if (keys !== undefined) return keys;
  const section = sectionAt(path);
  if (section === undefined) return [...SECTIONS, 'accounts'];
  const names = settingsOf(section).map(({ name }) => name);
  return section === 'accounts' ? [...names, 'collectors'] : names;
}
