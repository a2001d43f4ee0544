import type { Answer, DomainName, Resolver, RrType } from '@unsent/dns';

export type OutageOptions = {
  /** A clock that only goes forward, in ms. */
  readonly clock: () => number;
  /** Called once, when the resolver is first given up. */
  readonly onOutage: (unanswered: number) => void;
};

/** Questions in a row without an answer after which nobody waits any more. */
export const MAX_UNANSWERED = 20;
/** How often one question finds out whether the resolver is back. */
export const PROBE_EVERY_MS = 10_000;

/**
 * A resolver that does not wait for a dead one: after `MAX_UNANSWERED` questions in a row that nobody answered, each
 * further one fails at once with 'timeout', but for one every `PROBE_EVERY_MS`. The first answer ends that.
 *
 * A server that says SERVFAIL or REFUSED is alive. What `resolver` answers at once comes from a cache and tells nothing.
 */
export function withoutWaitingForTheDead(resolver: Resolver, { clock, onOutage }: OutageOptions): Resolver {
  let unanswered = 0;
  let probeAt = 0;
  let isTold = false;

  function note<T extends RrType>(answer: Answer<T>): Answer<T> {
    if (!isUnanswered(answer)) {
      unanswered = 0;
      return answer;
    }
    unanswered++;
    if (unanswered < MAX_UNANSWERED) return answer;
    probeAt = clock() + PROBE_EVERY_MS;
    if (!isTold) onOutage(unanswered);
    isTold = true;
    return answer;
  }

  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      if (unanswered >= MAX_UNANSWERED) {
        if (clock() < probeAt) return GIVEN_UP;
        probeAt = clock() + PROBE_EVERY_MS;
      }
      const answer = resolver.resolve(name, type, signal);
      return answer instanceof Promise ? answer.then(note) : answer;
    },
  };
}

const GIVEN_UP = { kind: 'failure', cause: 'timeout', detail: 'not asked: the resolver does not answer' } as const;

function isUnanswered(answer: Answer<RrType>): boolean {
  return answer.kind === 'failure' && (answer.cause === 'timeout' || answer.cause === 'unreachable');
}
