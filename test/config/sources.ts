import { readFileSync } from 'node:fs';

import type { Config } from '../../src/config/config.ts';
import { loadConfig, type ConfigSources, type LoadedConfig } from '../../src/config/load.ts';
import { formatProblems, invalid } from '../../src/config/problems.ts';
import { parseDuration } from '../../src/core/duration.ts';

/** Reads files beside the tests; a test's messages hold their names alone. */
export function readFrom(folder: string): (path: string) => string {
  return (path) => readFileSync(new URL(`${folder}/${path}`, import.meta.url), 'utf8');
}

export function load(sources: Partial<ConfigSources>): LoadedConfig {
  return loadConfig({
    flags: {},
    env: {},
    readFile: readFrom('valid'),
    usualGapMs: (text) =>
      text === 'never' ? invalid('is not a schedule') : (parseDuration(text) ?? 60_000),
    ...sources,
  });
}

/** With the text of a configuration file. */
export function loadYaml(yaml: string, sources: Partial<ConfigSources> = {}): LoadedConfig {
  const flags = { 'config.file': 'test.yml', ...sources.flags };
  return load({ ...sources, flags, readFile: () => yaml });
}

export function configOf(loaded: LoadedConfig): Config {
  if ('problems' in loaded) throw new Error(formatProblems(loaded.problems));
  return loaded.config;
}

export function problemsOf(loaded: LoadedConfig): string {
  return 'problems' in loaded ? formatProblems(loaded.problems) : 'no problems';
}
