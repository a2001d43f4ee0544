import type { Answer, DomainName, Resolver } from '@unsent/dns';
import type { Directive, SpfRecord } from './ast.ts';
import { type Budget, newBudget } from './budget.ts';
import { type Identity, identityOf } from './identity.ts';
import type { Limiter } from './limiter.ts';
import type { Failure } from './match.ts';
import type { SpfOptions, SpfQuery } from './options.ts';
import type { Matched, NoneReason } from './outcome.ts';
import { type NodeDraft, newTracer, type Tracer } from './trace.ts';

/** One run of `checkHost`: what it was asked, what it may spend, what it has learnt. */
export type Check = {
  readonly query: SpfQuery;
  readonly resolver: Resolver;
  readonly options: SpfOptions;
  readonly budget: Budget;
  /** The time limit and the caller's signal, or null when there is neither. */
  readonly limiter: Limiter | null;
  /** Set when nothing more may be asked; every term then ends with it. */
  halt: Failure | null;
  identity: Identity | null;
  /** The PTR answer for the client, asked for once. */
  pointer: Answer<'PTR'> | null;
  /** Which names of it really point to the client, as far as known. */
  validated: Map<DomainName, boolean> | null;
  readonly tracer: Tracer | null;
};

/** One record in evaluation: the checked domain's, or an include's or redirect's. */
export type Frame = {
  readonly domain: DomainName;
  readonly record: SpfRecord;
  /** The directives that may match the client, in order, a local policy worked in. */
  readonly directives: readonly Directive[];
  /** The networks of `directives` for `nextCandidate`; null when each of them must be looked at. */
  readonly networks4: Int32Array | null;
  readonly depth: number;
  readonly node: NodeDraft | null;
};

/** What check_host() returned for one domain, before it is made an outcome. */
export type Ruling =
  | { readonly result: 'pass' | 'softfail' | 'neutral'; readonly matched: Matched | null }
  | { readonly result: 'fail'; readonly matched: Matched }
  /** `isVoid`: DNS had no TXT record at all, which is what the void limit counts. */
  | { readonly result: 'none'; readonly why: NoneReason; readonly isVoid: boolean }
  | Failure;

export function newCheck(query: SpfQuery, resolver: Resolver, options: SpfOptions, limiter: Limiter | null): Check {
  const budget = newBudget(options.limits);
  const tracer = options.trace === true ? newTracer(budget) : null;
  return {
    query,
    resolver,
    options,
    budget,
    limiter,
    halt: null,
    identity: null,
    pointer: null,
    validated: null,
    tracer,
  };
}

export function identityIn(check: Check): Identity {
  check.identity ??= identityOf(check.query);
  return check.identity;
}
