import type { HostCoverage, OwnDomain } from '@unsent/bounce';
import type { Answer, DomainName, RrType } from '@unsent/dns';
import type { Classified } from './classified.ts';

/** What a worker is started with. */
export type WorkerSetup = {
  readonly domains: readonly OwnDomain[];
  readonly hasSentLog: boolean;
  readonly nowMs: number;
  readonly timeLimitMs: number;
  readonly withDetails: boolean;
  /** Two counters: which message was begun last, and how many were begun at all. */
  readonly started: SharedArrayBuffer;
};

/** Messages of one batch, one behind the other in one buffer, which moves to the worker and back without being copied. */
export type Job = {
  readonly kind: 'job';
  readonly buffer: ArrayBuffer;
  readonly parts: readonly { readonly offset: number; readonly length: number; readonly cutFromBytes: number | null }[];
};

type JobDone = { readonly kind: 'done'; readonly results: readonly Classified[]; readonly buffer: ArrayBuffer };

/** A worker asks the main thread for what needs input or output, so that there is one cache and one database. */
export type Question =
  | { readonly kind: 'resolve'; readonly name: DomainName; readonly type: RrType }
  | { readonly kind: 'sent'; readonly keys: readonly string[] }
  | { readonly kind: 'coverage'; readonly domain: DomainName };

type Ask = { readonly kind: 'ask'; readonly id: number; readonly question: Question };

/** `value` is what the asked method gave; `error` is null unless it failed. */
export type Reply = {
  readonly kind: 'reply';
  readonly id: number;
  readonly value: Answer<RrType> | ReadonlyMap<string, Date> | readonly HostCoverage[] | null;
  readonly error: string | null;
};

export type ToWorker = Job | Reply;
export type FromWorker = JobDone | Ask;
