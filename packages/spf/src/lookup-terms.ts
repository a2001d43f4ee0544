import type { Span, SpfRecord } from './ast.ts';

/** The terms of a record that cost a lookup (RFC 7208 §4.6.4), as far as they are ever reached. */
export function lookupTerms(record: SpfRecord): readonly Span[] {
  const all = indexOfAll(record);
  const reached = all === -1 ? record.directives : record.directives.slice(0, all);
  const spans = reached
    .filter(({ mechanism }) => !['all', 'ip4', 'ip6'].includes(mechanism.name))
    .map(({ span }) => span);
  return all === -1 && record.redirect !== null ? [...spans, record.redirect.span] : spans;
}

/** Where the first `all` stands among the directives, or -1: what follows it is never looked at (RFC 7208 §5.1). */
export function indexOfAll(record: SpfRecord): number {
  return record.directives.findIndex(({ mechanism }) => mechanism.name === 'all');
}

/** A term as it was published. */
export function termText(record: SpfRecord, span: Span): string {
  return record.text.slice(span.start, span.end);
}
