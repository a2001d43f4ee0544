import type { SpfLimits } from './options.ts';

/** RFC 7208 §4.6.4: 10 terms that ask DNS, 2 void lookups, 10 MX hosts, 10 PTR names. */
const RFC_LIMITS: SpfLimits = withQueries({ lookups: 10, voids: 2, mx: 10, ptr: 10 });

/** What one check has spent. Shared by all records that the check reads: a limit never starts again in an include. */
export type Budget = { readonly limits: SpfLimits; lookups: number; voids: number; queries: number };

export function newBudget(limits: Partial<SpfLimits> | undefined): Budget {
  return { limits: limits === undefined ? RFC_LIMITS : limitsOf(limits), lookups: 0, voids: 0, queries: 0 };
}

function limitsOf(limits: Partial<SpfLimits>): SpfLimits {
  const { lookups = RFC_LIMITS.lookups, voids = RFC_LIMITS.voids, mx = RFC_LIMITS.mx, ptr = RFC_LIMITS.ptr } = limits;
  const merged = withQueries({ lookups, voids, mx, ptr });
  return limits.queries === undefined ? merged : { ...merged, queries: limits.queries };
}

/** The most questions that the other limits allow: 123 for those of the RFC. */
function withQueries({ lookups, voids, mx, ptr }: Omit<SpfLimits, 'queries'>): SpfLimits {
  const record = 1;
  // A term asks for its name and then for each MX host, or twice when `dual-stack` counts voids.
  const terms = lookups * (1 + Math.max(1, mx));
  // The names of the PTR answer are looked at once, for `ptr` and %{p} together.
  const pointers = 1 + ptr;
  const explanation = 1;
  return { lookups, voids, mx, ptr, queries: record + terms + pointers + explanation };
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
