import { readFileSync } from 'node:fs';

import type { Config } from '../../src/config/config.ts';
import { describeConfig } from '../../src/config/describe.ts';
import {
  createConfigLoader,
  type ConfigSources,
  type LoadedConfig,
} from '../../src/config/load.ts';
import { whyNotExcludable } from '../../src/metrics/exclude.ts';
import { formatProblems, invalid } from '../../src/config/problems.ts';
import type { ReadFile } from '../../src/edge.ts';
import { parseDuration } from '../../src/core/duration.ts';
import { checkWebConfig } from '../../src/web/web-config-file.ts';

/** Reads files beside the tests, so that messages contain only their names. */
export function readFrom(folder: string): (path: string) => string {
  return (path) => readFileSync(new URL(`${folder}/${path}`, import.meta.url), 'utf8');
}

let readFile: ReadFile;
const loadConfig = createConfigLoader({
  checkWebConfig,
  readFile: (path) => readFile(path),
  whyNotExcludable,
  usualGapMs: (text) =>
    text === 'never' ? invalid('is not a schedule') : (parseDuration(text) ?? 60_000),
});

export function load(sources: Partial<ConfigSources> & { readFile?: ReadFile }): LoadedConfig {
  readFile = sources.readFile ?? readFrom('valid');
  return loadConfig({ flags: {}, env: {}, ...sources });
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

export function describe(loaded: LoadedConfig): string {
  if ('problems' in loaded) throw new Error(formatProblems(loaded.problems));
  return describeConfig(loaded.config, loaded.merged);
}

export function problemsOf(loaded: LoadedConfig): string {
  return 'problems' in loaded ? formatProblems(loaded.problems) : 'no problems';
}
