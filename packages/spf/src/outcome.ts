import type { DomainName, RrType } from '@unsent/dns';
import type { Directive, Span, SpfRecord } from './ast.ts';

/** The seven results of RFC 7208 §2.6; there is no eighth. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** What `checkHost` found, how much it asked for it, and (when `trace` was set) how. */
export type SpfOutcome = Spent &
  (
    | { readonly result: 'pass' | 'softfail' | 'neutral'; readonly matched: Matched | null } // null: the default of §4.7
    /** `explanation` is text of the domain's owner: 7-bit, one line, capped (RFC 7208 §6.2). */
    | { readonly result: 'fail'; readonly matched: Matched; readonly explanation: string | null }
    | { readonly result: 'none'; readonly why: NoneReason }
    | { readonly result: 'permerror'; readonly problem: SpfProblem }
    /** `name` is the name whose lookup failed; null when the time limit or the caller ended the check. */
    | { readonly result: 'temperror'; readonly name: DomainName | null; readonly detail: string }
  );

export type NoneReason = 'nxdomain' | 'no-record' | 'invalid-domain';

export type Spent = {
  /** Terms that cost a lookup, of the 10 of RFC 7208 §4.6.4. */
  readonly lookups: number;
  readonly voidLookups: number;
  /** Questions really asked of the resolver, those for MX hosts, PTR names and the explanation included. */
  readonly queries: number;
  /** Null unless `options.trace` was set. */
  readonly trace: TraceNode | null;
};

/** The directive that decided, and the record and domain it stands in (after a redirect: the target's). */
export type Matched = { readonly directive: Directive; readonly record: SpfRecord; readonly domain: DomainName };

/** The matched directive as it was published: `ip4:192.0.2.0/24`. */
export function matchedTerm(matched: Matched): string {
  const { start, end } = matched.directive.span;
  return matched.record.text.slice(start, end);
}

/** Why the result is permerror: what is wrong, where in which record, and which rule says so. */
export type SpfProblem = {
  readonly code: SpfProblemCode;
  readonly message: string;
  /** Where in `text`; null when the problem is no place in a record. */
  readonly span: Span | null;
  /** The record that `span` points into, or null. */
  readonly text: string | null;
  /** The domain whose record it is, or null when only a text was parsed. */
  readonly domain: DomainName | null;
  readonly rfc: `RFC 7208 §${string}`;
};

export type SpfProblemCode = SyntaxCode | LimitCode;

/** What `parseSpf` reports. */
export type SyntaxCode =
  | 'not-spf' // does not begin with v=spf1 and a space
  | 'not-ascii' // a control character or an octet above 126
  | 'unknown-mechanism'
  | 'missing-argument' // ip4, include: …
  | 'unexpected-argument' // all:x, include:x/24
  | 'invalid-ip4'
  | 'invalid-ip6'
  | 'invalid-prefix'
  | 'invalid-domain'
  | 'invalid-macro'
  | 'invalid-modifier'
  | 'duplicate-modifier';

/** What only an evaluation can find. */
export type LimitCode =
  | 'multiple-records'
  | 'too-many-lookups'
  | 'too-many-void-lookups'
  | 'too-many-mx'
  | 'too-many-queries'
  | 'include-has-no-record'
  | 'redirect-has-no-record';

/** One evaluation of one record: the root, and one for each include and redirect that was followed. */
export type TraceNode = {
  readonly domain: DomainName;
  /** The record's text, or null when none was found. */
  readonly record: string | null;
  readonly result: SpfResult;
  /** What was asked to find the record; of the root, also what was asked for the explanation. */
  readonly queries: readonly TraceQuery[];
  readonly terms: readonly TraceTerm[];
};

/** One term that was looked at, in order. */
export type TraceTerm = {
  /** As published: `include:_spf.example.com`. */
  readonly term: string;
  readonly span: Span;
  /** The target after macro expansion; null when the term has none or it is no name. */
  readonly expandedTo: DomainName | null;
  readonly outcome: 'match' | 'no-match' | 'error';
  /** One clause for people: why. */
  readonly note: string;
  /** What this term cost, all below it included. */
  readonly lookups: number;
  readonly voidLookups: number;
  /** What the term itself asked; what stands below is in `inner`. */
  readonly queries: readonly TraceQuery[];
  /** What was evaluated for an include or a redirect. */
  readonly inner: TraceNode | null;
};

/** One question to the resolver and how it was answered: `3 records`, `nxdomain`, `timeout`. */
export type TraceQuery = { readonly name: DomainName; readonly type: RrType; readonly answer: string };

/** The same as a list, in the order of evaluation. */
export type TraceStep = {
  readonly depth: number;
  readonly domain: DomainName;
  readonly term: string;
  readonly expandedTo: DomainName | null;
  /** Lookups spent by the whole check when this term was done. */
  readonly lookupsSoFar: number;
  readonly outcome: 'match' | 'no-match' | 'error';
  readonly note: string;
};
