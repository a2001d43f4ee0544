import type { DomainSpec, Mechanism, Span, SpfRecord } from './ast.ts';
import { usesMacro } from './macro.ts';

/** What a check looks at: a mechanism, or the `redirect` at the end. */
export type Term = Mechanism | { readonly name: 'redirect'; readonly domain: DomainSpec };

/** Whether a check has asked for the names of its client: once is enough. */
export type Pointer = { isAsked: boolean };

/**
 * The lookups that a record costs (RFC 7208 §4.6.4), as far as its terms are ever reached: for each the place of the
 * term, twice for one that costs two.
 */
export function lookupTerms(record: SpfRecord): readonly Span[] {
  const pointer = { isAsked: false };
  return reachedTerms(record).flatMap(({ term, span }) => Array<Span>(lookupsOf(term, pointer)).fill(span));
}

/** RFC 7208 §5.1, §6.1: nothing after `all` is looked at, and a redirect only where there is no `all`. */
export function reachedTerms(record: SpfRecord): readonly { readonly term: Term; readonly span: Span }[] {
  const all = indexOfAll(record);
  const reached = all === -1 ? record.directives : record.directives.slice(0, all + 1);
  const terms = reached.map(({ mechanism, span }) => ({ term: mechanism, span }));
  if (all !== -1 || record.redirect === null) return terms;
  const { domain, span } = record.redirect;
  return [...terms, { term: { name: 'redirect', domain }, span }];
}

/**
 * What a term costs of the ten lookups, in the order of the check: one, and one more for a `%{p}` unless `pointer` says
 * that the PTR was asked for before (RFC 7208 §4.6.4).
 */
export function lookupsOf(term: Term, pointer: Pointer): number {
  if (!('domain' in term)) return 0;
  const usesPointer = term.domain !== null && usesMacro(term.domain.parts, 'p');
  const lookups = usesPointer && !pointer.isAsked ? 2 : 1;
  if (usesPointer || term.name === 'ptr') pointer.isAsked = true;
  return lookups;
}

/** Where the first `all` stands among the directives, or -1: what follows it is never looked at (RFC 7208 §5.1). */
export function indexOfAll(record: SpfRecord): number {
  return record.directives.findIndex(({ mechanism }) => mechanism.name === 'all');
}

/** A term as it was published. */
export function termText(record: SpfRecord, span: Span): string {
  return record.text.slice(span.start, span.end);
}
