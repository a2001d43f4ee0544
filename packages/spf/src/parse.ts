import type { SpfRecord } from './ast.ts';
import type { SpfProblem } from './outcome.ts';

/** `record` holds the well-formed terms. With any problem the whole record is a permerror (RFC 7208 §4.6). */
export type SpfParse = { readonly record: SpfRecord; readonly problems: readonly SpfProblem[] };

/**
 * Reads one SPF record, the character-strings of its TXT joined, and reports every syntax problem with its place.
 *
 * A text that does not begin with `v=spf1` and a space or the end has the one problem `not-spf`. Stops after
 * `maxProblems` (default 100). Never throws; linear in the length of `text`.
 */
export function parseSpf(text: string, _maxProblems = 100): SpfParse {
  return { record: { text, directives: [], redirect: null, exp: null, unknownModifiers: [] }, problems: [] };
}

/** Is this TXT an SPF record: `v=spf1`, in any ASCII case, then a space or the end (RFC 7208 §4.5)? */
export function isSpfRecord(_text: string): boolean {
  return false;
}
