import { expect, test } from 'vitest';
import { newBudget, noteVoid, spendLookup, spendQuery } from '../src/budget.ts';

test('ten lookups are spent, the eleventh is refused and not counted', () => {
  const budget = newBudget(undefined);
  expect(Array.from({ length: 12 }, () => spendLookup(budget))).toEqual([...Array(10).fill(true), false, false]);
  expect(budget.lookups).toBe(10);
});

test('two void lookups are allowed', () => {
  const budget = newBudget(undefined);
  expect([1, 2, 3].map(() => noteVoid(budget))).toEqual([true, true, false]);
});

test.each([
  [{}, 1 + 10 * 11 + 11 + 1],
  [{ lookups: 20 }, 1 + 20 * 11 + 11 + 1],
  [{ mx: 0, ptr: 0 }, 1 + 10 * 2 + 1 + 1],
  [{ queries: 5 }, 5],
])('limits %j allow %i questions', (limits, expected) => {
  const budget = newBudget(limits);
  let asked = 0;
  while (spendQuery(budget)) asked++;
  expect(asked).toBe(expected);
});
