import { expect, test } from 'vitest';

import { optionalPrometheusTools } from '../support/prometheus.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { partsOf } from './mutation-parts.ts';
import {
  only,
  readGroups,
  readTests,
  rulesBehind,
  rulesOf,
  runUnitTests,
  type Rule,
  type TestFile,
} from './rule-files.ts';

const tools = await optionalPrometheusTools();
const groups = readGroups();
const tests = await readTests();
const alerts = rulesOf(groups).flatMap(({ alert }) => alert ?? []);
const behind = new Map(alerts.map((alert) => [alert, rulesBehind(groups, alert)]));

/** promtool is single-threaded, and the smallest CI machines have two cores. */
const PARALLEL = 2;

/** A part of the unit tests of one alert. */
interface Part {
  readonly alert: string;
  readonly file: TestFile;
  /** Of a run without a mutant. */
  tookMs: number;
  /** Mutants killed, by the rule that they weaken. */
  readonly kills: Map<Rule, number>;
}

const parts = tests.flatMap(({ alert, file }) =>
  partsOf(file).map((part): Part => ({ alert, file: part, tookMs: 0, kills: new Map() })),
);

/**
 * Shares of mutants that the unit tests have to notice, just below those of today: 97.5 % of all, and 89.7 % of those
 * of WhatsAppBudgetExceeded, whose rules have four operands that only save work.
 */
const KILLED_MIN = 0.97;
const KILLED_OF_ALERT_MIN = 0.89;
/**
 * CI tests every ninth mutant in the order of the rule files, 53 of 476, so that each longer rule is among them.
 * It notices 52. All of them take five times as long.
 */
const SAMPLED_EVERY = process.env['CI'] === undefined ? 1 : 9;

test.skipIf(tools === undefined)(
  'the unit tests notice most ways to weaken a rule',
  { timeout: 3_600_000 },
  async () => {
    // A test that fails without a mutant would seem to kill them all.
    await inParallel(parts, async (part) => {
      const startedMs = performance.now();
      const rules = only(groups, behind.get(part.alert) ?? new Set());
      expect(await runUnitTests(tools?.promtool ?? '', rules, part.file), part.alert).toBe(
        undefined,
      );
      part.tookMs = performance.now() - startedMs;
    });

    const mutants = rulesOf(groups)
      .flatMap(mutantsOf)
      .filter((_, i) => i % SAMPLED_EVERY === 0);
    const survivors: Mutant[] = [];
    await inParallel(mutants, async (mutant) => {
      if (!(await isKilled(mutant))) survivors.push(mutant);
    });

    /** The share of mutants killed among those of some rules. */
    const killedOf = (rules: ReadonlySet<Rule>): number => {
      const count = (some: readonly Mutant[]): number =>
        some.filter(({ original }) => rules.has(original)).length;
      return 1 - count(survivors) / count(mutants);
    };
    const shares = new Map(
      alerts.map((alert) => [alert, killedOf(behind.get(alert) ?? new Set())]),
    );
    const overall = killedOf(new Set(rulesOf(groups)));
    console.info(
      [
        'Mutants that survived:',
        ...survivors.map(({ name }) => `  ${name}`).toSorted(),
        ...[['overall', overall] as const, ...shares].map(
          ([name, share]) => `${(100 * share).toFixed(1)} % killed: ${name}`,
        ),
      ].join('\n'),
    );
    expect(overall).toBeGreaterThanOrEqual(KILLED_MIN);
    // A sample has too few mutants of one alert to judge by.
    for (const [alert, share] of SAMPLED_EVERY === 1 ? shares : []) {
      expect(share, alert).toBeGreaterThanOrEqual(KILLED_OF_ALERT_MIN);
    }
  },
);

async function isKilled({ original, rule }: Mutant): Promise<boolean> {
  const asking = parts.filter(({ alert }) => behind.get(alert)?.has(original));
  // First the part with the most kills for its time.
  const yieldOf = ({ kills, tookMs }: Part): number => ((kills.get(original) ?? 0) + 1) / tookMs;
  const order = asking.toSorted((a, b) => yieldOf(b) - yieldOf(a));
  for (const part of order) {
    const mutated = only(groups, behind.get(part.alert) ?? new Set()).map((group) => ({
      ...group,
      rules: group.rules.map((one) => (one === original ? rule : one)),
    }));
    if ((await runUnitTests(tools?.promtool ?? '', mutated, part.file)) !== undefined) {
      part.kills.set(original, (part.kills.get(original) ?? 0) + 1);
      return true;
    }
  }
  return false;
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}
