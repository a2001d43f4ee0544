import type { Decision } from './decision.ts';
import type { Policy } from './policy.ts';
import { createRecent } from './recent.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { mayPrepend } from './rules-spf.ts';

/** What rules 4 and 5 said, kept while every answer that it rests on may be kept. */
export interface Judgements {
  /** What was said to such a request before, if that still holds; else null. */
  recall(request: PolicyRequest, context: RuleContext): Decision | null;
  /** Keeps a decision until then; one that does not hold any longer than now is not kept. */
  keep(request: PolicyRequest, context: RuleContext, decision: Decision, untilMs: number): void;
}

type Kept = { readonly decision: Decision; readonly untilMs: number };

/** What a judgement is kept for: one sender, or all of a domain with a header or without. */
type Kind = 'sender' | 'domain' | 'domain-no-header';

/** Senders choose how long their names are; the longest are judged each time. */
const MAX_KEY_CHARACTERS = 600;

/**
 * Judgements by at most twice `size` questions. `nowMs` is the clock that the resolver's TTLs run by.
 *
 * Rules 4 and 5 go by the policy, the client, the HELO name, the sender's domain and whether a header may be added. Of
 * the sender's local part only a header tells, since an SPF outcome that depends on it is never kept. A judgement with a
 * header is kept from the second time on: the sender of a mailing list's mail is another each time.
 */
export function createJudgements(size: number, nowMs: () => number): Judgements {
  const kept = createRecent<Kept>(size);
  const askedOnce = createRecent<true>(size);
  const policies = createNumbers<Policy>();
  const keyFor = (whose: string, kind: Kind, request: PolicyRequest, context: RuleContext): string =>
    // Values are lines of the protocol, so that none holds the line feed that separates them here.
    `${policies.of(context.policy)}${kind}${request.client?.text}\n${request.helo}\n${whose}`;
  const keyForSender = (request: PolicyRequest, context: RuleContext): string =>
    keyFor(request.sender, 'sender', request, context);
  const keyForDomain = (request: PolicyRequest, context: RuleContext): string =>
    keyFor(fromLastAt(request.sender), mayPrepend(request, context) ? 'domain' : 'domain-no-header', request, context);
  const lookUp = (key: string, now: Date): Decision | null => {
    const found = kept.get(key);
    return found !== undefined && now.getTime() < found.untilMs ? found.decision : null;
  };
  return {
    recall: (request, context) =>
      // First where a header is kept, if one may be added: it is most of the mail, and each key costs a copy and a hash.
      (mayPrepend(request, context) ? lookUp(keyForSender(request, context), context.now) : null) ??
      lookUp(keyForDomain(request, context), context.now),
    keep: (request, context, decision, untilMs) => {
      const namesSender = decision.action.kind === 'prepend' || decision.intended.kind === 'prepend';
      const key = namesSender ? keyForSender(request, context) : keyForDomain(request, context);
      if (key.length > MAX_KEY_CHARACTERS || nowMs() >= untilMs) return;
      if (!namesSender || askedOnce.get(key) !== undefined) kept.set(key, { decision, untilMs });
      else askedOnce.set(key, true);
    },
  };
}

/** `@example.com`; a sender without an at sign stays what it is, and is another than the domain of that name. */
function fromLastAt(sender: string): string {
  const at = sender.lastIndexOf('@');
  return at <= 0 ? sender : sender.slice(at);
}

/** A number for each object, so that it can stand in a key: a reload makes new policies. */
function createNumbers<T extends object>(): { of(object: T): number } {
  const numbers = new WeakMap<T, number>();
  let last = 0;
  return {
    of: (object) => {
      const known = numbers.get(object);
      if (known !== undefined) return known;
      last += 1;
      numbers.set(object, last);
      return last;
    },
  };
}
