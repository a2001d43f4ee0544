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

/** `decision` null: it names the sender, and is kept under that. */
type Kept = { readonly decision: Decision | null; readonly untilMs: number };

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
  /** Values are lines of the protocol, so that none holds the line feed that separates them here. */
  const keyOf = (request: PolicyRequest, context: RuleContext): string => {
    const header = mayPrepend(request, context) ? '+' : '-';
    const domain = fromLastAt(request.sender);
    return `${policies.of(context.policy)}${header}${request.client?.text}\n${request.helo}\n${domain}`;
  };
  const lookUp = (key: string): Kept | undefined => {
    const found = kept.get(key);
    return found !== undefined && nowMs() < found.untilMs ? found : undefined;
  };
  return {
    recall: (request, context) => {
      const key = keyOf(request, context);
      const found = lookUp(key);
      if (found === undefined || found.decision !== null) return found?.decision ?? null;
      return lookUp(withSender(key, request))?.decision ?? null;
    },
    keep: (request, context, decision, untilMs) => {
      const key = keyOf(request, context);
      const exact = withSender(key, request);
      if (exact.length > MAX_KEY_CHARACTERS || nowMs() >= untilMs) return;
      const namesSender = decision.action.kind === 'prepend' || decision.intended.kind === 'prepend';
      kept.set(key, { decision: namesSender ? null : decision, untilMs });
      if (!namesSender) return;
      if (askedOnce.get(exact) === undefined) askedOnce.set(exact, true);
      else kept.set(exact, { decision, untilMs });
    },
  };
}

function withSender(key: string, { sender }: PolicyRequest): string {
  return `${key}\n${sender}`;
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
