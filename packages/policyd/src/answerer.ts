import type { SpfOutcome, SpfQuery } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import { type Answers, type DeadMx, type Decision, NOTHING_ASKED, type Question } from './decision.ts';
import type { OwnDomains } from './own-domains.ts';
import type { Policy } from './policy.ts';
import { createRecent } from './recent.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { nextStep } from './rules.ts';
import { whenKnown } from './when-known.ts';

/** How the questions of the rules are answered: from DNS in the daemon, from tables in tests. */
export interface Investigator {
  spf(query: SpfQuery, policy: Policy): SpfOutcome | Promise<SpfOutcome>;
  deadMx(domain: string, policy: Policy): DeadMx | 'alive' | Promise<DeadMx | 'alive'>;
  trust(request: PolicyRequest, policy: Policy): Answers['trust'] | Promise<Answers['trust']>;
}

export type AnswererOptions = {
  readonly investigator: Investigator;
  /** Asked for each request: recipients may differ, and a reload counts from the next one on. */
  readonly policy: (request: PolicyRequest) => Policy;
  readonly own: () => OwnDomains;
  readonly now: () => Date;
  /** Messages whose first recipient is remembered. Default 4,096. */
  readonly maxInstances?: number;
};

/** Decides requests. The answer comes at once when everything is known, else as a promise that never rejects. */
export type Answerer = (request: PolicyRequest) => Decision | Promise<Decision>;

const DEFAULT_MAX_INSTANCES = 4096;
/** The rules ask at most four things; more is a bug, and a bug must not turn into a loop. */
const MAX_QUESTIONS = 8;

/** Puts the rules and their investigator together. A bug in either becomes the policy's `onError` action. */
export function createAnswerer(options: AnswererOptions): Answerer {
  const withHeader = createRecent<true>(options.maxInstances ?? DEFAULT_MAX_INSTANCES);
  const remember = (request: PolicyRequest, decision: Decision): Decision => {
    // A request without an instance is never remembered.
    if (decision.action.kind === 'prepend' && request.instance !== '') withHeader.set(request.instance, true);
    return decision;
  };
  return (request) => {
    const policy = options.policy(request);
    try {
      const isFirstRecipient = withHeader.get(request.instance) === undefined;
      const context = { policy, own: options.own(), now: options.now(), isFirstRecipient };
      const decision = run(request, context, NOTHING_ASKED, 0, options.investigator);
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

function run(
  request: PolicyRequest,
  context: RuleContext,
  answers: Answers,
  asked: number,
  investigator: Investigator,
): Decision | Promise<Decision> {
  const step = nextStep(request, context, answers);
  if (step.kind === 'decided') return step.decision;
  if (asked >= MAX_QUESTIONS) throw new Error(`the rules keep asking: ${step.question.kind}`);
  const found = investigate(step.question, request, context.policy, answers, investigator);
  return whenKnown(found, (known) => run(request, context, known, asked + 1, investigator));
}

function investigate(
  question: Question,
  request: PolicyRequest,
  policy: Policy,
  answers: Answers,
  investigator: Investigator,
): Answers | Promise<Answers> {
  switch (question.kind) {
    case 'spf': {
      const key = question.identity === 'helo' ? 'helo' : 'mailFrom';
      return whenKnown(investigator.spf(question.query, policy), (outcome) => ({ ...answers, [key]: outcome }));
    }
    case 'dead-mx':
      return whenKnown(investigator.deadMx(question.domain, policy), (deadMx) => ({ ...answers, deadMx }));
    case 'trust':
      return whenKnown(investigator.trust(request, policy), (trust) => ({ ...answers, trust: trust ?? 'no' }));
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
