import type { Span } from './ast.ts';
import type { RepairCode } from './lint-repair.ts';
import type { SyntaxCode } from './outcome.ts';

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

export type LintCode = SyntaxCode | Exclude<RepairCode, 'dropped'> | RuleCode | DomainCode;

/** What the rules for a well-formed record find. */
export type RuleCode =
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
  | 'long-string'
  | 'too-many-lookups';

/** What only a look at the DNS can tell. */
export type DomainCode =
  | 'no-record'
  | 'no-domain'
  | 'not-recognised'
  | 'multiple-records'
  | 'dns-failure'
  | 'many-lookups'
  | 'too-many-voids'
  | 'void-lookup'
  | 'too-many-mx'
  | 'loop'
  | 'target-has-no-record'
  | 'target-is-broken'
  | 'target-passes-all'
  | 'bad-target'
  | 'tree-cut'
  | 'exp-target';

/** A finding of a rule, with the change that would mend it. Spans and edit are about one and the same text. */
export type RuleFinding = LintFinding & { readonly edit: Edit | null };

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
