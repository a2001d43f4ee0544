import type { Answer, DomainName, Resolver, RrType } from '@unsent/dns';
import type { SpfOutcome, SpfQuery } from '@unsent/spf';
import { createRecent } from './recent.ts';
import { whenKnown } from './when-known.ts';

/** Outcomes of SPF checks, kept while every DNS answer that they rest on may be kept. */
export interface OutcomeMemory {
  /**
   * The kept outcome, or that of `run`, which must ask nothing but the resolver it is handed.
   *
   * `kind` tells checks apart that follow other limits.
   */
  check(query: SpfQuery, kind: string, run: Run): SpfOutcome | Promise<SpfOutcome>;
}

type Run = (query: SpfQuery, resolver: Resolver) => SpfOutcome | Promise<SpfOutcome>;

export type OutcomeMemoryOptions = {
  readonly resolver: Resolver;
  /** Milliseconds, those that the resolver's TTLs run by. */
  readonly nowMs: () => number;
  readonly maxEntries: number;
};

/** What a check has looked at: until when that holds, and whether it is the same for every sender of the domain. */
type Basis = { untilMs: number; isOfDomain: boolean };
type Kept = { readonly outcome: SpfOutcome; readonly untilMs: number };

/** Longer names are no domains; they are judged each time, and not kept. */
const MAX_DOMAIN_CHARACTERS = 253;

/**
 * A record without macros rules alike over all senders of a domain from one address, so that its outcome is a fact of
 * both. It is forgotten with the first of its answers (RFC 1035 §3.2.1). A failed lookup, and a check that read the
 * sender, the HELO name, the receiver or the time, is not kept at all.
 */
export function createOutcomeMemory({ resolver, nowMs, maxEntries }: OutcomeMemoryOptions): OutcomeMemory {
  const outcomes = createRecent<Kept>(maxEntries);
  return {
    check: (query, kind, run) => {
      const key = `${query.ip.text} ${kind} ${query.domain}`;
      const kept = outcomes.get(key);
      if (kept !== undefined && nowMs() < kept.untilMs) return kept.outcome;
      const basis: Basis = { untilMs: Number.POSITIVE_INFINITY, isOfDomain: true };
      return whenKnown(run(observedQuery(query, basis), observedResolver(resolver, basis, nowMs)), (outcome) => {
        const { untilMs, isOfDomain } = basis;
        // An end that the clock made, with no answer behind it, is a temperror too.
        const isFact = isOfDomain && outcome.result !== 'temperror' && nowMs() < untilMs;
        if (isFact && query.domain.length <= MAX_DOMAIN_CHARACTERS) outcomes.set(key, { outcome, untilMs });
        return outcome;
      });
    },
  };
}

/** A query that notes when anything is read that is not the same for every sender of the domain. */
function observedQuery(query: SpfQuery, basis: Basis): SpfQuery {
  const note = <T>(value: T): T => {
    basis.isOfDomain = false;
    return value;
  };
  return {
    ip: query.ip,
    domain: query.domain,
    get sender() {
      return note(query.sender);
    },
    get helo() {
      return note(query.helo);
    },
    get receiver() {
      return note(query.receiver);
    },
    get now() {
      return note(query.now);
    },
  };
}

function observedResolver(resolver: Resolver, basis: Basis, nowMs: () => number): Resolver {
  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      return whenKnown(resolver.resolve(name, type, signal), (answer) => {
        basis.untilMs = Math.min(basis.untilMs, nowMs() + livesMs(answer));
        return answer;
      });
    },
  };
}

/** A cache rounds what is left of a TTL up to whole seconds. */
function livesMs(answer: Answer<RrType>): number {
  return answer.kind === 'failure' ? 0 : Math.max(0, answer.ttlSeconds - 1) * 1000;
}
