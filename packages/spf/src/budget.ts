import type { SpfLimits } from './options.ts';

/** RFC 7208 §4.6.4: 10 terms that ask DNS, 2 void lookups, 10 MX hosts, 10 PTR names. */
export const RFC_LIMITS: SpfLimits = {
  lookups: 10,
  voids: 2,
  mx: 10,
  ptr: 10,
  // The record; ten terms of at most 1 + 10 questions; %{p}, which asks at most 1 + 10 once; the explanation.
  queries: 1 + 10 * 11 + 11 + 1,
};

/** What one check has spent. Shared by all records that the check reads: a limit never starts again in an include. */
export type Budget = { readonly limits: SpfLimits; lookups: number; voids: number; queries: number };

export function newBudget(limits: Partial<SpfLimits> | undefined): Budget {
  return { limits: limits === undefined ? RFC_LIMITS : { ...RFC_LIMITS, ...limits }, lookups: 0, voids: 0, queries: 0 };
}

/** Call before a term asks DNS; false when the limit is reached and the term must not ask. */
export function spendLookup(budget: Budget): boolean {
  if (budget.lookups >= budget.limits.lookups) return false;
  budget.lookups++;
  return true;
}

/** Call for each void answer (NXDOMAIN, or no record of the type); false when it was one too many. */
export function noteVoid(budget: Budget): boolean {
  budget.voids++;
  return budget.voids <= budget.limits.voids;
}

/** Call before each question to the resolver; false when it must not be asked. */
export function spendQuery(budget: Budget): boolean {
  if (budget.queries >= budget.limits.queries) return false;
  budget.queries++;
  return true;
}
