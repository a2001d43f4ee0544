import type { Answer, DomainName, Resolver, RrType } from '@unsent/dns';
import { whenKnown } from './when-known.ts';

/** What a finding rests on: until when all of it holds, in milliseconds of the clock that the resolver's TTLs run by. */
export type Basis = { untilMs: number };

/** A basis without an answer in it yet, which holds for ever. */
export function newBasis(): Basis {
  return { untilMs: Number.POSITIVE_INFINITY };
}

/** One more thing that it rests on. */
export function restOn(basis: Basis, untilMs: number): void {
  if (untilMs < basis.untilMs) basis.untilMs = untilMs;
}

/** An answer that came now. */
export function restOnAnswer(basis: Basis, answer: Answer<RrType>, nowMs: number): void {
  restOn(basis, nowMs + livesMs(answer));
}

/** What rests on this is not to be kept. */
export function holdsNow(basis: Basis): void {
  basis.untilMs = Number.NEGATIVE_INFINITY;
}

/** The same resolver; `basis` then rests on what it answered. */
export function observedResolver(resolver: Resolver, basis: Basis, nowMs: () => number): Resolver {
  return {
    resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Answer<T> | Promise<Answer<T>> {
      return whenKnown(resolver.resolve(name, type, signal), (answer) => {
        restOnAnswer(basis, answer, nowMs());
        return answer;
      });
    },
  };
}

/** A cache rounds what is left of a TTL up to whole seconds. */
function livesMs(answer: Answer<RrType>): number {
  return answer.kind === 'failure' ? 0 : Math.max(0, answer.ttlSeconds - 1) * 1000;
}
