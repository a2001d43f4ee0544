import type { Answer, RrType } from '@unsent/dns';
import type { SpfOutcome, SpfQuery } from '@unsent/spf';
import { type Basis, holdsNow, newBasis, restOn, restOnAnswer } from './basis.ts';
import { createRecentlyKnown } from './recent.ts';
import { whenKnown } from './when-known.ts';

/** Outcomes of SPF checks, kept while every DNS answer that they rest on may be kept. */
export interface OutcomeMemory {
  /**
   * The kept outcome, or that of `run`, which must hand over each answer that it goes by.
   *
   * `kind` tells checks apart that follow other limits; `basis` learns how long the outcome holds.
   */
  check(query: SpfQuery, kind: string, basis: Basis, run: Run): SpfOutcome | Promise<SpfOutcome>;
}

type Run = (query: SpfQuery, onAnswer: (answer: Answer<RrType>) => void) => SpfOutcome | Promise<SpfOutcome>;

export type OutcomeMemoryOptions = {
  /** Milliseconds, those that the resolver's TTLs run by. */
  readonly nowMs: () => number;
  readonly maxEntries: number;
};

type Kept = { readonly outcome: SpfOutcome; readonly untilMs: number };

/** Longer names are no domains; they are judged each time, and not kept. */
const MAX_DOMAIN_CHARACTERS = 253;

/**
 * A record without macros rules alike over all senders of a domain from one address, so that its outcome is a fact of
 * both. It is forgotten with the first of its answers (RFC 1035 §3.2.1). A failed lookup, and a check that read the
 * sender, the HELO name, the receiver or the time, is not kept at all.
 */
export function createOutcomeMemory({ nowMs, maxEntries }: OutcomeMemoryOptions): OutcomeMemory {
  const outcomes = createRecentlyKnown<Kept>(maxEntries, nowMs);
  return {
    check: (query, kind, basis, run) => {
      const key = `${query.ip.text} ${kind} ${query.domain}`;
      const kept = outcomes.get(key);
      if (kept !== undefined) {
        restOn(basis, kept.untilMs);
        return kept.outcome;
      }
      const own = newBasis();
      const onAnswer = (answer: Answer<RrType>): void => restOnAnswer(own, answer, nowMs());
      return whenKnown(run(new ObservedQuery(query, own), onAnswer), (outcome) => {
        // An end that the clock made, with no answer behind it, is a temperror too.
        if (outcome.result === 'temperror' || query.domain.length > MAX_DOMAIN_CHARACTERS) holdsNow(own);
        restOn(basis, own.untilMs);
        outcomes.set(key, { outcome, untilMs: own.untilMs });
        return outcome;
      });
    },
  };
}

/**
 * A query whose outcome holds for now alone when anything is read that is not the same for every sender of the domain.
 * A class, since an object literal would make its accessors anew for each check.
 */
class ObservedQuery implements SpfQuery {
  readonly ip: SpfQuery['ip'];
  readonly domain: string;
  readonly #query: SpfQuery;
  readonly #basis: Basis;

  constructor(query: SpfQuery, basis: Basis) {
    this.ip = query.ip;
    this.domain = query.domain;
    this.#query = query;
    this.#basis = basis;
  }

  get sender(): string {
    holdsNow(this.#basis);
    return this.#query.sender;
  }

  get helo(): string {
    holdsNow(this.#basis);
    return this.#query.helo;
  }

  get receiver(): string {
    holdsNow(this.#basis);
    return this.#query.receiver;
  }

  get now(): Date {
    holdsNow(this.#basis);
    return this.#query.now;
  }
}
