import type { DomainName } from './name.ts';
import type { Rdata, RrType } from './record.ts';

/** What a lookup found. Resolvers do not throw for DNS outcomes, only for abort. */
export type Answer<T extends RrType> =
  | { readonly kind: 'records'; readonly data: readonly Rdata[T][]; readonly ttlSeconds: number }
  | NegativeAnswer
  | FailedAnswer;

/** `ttlSeconds` is the negative TTL from the SOA (RFC 2308 §5), or 0 when none was given. */
export type NegativeAnswer =
  | { readonly kind: 'nodata'; readonly ttlSeconds: number } // RFC 2308 §2.2
  | { readonly kind: 'nxdomain'; readonly ttlSeconds: number }; // RFC 2308 §2.1

export type FailedAnswer = {
  readonly kind: 'failure';
  readonly cause: 'timeout' | 'servfail' | 'refused' | 'malformed' | 'unreachable';
  readonly detail: string;
};

/**
 * One method, so that a cache, a timeout or a log is a ten-line wrapper.
 *
 * What is already known is answered at once, not as a promise: the hot path of the policy daemon awaits nothing.
 * CNAMEs have been followed. Rejects only when `signal` aborts.
 */
export interface Resolver {
  resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>>;
}

/** Longest chain of CNAMEs that is followed, in zones and in answers. */
export const MAX_CNAMES = 16;

/** RFC 2181 §5.2: an answer through CNAMEs lives as long as the shortest-lived part of it. */
export function lowerTtl<T extends RrType>(answer: Answer<T>, ttlSeconds: number): Answer<T> {
  return answer.kind !== 'failure' && ttlSeconds < answer.ttlSeconds ? { ...answer, ttlSeconds } : answer;
}
