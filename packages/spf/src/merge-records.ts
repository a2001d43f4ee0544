import type { Qualifier } from './ast.ts';
import { parseSpf } from './parse.ts';

/** From the most careful to the strictest answer for hosts that are not listed. */
const CAREFUL_FIRST: readonly Qualifier[] = ['?', '~', '-', '+'];

/**
 * One record that lets everybody pass whom one of `texts` lets pass: their terms without repetition, and the most
 * careful `all`, because each author knew of part of the hosts only.
 *
 * A `redirect` becomes an include when an `all` follows. Syntax errors are left out. Null without a text.
 */
export function mergeRecords(texts: readonly string[]): string | null {
  if (texts.length === 0) return null;
  const terms: string[] = [];
  const modifiers: string[] = [];
  let all: Qualifier | null = null;
  for (const text of texts) {
    const { record } = parseSpf(text);
    for (const { qualifier, mechanism, span } of record.directives) {
      if (mechanism.name !== 'all') terms.push(text.slice(span.start, span.end));
      else if (all === null || CAREFUL_FIRST.indexOf(qualifier) < CAREFUL_FIRST.indexOf(all)) all = qualifier;
    }
    if (record.exp !== null) modifiers.push(text.slice(record.exp.span.start, record.exp.span.end));
    if (record.redirect !== null) modifiers.push(text.slice(record.redirect.span.start, record.redirect.span.end));
  }
  const redirects = [...new Set(modifiers.filter((term) => /^redirect=/i.test(term)))];
  const exp = modifiers.find((term) => /^exp=/i.test(term));
  const [redirect] = redirects;
  const keepsRedirect = all === null && redirects.length === 1 && redirect !== undefined;
  const included = keepsRedirect ? [] : redirects.map((term) => `include:${term.slice('redirect='.length)}`);
  const last = keepsRedirect ? redirect : all === null && redirects.length === 0 ? null : `${all ?? '~'}all`;
  return ['v=spf1', ...new Set([...terms, ...included]), last, exp]
    .filter((term) => typeof term === 'string')
    .join(' ');
}
