import { formatDuration } from '../core/duration.ts';
import type { Config } from './config.ts';
import { ACCOUNT_SETTINGS, SECTIONS, settingsOf } from './schema.ts';
import type { Setting } from './setting.ts';
import { childOf, toYamlText, type Mapping, type Tree } from './yaml-file.ts';

/** The effective configuration, as a YAML file with the same meaning but for the secrets. */
export function describeConfig({ poll, proxy }: Config, merged: Tree): string {
  const sections: Mapping = {};
  for (const section of SECTIONS) {
    const values = describeValues(settingsOf(section), childOf(merged, section));
    // The only default that depends on another setting.
    if ('stale_after' in values) values['stale_after'] = formatDuration(poll.staleAfterMs);
    if (Object.keys(values).length > 0) sections[section] = values;
  }
  const list = childOf(merged, 'accounts');
  const accounts = Array.isArray(list) ? list : [];
  sections['accounts'] = accounts.map((account) => {
    const collectors = describeValues(settingsOf('collectors'), childOf(account, 'collectors'));
    const hasOwn = Object.keys(collectors).length > 0;
    return { ...describeValues(ACCOUNT_SETTINGS, account), ...(hasOwn && { collectors }) };
  });
  const variables = Object.entries(proxy).flatMap(([name, value]: [string, string]) =>
    value === '' ? [] : `# ${name.toUpperCase()}_PROXY=${withoutUser(value)}\n`,
  );
  return toYamlText(sections) + variables.join('');
}

function describeValues(settings: readonly Setting[], given: Tree | undefined): Mapping {
  const values: Mapping = {};
  for (const { name, default: text, secret } of settings) {
    const value = childOf(given, name) ?? text;
    if (value !== undefined) values[name] = secret ? '[redacted]' : value;
  }
  return values;
}

/** A proxy's user and password end at the last `@`. */
function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/, '//[redacted]@');
}
