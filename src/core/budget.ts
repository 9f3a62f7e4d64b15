import { CATEGORIES } from './snapshot.ts';

/** `total` is all categories together. */
export const BUDGET_CATEGORIES = [...CATEGORIES, 'total'] as const;

/** How many conversations are planned for each calendar month. */
export type Budget = Readonly<
  Partial<Record<(typeof BUDGET_CATEGORIES)[number], number | undefined>>
>;

/** The budget of an account, and those of some of its numbers. */
export interface AccountBudget extends Budget {
  readonly numbers: ReadonlyMap<string, Budget>;
}
