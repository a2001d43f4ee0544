import type { Decision } from './decision.ts';
import type { Policy } from './policy.ts';
import { createRecent } from './recent.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { mayPrepend } from './rules-spf.ts';

/** What rules 4 and 5 said, kept while every answer that it rests on may be kept. */
export interface Judgements {
  /** What was said to this question before, if that still holds. */
  recall(key: string): Decision | undefined;
  /** Keeps a decision until then; one that does not hold any longer than now is not kept. */
  keep(key: string, decision: Decision, untilMs: number): void;
  /**
   * All that rules 4 and 5 go by, besides what they ask: two requests with one key get one answer.
   *
   * The recipient is in it by its policy. Values are lines of the protocol, so that none holds a line feed.
   */
  keyOf(request: PolicyRequest, context: RuleContext): string;
}

type Kept = { readonly decision: Decision; readonly untilMs: number };

/** Senders choose how long their names are; the longest are judged each time. */
const MAX_KEY_CHARACTERS = 600;

/** Judgements by at most twice `size` questions. `nowMs` is the clock that the resolver's TTLs run by. */
export function createJudgements(size: number, nowMs: () => number): Judgements {
  const kept = createRecent<Kept>(size);
  const numbers = new WeakMap<Policy, number>();
  let lastNumber = 0;
  /** A reload makes new policies, and a new policy is a new question. */
  const numberOf = (policy: Policy): number => {
    const known = numbers.get(policy);
    if (known !== undefined) return known;
    lastNumber += 1;
    numbers.set(policy, lastNumber);
    return lastNumber;
  };
  return {
    keyOf: (request, context) => {
      const header = mayPrepend(request, context) ? '+' : '-';
      return `${numberOf(context.policy)}${header}${request.client?.text}\n${request.helo}\n${request.sender}`;
    },
    recall: (key) => {
      const found = kept.get(key);
      return found !== undefined && nowMs() < found.untilMs ? found.decision : undefined;
    },
    keep: (key, decision, untilMs) => {
      if (key.length <= MAX_KEY_CHARACTERS && nowMs() < untilMs) kept.set(key, { decision, untilMs });
    },
  };
}
