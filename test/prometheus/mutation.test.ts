import { expect, test } from 'vitest';

import { optionalPrometheusTools } from '../support/prometheus.ts';
import { EQUIVALENT } from './equivalent-mutants.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import {
  nameOf,
  only,
  readGroups,
  readTests,
  rulesBehind,
  rulesOf,
  runUnitTests,
  type TestFile,
} from './rule-files.ts';

const tools = await optionalPrometheusTools();
const groups = readGroups();
const tests = await readTests();
const alerts = rulesOf(groups).flatMap(({ alert }) => alert ?? []);
const behind = new Map(alerts.map((alert) => [alert, rulesBehind(groups, alert)]));

/** promtool is single-threaded, and two is what the smallest machines of CI have. */
const PARALLEL = 2;
const CASES_PER_RUN = 8;

/** A part of the unit tests of one alert, small enough to give up early on a mutant. */
interface Part {
  readonly alert: string;
  readonly file: TestFile;
  kills: number;
}

const parts = tests.flatMap(({ alert, file }) => partsOf(alert, file));

test.skipIf(tools === undefined)(
  'the unit tests notice every weakening of a rule',
  { timeout: 1_800_000 },
  async () => {
    // A test that fails without a mutant would seem to notice all of them.
    for (const { alert, file } of parts) {
      const rules = only(groups, behind.get(alert) ?? new Set());
      expect(await runUnitTests(tools?.promtool ?? '', rules, file), alert).toBe(undefined);
    }

    const mutants = rulesOf(groups).flatMap(mutantsOf);
    const queue = [...mutants];
    const survivors: string[] = [];
    const work = async (): Promise<void> => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        if (!(await isKilled(mutant))) {
          survivors.push(mutant.name);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    console.info(summary(mutants, survivors));
    expect(survivors.toSorted()).toEqual(Object.keys(EQUIVALENT).toSorted());
  },
);

/** For each rule, how many of its mutants were noticed. */
function summary(mutants: readonly Mutant[], survivors: readonly string[]): string {
  const lines = rulesOf(groups).map((rule) => {
    const names = mutants.flatMap((mutant) => (mutant.original === rule ? mutant.name : []));
    const killed = names.filter((name) => !survivors.includes(name));
    return `${killed.length} of ${names.length} ${nameOf(rule)}`;
  });
  return ['Mutants noticed:', ...lines].join('\n');
}

async function isKilled({ original, rule }: Mutant): Promise<boolean> {
  const asking = parts.filter(({ alert }) => behind.get(alert)?.has(original));
  // Small files first, and of one file the part that has noticed most.
  const order = asking.toSorted((a, b) => sizeOf(a) - sizeOf(b) || b.kills - a.kills);
  for (const part of order) {
    const mutated = only(groups, behind.get(part.alert) ?? new Set()).map((group) => ({
      ...group,
      rules: group.rules.map((one) => (one === original ? rule : one)),
    }));
    if ((await runUnitTests(tools?.promtool ?? '', mutated, part.file)) !== undefined) {
      part.kills++;
      return true;
    }
  }
  return false;
}

const sizeOf = ({ alert }: Part): number => parts.filter((part) => part.alert === alert).length;

function partsOf(alert: string, file: TestFile): Part[] {
  const [first] = file.tests;
  if (first === undefined) return [];
  const cases = file.tests.length === 1 ? byAccount(first) : file.tests;
  const count = Math.ceil(cases.length / CASES_PER_RUN);
  return Array.from({ length: count }, (_, index) => ({
    alert,
    file: {
      ...file,
      tests: merge(
        cases.filter((_case, at) => at % count === index),
        file,
      ),
    },
    kills: 0,
  }));
}

type UnitTest = TestFile['tests'][number];

/** The tests over weeks are one test with an account for each case. */
function byAccount(whole: UnitTest): UnitTest[] {
  const accounts = new Set(
    whole.input_series.map(({ series }) => /account="[^"]*"/.exec(series)?.[0] ?? ''),
  );
  return [...accounts].map((account) => ({
    ...whole,
    input_series: whole.input_series.filter(({ series }) => series.includes(account)),
    promql_expr_test: (whole.promql_expr_test ?? []).filter(
      ({ expr }) => accounts.size === 1 || expr.includes(account),
    ),
  }));
}

function merge(cases: readonly UnitTest[], file: TestFile): readonly UnitTest[] {
  const [first] = cases;
  if (file.tests.length > 1 || first === undefined) return cases;
  return [
    {
      ...first,
      input_series: cases.flatMap((one) => one.input_series),
      promql_expr_test: cases.flatMap((one) => one.promql_expr_test ?? []),
    },
  ];
}
