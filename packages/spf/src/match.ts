import type { DomainName } from '@unsent/dns';
import type { SpfProblem } from './outcome.ts';

/** What ends a check before a term decides. */
export type Failure =
  | { readonly result: 'permerror'; readonly problem: SpfProblem }
  | { readonly result: 'temperror'; readonly name: DomainName | null; readonly detail: string };

/** Does a term match? An error ends the evaluation (RFC 7208 §4.6.2). */
export type Match = boolean | Failure;
