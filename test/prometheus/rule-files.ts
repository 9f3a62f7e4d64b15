import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

import { RULE_FILES } from '../../prometheus/src/generated.ts';

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

interface UnitTest {
  readonly input_series: readonly { readonly series: string }[];
  readonly promql_expr_test?: readonly {
    readonly expr: string;
    readonly exp_samples: readonly object[];
  }[];
  readonly alert_rule_test?: readonly {
    readonly exp_alerts: readonly { readonly exp_annotations: Readonly<Record<string, string>> }[];
  }[];
}

export interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly UnitTest[];
}

/** Less garbage collection halves the time of promtool. */
const GO = { GOGC: '400', GOMAXPROCS: '1' };

export const rootPath = (relative: string): string =>
  fileURLToPath(new URL(`../../${relative}`, import.meta.url));

export const readText = (relative: string): string => readFileSync(rootPath(relative), 'utf8');

const TESTS = 'prometheus/tests';

export const nameOf = (rule: Rule): string => rule.alert ?? rule.record ?? '';

export function readGroups(): Group[] {
  return RULE_FILES.flatMap((file) => (parse(readText(file)) as { groups: Group[] }).groups);
}

export const rulesOf = (groups: readonly Group[]): Rule[] => groups.flatMap(({ rules }) => rules);

/** The files of unit tests. The first word of a name is the alert that the file is about. */
export async function readTests(): Promise<{ name: string; alert: string; file: TestFile }[]> {
  const names = (await readdir(rootPath(TESTS))).filter((name) => name.endsWith('.test.yml'));
  return names.map((name) => ({
    name,
    alert: name.slice(0, name.indexOf('.')),
    file: parse(readText(`${TESTS}/${name}`)) as TestFile,
  }));
}

/** The names of the recording rules that a rule uses; its own if it carries its value forward. */
export const recordsIn = (rule: Rule, records: readonly string[]): string[] => {
  const text = `${rule.expr} ${Object.values(rule.annotations ?? {}).join(' ')}`;
  return records.filter((record) => text.includes(record));
};

/** The alert's rule and those that it depends on. The others would only cost time. */
export function rulesBehind(groups: readonly Group[], alert: string): Set<Rule> {
  const rules = rulesOf(groups);
  const records = rules.flatMap(({ record }) => record ?? []);
  const found = new Set(rules.filter((rule) => rule.alert === alert));
  for (const rule of found) {
    const names = recordsIn(rule, records);
    for (const other of rules) if (names.includes(other.record ?? '')) found.add(other);
  }
  return found;
}

/** Runs promtool on a test of these rules only. Returns undefined on success, else its output. */
export async function runUnitTests(
  promtool: string,
  groups: readonly Group[],
  test: TestFile,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    await writeFile(join(folder, 'rules.yml'), stringify({ groups }));
    await writeFile(join(folder, 'test.yml'), stringify({ ...test, rule_files: ['rules.yml'] }));
    const { code, output } = await run(promtool, ['test', 'rules', join(folder, 'test.yml')]);
    return code === 0 ? undefined : output;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const only = (groups: readonly Group[], rules: ReadonlySet<Rule>): Group[] =>
  groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => rules.has(rule)) }))
    .filter((group) => group.rules.length > 0);

/** Runs a program to its end, whatever its exit code. */
export function run(
  program: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...GO };
    execFile(program, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, output: stdout + stderr });
      else if (typeof error.code === 'number')
        resolve({ code: error.code, output: stdout + stderr });
      else reject(error);
    });
  });
}
