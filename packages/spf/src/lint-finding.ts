import type { DomainName } from '@unsent/dns';
import type { Span } from './ast.ts';
import type { SpfProblemCode } from './outcome.ts';
import type { RepairCode } from './repair.ts';

/** An error breaks the record or lets everybody pass; advice is what an expert would do otherwise. */
export type Severity = 'error' | 'advice';

/** One thing about a record, where, and which text says so. */
export type LintFinding = {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly message: string;
  /** Offsets into the record as published; null when it is about the whole. */
  readonly span: Span | null;
  readonly rfc: `RFC ${number} §${string}`;
};

export type LintCode = SpfProblemCode | Exclude<RepairCode, 'dropped'> | RuleCode | DomainCode;

/** What the rules for a well-formed record find. */
type RuleCode =
  | 'pass-all'
  | 'neutral-all'
  | 'no-all'
  | 'after-all'
  | 'redirect-ignored'
  | 'covers-everything'
  | 'wide-network'
  | 'host-bits'
  | 'mapped-network'
  | 'private-network'
  | 'duplicate-term'
  | 'covered-term'
  | 'ptr'
  | 'macro-p'
  | 'odd-name'
  | 'trailing-dot'
  | 'upper-case'
  | 'unknown-modifier'
  | 'modifier-order'
  | 'exp-unused'
  | 'record-size'
  | 'long-string';

/** What only a look at the DNS can tell. */
type DomainCode =
  | 'no-record'
  | 'no-domain'
  | 'not-recognised'
  | 'dns-failure'
  | 'many-lookups'
  | 'too-many-voids'
  | 'void-lookup'
  | 'loop'
  | 'target-has-no-record'
  | 'target-is-broken'
  | 'target-passes-all'
  | 'bad-target'
  | 'tree-cut'
  | 'exp-target';

/** A finding of a rule, with the changes that would mend it; none when somebody must decide. Spans are about one text. */
export type RuleFinding = LintFinding & { readonly edits: readonly Edit[] };

/** Puts `text` in the place of `span`. */
export type Edit = { readonly span: Span; readonly text: string };

/** Applies what does not overlap, the first first, and leaves single spaces between terms. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    if (edit.span.start < at) continue;
    edited += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return (edited + text.slice(at))
    .split(' ')
    .filter((term) => term !== '')
    .join(' ');
}

/** A finding about RFC 7208. */
export function finding(
  severity: Severity,
  code: LintCode,
  span: Span | null,
  section: string,
  message: string,
  ...edits: readonly Edit[]
): RuleFinding {
  return { code, severity, message, span, rfc: `RFC 7208 §${section}`, edits };
}

/** Takes a term out. */
export function removal(span: Span): Edit {
  return { span, text: '' };
}

/** Puts a term at the end of `text`. */
export function addition(text: string, term: string): Edit {
  return { span: { start: text.length, end: text.length }, text: ` ${term}` };
}

/** `domain` is the one whose record must change: for an include that is broken, the included one. */
export type DomainFinding = LintFinding & { readonly domain: DomainName };
