import type { Answers, Decision } from './decision.ts';
import type { Policy } from './policy.ts';
import { isBeforeMail } from './protocol-state.ts';
import { createRecentlyKnown } from './recent.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { judgeSpf, mayPrepend } from './rules-spf.ts';

/** What rules 4 and 5 found out and said, kept while every answer that it rests on may be kept. */
export interface Judgements {
  /** What they say of such a request by what was found out before, if that still holds; else null. */
  recall(request: PolicyRequest, context: RuleContext): Decision | null;
  /** Keeps what was found out until then; what does not hold any longer than now is not kept. */
  keep(request: PolicyRequest, context: RuleContext, answers: Answers, untilMs: number): void;
}

/** A decision, and whose it is: one that names its sender is no other sender's. */
type Said = { readonly decision: Decision; readonly sender: string | null };

/**
 * All that is known of one client, HELO name and sender's domain. What was said last is said again as it is: before MAIL,
 * where a header may be added, and elsewhere.
 */
type Finding = {
  readonly answers: Answers;
  readonly untilMs: number;
  early: Said | null;
  first: Said | null;
  later: Said | null;
};

/** Senders choose how long their names and addresses are; the longest are judged each time. */
const MAX_KEY_CHARACTERS = 600;

/**
 * Findings about at most twice `size` questions. `nowMs` is the clock that the resolver's TTLs run by.
 *
 * Rules 4 and 5 go by the policy, the client, the HELO name, the sender's domain, whether a header may be added, and
 * whether an empty sender is the null sender. Of the sender's local part only a header tells, since an SPF outcome that
 * depends on it is never kept.
 */
export function createJudgements(size: number, nowMs: () => number): Judgements {
  const findings = createRecentlyKnown<Finding>(size, nowMs);
  const policies = createNumbers<Policy>();
  const keyOf = (request: PolicyRequest, context: RuleContext): string =>
    // Values are lines of the protocol, so that none holds the line feed that separates them here.
    `${policies.of(context.policy)} ${request.client?.text}\n${request.helo}\n${fromLastAt(request.sender)}`;
  return {
    recall: (request, context) => {
      const finding = findings.get(keyOf(request, context));
      return finding === undefined ? null : judgedBy(finding, request, context);
    },
    keep: (request, context, answers, untilMs) => {
      const key = keyOf(request, context);
      if (key.length <= MAX_KEY_CHARACTERS)
        findings.set(key, { answers, untilMs, early: null, first: null, later: null });
    },
  };
}

function judgedBy(finding: Finding, request: PolicyRequest, context: RuleContext): Decision | null {
  const isFirst = mayPrepend(request, context);
  const isEarly = !isFirst && isBeforeMail(request.protocolState);
  const said = isFirst ? finding.first : isEarly ? finding.early : finding.later;
  if (said !== null && (said.sender === null || said.sender === request.sender)) return said.decision;
  const step = judgeSpf(request, context, finding.answers);
  if (step.kind === 'ask') return null;
  const { decision } = step;
  if (request.sender.length > MAX_KEY_CHARACTERS) return decision;
  const namesSender = decision.action.kind === 'prepend' || decision.intended.kind === 'prepend';
  const saying = { decision, sender: namesSender ? request.sender : null };
  if (isFirst) finding.first = saying;
  else if (isEarly) finding.early = saying;
  else finding.later = saying;
  return decision;
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
