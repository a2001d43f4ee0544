import { contains, type IpAddress } from '@unsent/dns';
import { domainOf } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import { addressKey, mustTakeBounces } from './address.ts';
import type { Answers, Decision, RuleId, Step } from './decision.ts';
import type { Policy } from './policy.ts';
import { isBeforeMail, isWithSender } from './protocol-state.ts';
import type { PolicyRequest } from './request.ts';
import type { RuleContext } from './rule-context.ts';
import { judgeSpf, mayPrepend } from './rules-spf.ts';

/**
 * The rules in their order (docs/policyd.md): decides, or names the next thing to find out.
 *
 * Pure: the same request, context and answers give the same step. Ask, add the answer, call again; it ends after at
 * most four questions.
 */
export function nextStep(request: PolicyRequest, context: RuleContext, answers: Answers): Step {
  const decision = decideUnasked(request, context);
  return decision === null ? judgeSpf(request, context, answers) : { kind: 'decided', decision };
}

/** Rules 1 to 3, which need to ask nothing: what they decide, or null when it is for the others to say. */
export function decideUnasked(request: PolicyRequest, context: RuleContext): Decision | null {
  const { client } = request;
  if (client === null) return accepted('not-judged', 'no client address');
  const { protocolState } = request;
  const isEarly = isBeforeMail(protocolState);
  if (!(isEarly || isWithSender(protocolState))) return accepted('not-judged', `state ${protocolState}`);
  return exemption(request, client, context) ?? (isEarly ? null : refuseOwn(request, context));
}

/** Rule 1: sessions and hosts that are not judged. */
function exemption(request: PolicyRequest, client: IpAddress, context: RuleContext): Decision | null {
  const { skip, forwarders } = context.policy;
  if (request.saslUsername !== '') return accepted('authenticated', 'authenticated session');
  if (skip.some((network) => contains(network, client))) {
    return unchecked('skip', `client ${client.text} is on the skip list`, request, context);
  }
  if (forwarders.some((network) => contains(network, client))) {
    return unchecked('forwarder', `client ${client.text} is a listed forwarder`, request, context);
  }
  return null;
}

/** Taken without a check; the header says why, so that nobody looks for a result that is not there. */
function unchecked(rule: RuleId, reason: string, request: PolicyRequest, context: RuleContext): Decision {
  if (context.policy.header.kind === 'none' || !mayPrepend(request, context)) return accepted(rule, reason);
  return accepted(rule, reason, { kind: 'prepend', header: `X-Comment: SPF not checked: ${reason}` });
}

/** Rules 2 and 3: what concerns domains of ours that never send; no DNS is needed. */
function refuseOwn(request: PolicyRequest, context: RuleContext): Decision | null {
  const isBounce = request.sender === '';
  const address = isBounce ? request.recipient : request.sender;
  const domain = domainOf(address);
  if (domain === null) return null;
  const why = context.own.neverSends(domain, context.now);
  if (why === null) return null;
  if (isBounce && takesBounces(address, context.policy)) return null;
  const rule: RuleId = isBounce ? 'bounce-to-never-sender' : 'own-never-sender';
  const text = isBounce
    ? `${domain} sends no mail; this bounce answers a forgery`
    : `${domain} sends no mail; the sender address is forged`;
  return refused(rule, domain, text, `${domain} is ${why}`, context.policy);
}

function takesBounces(address: string, { reportAddresses }: Policy): boolean {
  return mustTakeBounces(address) || (reportAddresses.size > 0 && reportAddresses.has(addressKey(address)));
}

function accepted(rule: RuleId, reason: string, action: PolicyAction = { kind: 'dunno' }): Decision {
  return { action, intended: action, rule, identity: null, outcome: null, domain: null, reason };
}

function refused(rule: RuleId, domain: string, text: string, reason: string, policy: Policy): Decision {
  const intended = { kind: 'reject', replyCode: null, status: '5.7.1', text } as const;
  const action = policy.isObserving ? ({ kind: 'dunno' } as const) : intended;
  return { action, intended, rule, identity: null, outcome: null, domain, reason };
}
