import type { Qualifier } from './ast.ts';
import { indexOfAll, termText } from './lookup-terms.ts';
import { parseSpf } from './parse.ts';

/** From the most careful to the strictest answer for hosts that are not listed. */
const CAREFUL_FIRST: readonly Qualifier[] = ['?', '~', '-', '+'];
/** What one record says against a host must not stand before what lets it pass in another. */
const PASSING_FIRST: readonly Qualifier[] = ['+', '?', '~', '-'];

/**
 * One record that lets everybody pass whom one of `texts` lets pass: their terms without repetition, and the most
 * careful `all`, because each author knew of part of the hosts only.
 *
 * Syntax errors and terms that are never reached are left out. A `redirect` becomes an include, unless all have the
 * same. Null without a text, and when one of several takes hosts out of a later term (`-ip4:192.0.2.1 mx`): whether
 * they may send somebody must decide.
 */
export function mergeRecords(texts: readonly string[]): string | null {
  const parts = [...new Set(texts)].map(partOf);
  const isOne = parts.length === 1;
  if (parts.length === 0 || (!isOne && parts.some(takesOut))) return null;
  const redirects = [...new Set(parts.flatMap(({ redirect }) => redirect ?? []))];
  const keepsRedirect = redirects.length === 1 && parts.every(({ redirect }) => redirect !== null);
  const included = redirects.map((target): Term => ({ qualifier: '+', text: `include:${target}` }));
  const terms = [...parts.flatMap((part) => part.terms), ...(keepsRedirect ? [] : included)];
  const ordered = isOne ? terms : terms.sort((a, b) => rankOf(a) - rankOf(b));
  const last = keepsRedirect ? `redirect=${redirects[0]}` : allOf(parts);
  const exp = parts.find((part) => part.exp !== null)?.exp ?? null;
  return ['v=spf1', ...new Set(ordered.map(({ text }) => text)), last, exp].filter((term) => term !== null).join(' ');
}

/** What a record says as far as it is ever looked at (RFC 7208 §5.1, §6.1). */
type Part = {
  readonly terms: readonly Term[];
  readonly all: Qualifier | null;
  /** The target; null where there is none, and beside an `all`. */
  readonly redirect: string | null;
  readonly exp: string | null;
};
type Term = { readonly qualifier: Qualifier; readonly text: string };

function partOf(text: string): Part {
  const { record } = parseSpf(text);
  const end = indexOfAll(record);
  const reached = end === -1 ? record.directives : record.directives.slice(0, end);
  return {
    terms: reached.map(({ qualifier, span }) => ({ qualifier, text: termText(record, span) })),
    all: record.directives[end]?.qualifier ?? null,
    redirect:
      end !== -1 || record.redirect === null ? null : termText(record, record.redirect.span).slice('redirect='.length),
    exp: record.exp === null ? null : termText(record, record.exp.span),
  };
}

/** Does a term that lets nobody pass decide about hosts that a later one would let pass? */
function takesOut({ terms, redirect }: Part): boolean {
  const first = terms.findIndex(({ qualifier }) => qualifier !== '+');
  return first !== -1 && (redirect !== null || terms.slice(first).some(({ qualifier }) => qualifier === '+'));
}

/** RFC 7208 §4.7: a record without `all` and `redirect` says as much as `?all`. Null when all of them are such. */
function allOf(parts: readonly Part[]): string | null {
  if (parts.every(({ all, redirect }) => all === null && redirect === null)) return null;
  const said = parts.flatMap(({ all, redirect }) => (redirect === null ? [all ?? '?'] : []));
  return `${CAREFUL_FIRST.find((one) => said.includes(one)) ?? '~'}all`;
}

function rankOf({ qualifier }: Term): number {
  return PASSING_FIRST.indexOf(qualifier);
}
