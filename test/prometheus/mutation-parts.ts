import type { TestFile } from './rule-files.ts';

type UnitTest = TestFile['tests'][number];

/** Few, so that the first failure comes early; not one, because promtool takes a while to start. */
const CASES_PER_PART = 3;
const ACCOUNT = /account="[^"]*"/;

/** Splits a file of unit tests by its tests, or its only test by its accounts. */
export function partsOf(file: TestFile): TestFile[] {
  const [first, ...others] = file.tests;
  const accounts = first === undefined || others.length > 0 ? [] : accountsOf(first);
  if (first === undefined || accounts.length === 0) {
    return inParts(file.tests).map((tests) => ({ ...file, tests }));
  }
  return inParts(accounts).map((some) => ({ ...file, tests: [onlyOf(first, some)] }));
}

const inParts = <T>(cases: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(cases.length / CASES_PER_PART) }, (_, index) =>
    cases.slice(index * CASES_PER_PART, (index + 1) * CASES_PER_PART),
  );

/** The accounts of a test over weeks, which has one account per case; none if a check is about several. */
function accountsOf({ input_series: series, promql_expr_test: checks = [] }: UnitTest): string[] {
  if (!checks.every(({ expr }) => ACCOUNT.test(expr))) return [];
  return [...new Set(series.map((one) => ACCOUNT.exec(one.series)?.[0] ?? ''))];
}

function onlyOf(whole: UnitTest, accounts: readonly string[]): UnitTest {
  const isAbout = (text: string): boolean => accounts.some((account) => text.includes(account));
  return {
    ...whole,
    input_series: whole.input_series.filter(({ series }) => isAbout(series)),
    promql_expr_test: (whole.promql_expr_test ?? []).filter(({ expr }) => isAbout(expr)),
  };
}
