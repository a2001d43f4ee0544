import { parseDomainName, type Resolver } from '@unsent/dns';
import { type Clock, checkHost, type RecordCache, type SpfOutcome, type SpfQuery } from '@unsent/spf';
import type { Investigator } from './answerer.ts';
import { findDeadMx } from './dead-mx.ts';
import { createOutcomeMemory } from './outcome-memory.ts';
import type { Policy } from './policy.ts';
import { findTrust } from './trust.ts';

export type InvestigatorOptions = {
  /** Cached, with its own time-out for each question. */
  readonly resolver: Resolver;
  readonly recordCache: RecordCache;
  readonly clock: Clock;
  readonly now: () => Date;
};

/** Outcomes kept at least: each is a few hundred bytes. */
const MAX_OUTCOMES = 2_048;

/** Answers the rules' questions from DNS, within the policy's time limits. */
export function createInvestigator({ resolver, recordCache, clock, now }: InvestigatorOptions): Investigator {
  const memory = createOutcomeMemory({ resolver, nowMs: () => now().getTime(), maxEntries: MAX_OUTCOMES });
  const spf = (query: SpfQuery, policy: Policy, ms: number): SpfOutcome | Promise<SpfOutcome> => {
    const limits = { voids: policy.maxVoidLookups };
    return memory.check(query, `${limits.voids}`, (observed, observing) =>
      checkHost(observed, observing, { recordCache, limits, timeLimit: { ms, clock } }),
    );
  };
  return {
    spf: (query, policy) => spf(query, policy, policy.timeLimitMs),
    deadMx: (domain, policy) => {
      const name = parseDomainName(domain);
      const found = name === null ? 'alive' : findDeadMx(name, resolver);
      return found instanceof Promise ? within(found, policy.trustTimeLimitMs, 'alive' as const, clock) : found;
    },
    trust: async (request, policy) => {
      const { client, helo } = request;
      if (client === null) return 'no';
      const question = { client, helo, now: now() };
      const found = findTrust(question, policy.trusted, resolver, (query) =>
        spf(query, policy, policy.trustTimeLimitMs),
      );
      return within(found, policy.trustTimeLimitMs, { entry: 'not verified: DNS took too long' }, clock);
    },
  };
}

/** What `promise` gives, or `late` when it takes longer than `ms`. */
function within<T>(promise: Promise<T>, ms: number, late: T, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(late));
    promise.then(resolve, reject).finally(cancel);
  });
}
