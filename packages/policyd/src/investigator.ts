import { parseDomainName, type Resolver } from '@unsent/dns';
import { type Clock, checkHost, type RecordCache, type SpfOutcome, type SpfQuery } from '@unsent/spf';
import type { Investigator } from './answerer.ts';
import { type Basis, holdsNow, newBasis, observedResolver } from './basis.ts';
import { findDeadMx } from './dead-mx.ts';
import { createOutcomeMemory } from './outcome-memory.ts';
import type { Policy } from './policy.ts';
import { findPtrTrust, findTrust, type Trust } from './trust.ts';

export type InvestigatorOptions = {
  /** Cached, with its own time-out for each question. */
  readonly resolver: Resolver;
  readonly recordCache: RecordCache;
  readonly clock: Clock;
  readonly now: () => Date;
};

/** Outcomes kept at least: each is a few hundred bytes. */
const MAX_OUTCOMES = 1_024;

/** Answers the rules' questions from DNS, within the policy's time limits. */
export function createInvestigator({ resolver, recordCache, clock, now }: InvestigatorOptions): Investigator {
  const nowMs = (): number => now().getTime();
  const memory = createOutcomeMemory({ nowMs, maxEntries: MAX_OUTCOMES });
  const spf = (query: SpfQuery, policy: Policy, ms: number, basis: Basis): SpfOutcome | Promise<SpfOutcome> => {
    const voids = policy.maxVoidLookups;
    return memory.check(query, `${voids}`, basis, (observed, onAnswer) =>
      checkHost(observed, resolver, { recordCache, limits: { voids }, timeLimit: { ms, clock }, onAnswer }),
    );
  };
  return {
    spf: (query, policy, basis) => spf(query, policy, policy.timeLimitMs, basis),
    deadMx: (domain, policy, basis) => {
      const name = parseDomainName(domain);
      const found = name === null ? 'alive' : findDeadMx(name, observedResolver(resolver, basis, nowMs));
      if (!(found instanceof Promise)) return found;
      return within(found, policy.trustTimeLimitMs, clock, () => {
        holdsNow(basis);
        return 'alive';
      });
    },
    trust: async (request, policy, basis) => {
      // Asked only before a refusal, and of lists that are short: no need to remember.
      holdsNow(basis);
      const { client, helo } = request;
      if (client === null) return 'no';
      const question = { client, helo, now: now() };
      const { trusted, trustTimeLimitMs: ms } = policy;
      const asked = findTrust(question, trusted, resolver, (query) => spf(query, policy, ms, newBasis()));
      const found = await within<Trust>(asked, ms, clock, () => ({ entry: 'not verified: DNS took too long' }));
      if (found !== 'no' || trusted.ptrDomains.length === 0) return found;
      // The client's own zone is asked here, and its silence must not help it: a time limit of its own, which says no.
      return within(findPtrTrust(client, trusted.ptrDomains, resolver), ms, clock, () => 'no');
    },
  };
}

/** What `promise` gives, or what `late` says when it takes longer than `ms`. */
function within<T>(promise: Promise<T>, ms: number, clock: Clock, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(late()));
    promise.then(resolve, reject).finally(cancel);
  });
}
