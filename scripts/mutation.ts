/**
 * Mutation testing: `npm run mutation`, or `npm run mutation core` for one folder. Stryker changes the
 * sources of a folder in each of many small ways, one at a time, and the folder's tests should fail.
 * Ends with 1 where they notice too few, or where those that they miss are not exactly the listed ones.
 * The first run installs Stryker in test/mutation.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { SURVIVORS } from '../test/mutation/survivors.ts';

const FOLDERS = ['core', 'provider'];
/** Percent. */
const SCORE_MIN = 85;
const HOME = 'test/mutation';
const RESULTS = 'coverage/mutation';
const SURVIVED = new Set(['Survived', 'NoCoverage']);
/** The others could not be tried: an error of the machinery says nothing about the tests. */
const TRIED = new Set(['Killed', 'Timeout', ...SURVIVED]);
/** Enough to know a mutant by. */
const NAME_LENGTH_MAX = 100;

/** Stryker's report, as far as it is read here: lines and columns count from 1, `end` is past the last. */
interface Report {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>
  >;
}
interface Mutant {
  readonly status: string;
  readonly replacement: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
interface Place {
  readonly line: number;
  readonly column: number;
}

const asked = process.argv.slice(2);
if (!existsSync(`${HOME}/node_modules`))
  execFileSync('npm', ['ci'], { cwd: HOME, stdio: 'inherit' });
for (const folder of asked.length > 0 ? asked : FOLDERS) {
  mkdirSync(RESULTS, { recursive: true });
  const options = `${RESULTS}/${folder}.options.json`;
  writeFileSync(options, JSON.stringify(optionsFor(folder)));
  const stryker = `${HOME}/node_modules/@stryker-mutator/core/bin/stryker.js`;
  const env = { ...process.env, MUTATED_FOLDER: folder };
  execFileSync(process.execPath, [stryker, 'run', options], { env, stdio: 'inherit' });
  judge(folder, JSON.parse(readFileSync(`${RESULTS}/${folder}.json`, 'utf8')) as Report);
}

/** Nothing is left out of a folder: messages count like all the rest. */
function optionsFor(folder: string): object {
  return {
    mutate: [`src/${folder}/**/*.ts`],
    testRunner: 'vitest',
    vitest: { configFile: `${HOME}/vitest.config.ts` },
    coverageAnalysis: 'perTest',
    // There is no such file: it would be rewritten by the compiler's API, which TypeScript 7 has not.
    tsconfigFile: 'none',
    ignorePatterns: ['docs/pictures', 'deploy', 'grafana', 'prometheus', 'bench', 'dist'],
    concurrency: 2,
    // On top of what the tests take without a change: real connections on a machine that may be busy.
    timeoutMS: 40_000,
    reporters: ['progress-append-only', 'json', 'html'],
    jsonReporter: { fileName: `${RESULTS}/${folder}.json` },
    htmlReporter: { fileName: `${RESULTS}/${folder}.html` },
    tempDirName: `${RESULTS}/sandbox`,
  };
}

function judge(folder: string, report: Report): void {
  const tried = Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => TRIED.has(status))
      .map((mutant) => ({ name: nameOf(file, source, mutant), status: mutant.status })),
  );
  const survivors = tried.filter(({ status }) => SURVIVED.has(status));
  const score = 100 * (1 - survivors.length / tried.length);
  const found = new Set(survivors.map(({ name }) => name));
  const listed = Object.keys(SURVIVORS).filter((name) => name.startsWith(`src/${folder}/`));
  const unlisted = [...found].filter((name) => !listed.includes(name));
  const noticed = listed.filter((name) => !found.has(name));
  console.info(
    `src/${folder}: ${score.toFixed(1)} %, ${survivors.length} of ${tried.length} survive`,
  );
  for (const name of unlisted) console.error(`not listed: ${name}`);
  for (const name of noticed) console.error(`listed, but noticed: ${name}`);
  if (score < SCORE_MIN || unlisted.length > 0 || noticed.length > 0) process.exitCode = 1;
}

/** By what it changes, not by its line: that would change with every other edit. */
function nameOf(file: string, source: string, { location, replacement }: Mutant): string {
  const lines = source.split('\n').slice(location.start.line - 1, location.end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, location.end.column - 1);
  lines[0] = (lines[0] ?? '').slice(location.start.column - 1);
  const short = (text: string) => text.replace(/\s+/g, ' ').slice(0, NAME_LENGTH_MAX);
  return `${file}: ${short(lines.join('\n'))} -> ${short(replacement)}`;
}
