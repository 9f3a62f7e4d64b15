/**
 * Mutation testing: `npm run mutation`, or `npm run mutation core` for one folder. Stryker changes the
 * sources of a folder in many small ways, one at a time, and the tests of the folder should fail. Exits
 * with 1 if too many mutants survive; the HTML report in coverage/mutation lists them. The first run
 * installs Stryker in test/mutation: it is too large to be a dependency of the project.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

const FOLDERS = ['core', 'provider'];
const SCORE_PERCENT_MIN = 90;
const HOME = 'test/mutation';
const RESULTS = 'coverage/mutation';

const requested = process.argv.slice(2);
if (!existsSync(`${HOME}/node_modules`))
  execFileSync('npm', ['ci'], { cwd: HOME, stdio: 'inherit' });
mkdirSync(RESULTS, { recursive: true });
for (const folder of requested.length > 0 ? requested : FOLDERS) {
  const options = `${RESULTS}/${folder}.options.json`;
  writeFileSync(options, JSON.stringify(optionsFor(folder)));
  const stryker = `${HOME}/node_modules/@stryker-mutator/core/bin/stryker.js`;
  const env = { ...process.env, MUTATED_FOLDER: folder };
  execFileSync(process.execPath, [stryker, 'run', options], { env, stdio: 'inherit' });
}

function optionsFor(folder: string): object {
  return {
    mutate: [`src/${folder}/**/*.ts`],
    testRunner: 'vitest',
    vitest: { configFile: `${HOME}/vitest.config.ts` },
    coverageAnalysis: 'perTest',
    // No such file: Stryker would rewrite it with the compiler API, which TypeScript 7 lacks.
    tsconfigFile: 'none',
    ignorePatterns: ['docs/pictures', 'deploy', 'grafana', 'prometheus', 'bench', 'dist'],
    concurrency: 2,
    // Beyond the time of the unchanged tests: they use real connections on a possibly busy machine.
    timeoutMS: 40_000,
    thresholds: { high: 95, low: SCORE_PERCENT_MIN, break: SCORE_PERCENT_MIN },
    reporters: ['progress-append-only', 'html'],
    htmlReporter: { fileName: `${RESULTS}/${folder}.html` },
    tempDirName: `${RESULTS}/sandbox`,
  };
}
