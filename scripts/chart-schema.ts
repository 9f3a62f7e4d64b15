import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { ACCOUNT_SETTINGS, SECTIONS, settingsOf } from '../src/config/schema.ts';

const FILE = 'deploy/helm/values.schema.json';

interface Schema {
  readonly properties: {
    config: object;
    readonly accounts: { readonly items: { readonly properties: { config: object } } };
  };
}

/**
 * deploy/helm/values.schema.json, in which `config` has the keys of the exporter's configuration file, so
 * that helm reports a misspelt one.
 */
export async function renderChartSchema(): Promise<string> {
  const schema = JSON.parse(readFileSync(FILE, 'utf8')) as Schema;
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, keysOf(name)]));
  // The templates say what to write instead of `accounts`.
  schema.properties.config = closed({ ...sections, accounts: {} });
  // The chart writes the name and the credentials.
  const own = ACCOUNT_SETTINGS.map(({ name }) => name).filter(
    (name) => !/^(?:name|client_.*|access_.*)$/.test(name),
  );
  schema.properties.accounts.items.properties.config = closed({
    ...anyOf(own),
    collectors: keysOf('collectors'),
  });
  return format(JSON.stringify(schema), { ...(await resolveConfig(FILE)), filepath: FILE });
}

function keysOf(section: string): object {
  return closed(anyOf(settingsOf(section).map(({ name }) => name)));
}

/** The exporter checks the values. */
function anyOf(names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function closed(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties };
}
