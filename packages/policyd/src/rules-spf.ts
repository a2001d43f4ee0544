import { type DomainName, type IpAddress, isPrivate, isSubdomainOf, parseDomainName } from '@unsent/dns';
import { domainOf, type SpfIdentity, type SpfOutcome, type SpfQuery } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import type { Answers, Checked, Decision, Question, RuleId, Step } from './decision.ts';
import type { Disposition, IdentityPolicy, Policy } from './policy.ts';
import { isBeforeMail } from './protocol-state.ts';
import { refusalOf } from './refusal-text.ts';
import type { PolicyRequest } from './request.ts';
import { headerOf } from './result-header.ts';
import type { RuleContext } from './rule-context.ts';

type ToCheck = { readonly identity: SpfIdentity; readonly query: SpfQuery };

/** Rules 4 and 5: what the sender's DNS says of the client. */
export function judgeSpf(request: PolicyRequest, context: RuleContext, answers: Answers): Step {
  const { policy } = context;
  const dead = deadMxStep(request, policy, answers);
  if (dead !== null) return dead;
  const ip = policy.prospective ?? request.client;
  if (ip === null) return pass(null, request, context, answers);

  const helo = checkOf('helo', request, ip, context);
  if (helo !== null) {
    if (answers.helo === null) return askSpf(helo);
    const refusal = refuse(checkedAs(helo, answers.helo), request, context, answers);
    if (refusal !== null) return refusal;
  }
  const mailFrom = checkOf('mailfrom', request, ip, context);
  if (mailFrom !== null) {
    if (answers.mailFrom === null) return askSpf(mailFrom);
    const refusal = refuse(checkedAs(mailFrom, answers.mailFrom), request, context, answers);
    if (refusal !== null) return refusal;
  }
  return pass(shown(helo, mailFrom, answers), request, context, answers);
}

/** Rule 4: nobody can answer a sender whose MX is null or loopback. */
function deadMxStep(request: PolicyRequest, policy: Policy, answers: Answers): Step | null {
  const domain = domainOf(request.sender);
  if (policy.deadMx === 'off' || domain === null) return null;
  if (answers.deadMx === null) return ask({ kind: 'dead-mx', domain });
  if (answers.deadMx === 'alive' || policy.deadMx === 'header') return null;
  // RFC 7505 §4.2 has a code for the null MX; a loopback MX has none of its own.
  const isNull = answers.deadMx === 'null-mx';
  const intended: PolicyAction = {
    kind: 'reject',
    replyCode: 550,
    status: isNull ? '5.7.27' : '5.7.1',
    text: `${domain} accepts no mail (${isNull ? 'null MX' : 'loopback MX'}), so it can have no sender`,
  };
  return decided({ intended, rule: 'dead-mx', checked: null, domain, reason: answers.deadMx, policy });
}

/** The question about an identity, or null when it is not to be checked here. */
function checkOf(
  identity: SpfIdentity,
  request: PolicyRequest,
  ip: IpAddress,
  { policy, now }: RuleContext,
): ToCheck | null {
  if (!policyOf(identity, policy).isChecked) return null;
  // RFC 7208 §2.4: of a null sender only the HELO identity can be checked.
  if (identity === 'mailfrom' && request.sender === '') return null;
  const domain = identity === 'helo' ? request.helo : request.sender.slice(request.sender.lastIndexOf('@') + 1);
  const sender = identity === 'helo' ? `postmaster@${request.helo}` : request.sender;
  const receiver = policy.header.isReceiverHidden ? '' : policy.header.receiver;
  return { identity, query: { ip, domain, sender, helo: request.helo, receiver, now } };
}

function policyOf(identity: SpfIdentity, policy: Policy): IdentityPolicy {
  return identity === 'helo' ? policy.helo : policy.mailFrom;
}

/** The refusal that a result leads to, the question that must come before it, or null when it leads to none. */
function refuse(checked: Checked, request: PolicyRequest, context: RuleContext, answers: Answers): Step | null {
  const { policy } = context;
  const disposition = dispositionOf(checked, request, policy);
  if (disposition === 'accept') return null;
  if (answers.trust === null && hasTrustedHosts(policy)) return ask({ kind: 'trust' });
  if (answers.trust !== null && answers.trust !== 'no') {
    const reason = `trusted: ${answers.trust.entry}`;
    return decided({ intended: header(checked, request, context, answers), rule: 'trusted', checked, reason, policy });
  }
  const { client } = request;
  if (client !== null && isPrivate(client) && !policy.refusesPrivateClients && policy.prospective === null) {
    const reason = `client ${client.text} is private; SPF cannot be judged behind NAT`;
    const intended = header(checked, request, context, answers);
    return decided({ intended, rule: 'private-client', checked, reason, policy });
  }
  const intended = refusalOf(checked, disposition, policy);
  const rule: RuleId = checked.identity === 'helo' ? 'spf-helo' : 'spf-mailfrom';
  const observed = header(checked, request, context, answers);
  return decided({ intended, observed, rule, checked, reason: checked.outcome.result, policy });
}

function dispositionOf(checked: Checked, request: PolicyRequest, policy: Policy): Disposition {
  const { identity, outcome } = checked;
  const own = policyOf(identity, policy);
  if (own.onlyNullSender && !hasNullSender(request)) return 'accept';
  if (outcome.result === 'fail' && policy.onlyNoMailRecords && !isNoMailRecord(outcome.matched.record.text)) {
    return 'accept';
  }
  const isDoubtful = outcome.result === 'softfail' || outcome.result === 'neutral';
  if (isDoubtful && own.on.fail !== 'accept' && isStrict(checked.query.domain, policy.strictDomains))
    return own.on.fail;
  return own.on[outcome.result];
}

function hasNullSender({ sender, protocolState }: PolicyRequest): boolean {
  return sender === '' && !isBeforeMail(protocolState);
}

/** Exactly `v=spf1 -all`, whatever its case and spaces: the record of a domain that never sends. */
function isNoMailRecord(text: string): boolean {
  const terms = text
    .toLowerCase()
    .split(' ')
    .filter((term) => term !== '');
  return terms.length === 2 && terms[0] === 'v=spf1' && terms[1] === '-all';
}

function isStrict(domain: string, strict: readonly DomainName[]): boolean {
  if (strict.length === 0) return false;
  const name = parseDomainName(domain);
  return name !== null && strict.some((one) => isSubdomainOf(name, one));
}

function hasTrustedHosts({ trusted }: Policy): boolean {
  return trusted.networks.length + trusted.heloNames.length + trusted.spfDomains.length + trusted.ptrDomains.length > 0;
}

/** The check that the header is about: MAIL FROM, or HELO where there is no other. */
function shown(helo: ToCheck | null, mailFrom: ToCheck | null, answers: Answers): Checked | null {
  if (mailFrom !== null && answers.mailFrom !== null) return checkedAs(mailFrom, answers.mailFrom);
  if (helo !== null && answers.helo !== null) return checkedAs(helo, answers.helo);
  return null;
}

function pass(checked: Checked | null, request: PolicyRequest, context: RuleContext, answers: Answers): Step {
  const { policy } = context;
  if (checked === null) {
    const intended: PolicyAction = { kind: 'dunno' };
    return decided({ intended, rule: 'not-judged', checked, reason: 'no identity to check', policy });
  }
  const rule: RuleId = checked.identity === 'helo' ? 'spf-helo' : 'spf-mailfrom';
  const restriction = policyOf(checked.identity, policy).passRestriction;
  const intended: PolicyAction =
    checked.outcome.result === 'pass' && restriction !== null
      ? { kind: 'restriction', name: restriction }
      : header(checked, request, context, answers);
  return decided({ intended, rule, checked, reason: checked.outcome.result, policy });
}

function header(checked: Checked, request: PolicyRequest, context: RuleContext, answers: Answers): PolicyAction {
  if (!mayPrepend(request, context) || context.policy.prospective !== null) return { kind: 'dunno' };
  return headerOf(checked, request.sender, context.policy.header, answers.deadMx);
}

/** A header is added once a message. PREPEND does not exist at END-OF-MESSAGE (access(5)), nor is there anything before MAIL. */
export function mayPrepend({ protocolState }: PolicyRequest, { isFirstRecipient }: RuleContext): boolean {
  return isFirstRecipient && ['RCPT', 'DATA', ''].includes(protocolState);
}

// Written out, here and below: a spread costs more than the rules.
function askSpf({ identity, query }: ToCheck): Step {
  return ask({ kind: 'spf', identity, query });
}

function checkedAs({ identity, query }: ToCheck, outcome: SpfOutcome): Checked {
  return { identity, query, outcome };
}

function ask(question: Question): Step {
  return { kind: 'ask', question };
}

function decided(made: {
  intended: PolicyAction;
  /** What is answered instead of a refusal while observing; default: nothing. */
  observed?: PolicyAction;
  rule: RuleId;
  checked: Checked | null;
  reason: string;
  policy: Policy;
  domain?: string;
}): Step {
  const { intended, rule, checked, reason, policy } = made;
  const refuses = intended.kind === 'reject' || intended.kind === 'defer';
  const decision: Decision = {
    action: refuses && policy.isObserving ? (made.observed ?? { kind: 'dunno' }) : intended,
    intended,
    rule,
    identity: checked?.identity ?? null,
    outcome: checked?.outcome ?? null,
    domain: made.domain ?? checked?.query.domain ?? null,
    reason,
  };
  return { kind: 'decided', decision };
}
