import type { DomainName } from '@unsent/dns';
import type { Span } from './ast.ts';

/**
 * What receivers must look up for a domain, as far as it does not depend on the client: the record, all that it
 * includes, and what each term costs. Numbers include everything below.
 */
export type LookupTree = {
  readonly domain: DomainName;
  /** The record's text, or null when there is none that can be used. */
  readonly record: string | null;
  readonly state: LookupState;
  /** For people: why `state` is not 'ok'; '' otherwise. */
  readonly detail: string;
  /** Terms that are ever looked at, in order. */
  readonly terms: readonly LookupTerm[];
  /** Of the 10 of RFC 7208 §4.6.4. The most a check can need: none matches before the end. */
  readonly lookups: number;
  readonly voids: VoidCount;
};

export type LookupState =
  | 'ok'
  | 'no-record'
  | 'no-domain'
  | 'multiple-records'
  | 'broken'
  | 'dns-failure'
  | 'loop' // stands above itself; a check ends in permerror
  | 'cut'; // not followed: the tree is too large to be real

export type LookupTerm = {
  /** As published. */
  readonly term: string;
  readonly span: Span;
  readonly name: 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists' | 'redirect';
  /** The name that is asked about; null when there is none, or when macros make it depend on the message. */
  readonly target: DomainName | null;
  /** Its own, with the PTR of the first `%{p}`, and those of `inner`. */
  readonly lookups: number;
  readonly voids: VoidCount;
  /** What DNS says about the target; null when nothing was asked. */
  readonly answer: TargetAnswer | null;
  /** The record of an include or a redirect. */
  readonly inner: LookupTree | null;
};

/** Lookups that come back empty, for a client of each family (RFC 7208 §4.6.4). */
export type VoidCount = { readonly ipv4: number; readonly ipv6: number };

/** What DNS says about the target of `a`, `mx`, `exists` or `ptr`. */
export type TargetAnswer = {
  readonly kind: 'found' | 'empty' | 'no-such-name' | 'failure' | 'too-many-mx' | 'no-host';
  /** One clause: `2 addresses`, `no such name`. */
  readonly text: string;
  readonly voids: VoidCount;
};
