import type { Check, Ruling } from './check.ts';
import type { SpfOutcome } from './outcome.ts';

/** The ruling with what it cost. Written out, as a spread would cost more than a short record's evaluation. */
export function outcomeOf(check: Check, ruling: Ruling, explanation: string | null): SpfOutcome {
  const { lookups, voids: voidLookups, queries } = check.budget;
  const trace = check.tracer === null ? null : check.tracer.root;
  switch (ruling.result) {
    case 'fail':
      return { result: 'fail', matched: ruling.matched, explanation, lookups, voidLookups, queries, trace };
    case 'none':
      return { result: 'none', why: ruling.why, lookups, voidLookups, queries, trace };
    case 'permerror':
      return { result: 'permerror', problem: ruling.problem, lookups, voidLookups, queries, trace };
    case 'temperror': {
      const { name, detail } = ruling;
      return { result: 'temperror', name, detail, lookups, voidLookups, queries, trace };
    }
    default:
      return { result: ruling.result, matched: ruling.matched, lookups, voidLookups, queries, trace };
  }
}
