import type { SpfOutcome, SpfQuery } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import { type Basis, newBasis } from './basis.ts';
import { type Answers, type DeadMx, type Decision, NOTHING_ASKED, type Question, type Step } from './decision.ts';
import { createJudgements } from './judgements.ts';
import type { OwnDomains } from './own-domains.ts';
import type { Policy } from './policy.ts';
import { createRecent } from './recent.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { decideUnasked } from './rules.ts';
import { judgeSpf } from './rules-spf.ts';
import { whenKnown } from './when-known.ts';

/**
 * How the questions of the rules are answered: from DNS in the daemon, from tables in tests.
 *
 * `basis` learns how long the answer holds; one that says nothing of it holds for ever.
 */
export interface Investigator {
  spf(query: SpfQuery, policy: Policy, basis: Basis): SpfOutcome | Promise<SpfOutcome>;
  deadMx(domain: string, policy: Policy, basis: Basis): DeadMx | 'alive' | Promise<DeadMx | 'alive'>;
  trust(request: PolicyRequest, policy: Policy, basis: Basis): Answers['trust'] | Promise<Answers['trust']>;
}

export type AnswererOptions = {
  readonly investigator: Investigator;
  /** Asked for each request: recipients may differ, and a reload counts from the next one on. */
  readonly policy: (request: PolicyRequest) => Policy;
  readonly own: () => OwnDomains;
  readonly now: () => Date;
  /** Messages whose first recipient is remembered. Default 4,096. */
  readonly maxInstances?: number;
  /** Judgements that are kept at least, and at most twice as many. Default 2,048. */
  readonly maxJudgements?: number;
};

/** Decides requests. The answer comes at once when everything is known, else as a promise that never rejects. */
export type Answerer = (request: PolicyRequest) => Decision | Promise<Decision>;

const DEFAULT_MAX_INSTANCES = 4096;
/** Postfix sends about 20; a message of a longer instance is taken for a new one at each recipient. */
const MAX_INSTANCE_CHARACTERS = 100;
const DEFAULT_MAX_JUDGEMENTS = 2048;
/** The rules ask at most four things; more is a bug, and a bug must not turn into a loop. */
const MAX_QUESTIONS = 8;

/**
 * Puts the rules and their investigator together. A bug in either becomes the policy's `onError` action.
 *
 * What concerns our own domains is decided anew each time. What the rules must ask about has been judged before in
 * most cases, and is remembered as long as the answers hold.
 */
export function createAnswerer(options: AnswererOptions): Answerer {
  const withHeader = createRecent<true>(options.maxInstances ?? DEFAULT_MAX_INSTANCES);
  const nowMs = (): number => options.now().getTime();
  const judgements = createJudgements(options.maxJudgements ?? DEFAULT_MAX_JUDGEMENTS, nowMs);
  const remember = (request: PolicyRequest, decision: Decision): Decision => {
    const { length } = request.instance;
    // A request without an instance is never remembered.
    if (decision.action.kind === 'prepend' && length > 0 && length <= MAX_INSTANCE_CHARACTERS)
      withHeader.set(request.instance, true);
    return decision;
  };
  const decide = (request: PolicyRequest, context: RuleContext): Decision | Promise<Decision> => {
    const known = decideUnasked(request, context) ?? judgements.recall(request, context);
    if (known !== null) return known;
    const basis = newBasis();
    const keep = (answers: Answers): void => judgements.keep(request, context, answers, basis.untilMs);
    const inquiry = { request, context, basis, investigator: options.investigator, keep };
    return follow(judgeSpf(request, context, NOTHING_ASKED), NOTHING_ASKED, 0, inquiry);
  };
  return (request) => {
    const policy = options.policy(request);
    try {
      const isFirstRecipient = withHeader.get(request.instance) === undefined;
      const decision = decide(request, { policy, own: options.own(), now: options.now(), isFirstRecipient });
      if (!(decision instanceof Promise)) return remember(request, decision);
      return decision.then(
        (known) => remember(request, known),
        (bug: unknown) => failed(bug, policy),
      );
    } catch (bug) {
      return failed(bug, policy);
    }
  };
}

/** One request on its way through the rules. */
type Inquiry = {
  readonly request: PolicyRequest;
  readonly context: RuleContext;
  readonly basis: Basis;
  readonly investigator: Investigator;
  /** Hears what was found out when the rules have decided. */
  keep(answers: Answers): void;
};

/** Asks what `step` wants to know, and goes on until the rules have decided. */
function follow(step: Step, answers: Answers, asked: number, inquiry: Inquiry): Decision | Promise<Decision> {
  if (step.kind === 'decided') {
    inquiry.keep(answers);
    return step.decision;
  }
  if (asked >= MAX_QUESTIONS) throw new Error(`the rules keep asking: ${step.question.kind}`);
  const goOn = (known: Answers): Decision | Promise<Decision> =>
    follow(judgeSpf(inquiry.request, inquiry.context, known), known, asked + 1, inquiry);
  return investigate(step.question, answers, inquiry, goOn);
}

/** Finds out one thing and goes on with it: in one step, since each promise upon another costs as much as a rule. */
function investigate(
  question: Question,
  answers: Answers,
  { request, context: { policy }, basis, investigator }: Inquiry,
  goOn: (known: Answers) => Decision | Promise<Decision>,
): Decision | Promise<Decision> {
  switch (question.kind) {
    case 'spf':
      return whenKnown(investigator.spf(question.query, policy, basis), (outcome) =>
        goOn(question.identity === 'helo' ? { ...answers, helo: outcome } : { ...answers, mailFrom: outcome }),
      );
    case 'dead-mx':
      return whenKnown(investigator.deadMx(question.domain, policy, basis), (deadMx) => goOn({ ...answers, deadMx }));
    case 'trust':
      return whenKnown(investigator.trust(request, policy, basis), (trust) =>
        goOn({ ...answers, trust: trust ?? 'no' }),
      );
  }
}

/** Rule 6: a policy daemon never stops the mail, least of all for a bug of its own. */
function failed(bug: unknown, policy: Policy): Decision {
  const action: PolicyAction =
    policy.onError === 'defer'
      ? { kind: 'defer', status: '4.3.0', text: 'sender policy cannot be checked now' }
      : { kind: 'dunno' };
  const reason = `internal error: ${bug instanceof Error ? bug.message : String(bug)}`;
  return { action, intended: action, rule: 'error', identity: null, outcome: null, domain: null, reason };
}
