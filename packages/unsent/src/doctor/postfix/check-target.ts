import type { Policy } from '@unsent/policyd';
import { bad, type Check, good } from '../check.ts';
import type { PostfixConfiguration } from './configuration.ts';
import type { PolicyTarget } from './policy-service.ts';
import { secondsOf } from './words.ts';

/** The daemon closes connections that are silent for longer; Postfix should do so first. */
const OUR_IDLE_SECONDS = 305;

/** What happens while the service is down or slow. */
export function checkTarget(target: PolicyTarget, postfix: PostfixConfiguration, policy: Policy): readonly Check[] {
  return [...checkOptions(target), checkDefaultAction(target, postfix), checkTimeout(target, postfix, policy)];
}

function checkOptions({ endpoint, malformed }: PolicyTarget): readonly Check[] {
  if (malformed === null) return [];
  const what = `${endpoint}: smtpd takes no mail, since "${malformed}" in its braces is no name=value.`;
  return [bad('policy-options', 'failure', what, `Write { ${endpoint}, default_action=DUNNO }, no space around "=".`)];
}

function checkDefaultAction(target: PolicyTarget, { parameters }: PostfixConfiguration): Check {
  const id = 'policy-default-action';
  const action = target.defaultAction ?? parameters.get('smtpd_policy_service_default_action') ?? '';
  const name = `${target.endpoint}: default_action`;
  if (/^(dunno)\b/i.test(action)) return good(id, `${name} is DUNNO: mail flows while the service is down.`);
  const todo = `Write { ${target.endpoint}, default_action=DUNNO }.`;
  if (/^(5\d\d|reject|discard)\b/i.test(action)) {
    return bad(id, 'failure', `${name} is ${action}: all mail is lost while the service is down.`, todo);
  }
  if (/^(ok|permit|relay|\d+)\b/i.test(action) && !/^4\d\d\b/.test(action)) {
    return bad(
      id,
      'failure',
      `${name} is ${action}: while the service is down, the restrictions after it are skipped.`,
      todo,
    );
  }
  return bad(id, 'warning', `${name} is "${action}": no mail comes in while the service is down.`, todo);
}

function checkTimeout(target: PolicyTarget, { parameters }: PostfixConfiguration, policy: Policy): Check {
  const id = 'policy-timeout';
  const seconds = target.timeoutSeconds ?? secondsOf(parameters.get('smtpd_policy_service_timeout') ?? '100s') ?? 100;
  const longest = longestSeconds(policy);
  const name = `${target.endpoint}: timeout`;
  if (seconds > longest) return good(id, `${name} is ${seconds} s; slow DNS takes at most ${longest} s.`);
  return bad(
    id,
    'warning',
    `${name} is ${seconds} s, and slow DNS may take ${longest} s: Postfix gives up, and asks the same again.`,
    `Write timeout=${longest + 10}s, leave it out (100 s), or lower policy.timeLimitMs.`,
  );
}

/** One request at its slowest: the sender's MX, both identities, and the trusted hosts. */
function longestSeconds(policy: Policy): number {
  const identities = [policy.helo, policy.mailFrom].filter(({ isChecked }) => isChecked).length;
  const mx = policy.deadMx === 'off' ? 0 : policy.trustTimeLimitMs;
  const { networks, heloNames, spfDomains, ptrDomains } = policy.trusted;
  const isTrusting = networks.length + heloNames.length + spfDomains.length + ptrDomains.length > 0;
  return Math.ceil((identities * policy.timeLimitMs + mx + (isTrusting ? policy.trustTimeLimitMs : 0)) / 1000);
}

/** What main.cf says for all policy services. */
export function checkLimits({ parameters }: PostfixConfiguration): readonly Check[] {
  const id = 'policy-limits';
  const setTo = (name: string): string => parameters.get(`smtpd_policy_service_${name}`) ?? '';
  const found: Check[] = [];
  const idle = secondsOf(setTo('max_idle'));
  if (idle !== null && idle >= OUR_IDLE_SECONDS) {
    const what = `smtpd_policy_service_max_idle is ${idle} s; unsent closes a silent connection after ${OUR_IDLE_SECONDS} s.`;
    found.push(bad(id, 'warning', what, 'Leave it at its default, 300s.'));
  }
  if (/^[1-9]/.test(setTo('request_limit'))) {
    const what = `smtpd_policy_service_request_limit is ${setTo('request_limit')}: Postfix connects anew after so many requests.`;
    found.push(bad(id, 'warning', what, 'Leave it at its default, 0.'));
  }
  if (setTo('try_limit') === '1') {
    const what = 'smtpd_policy_service_try_limit is 1: a restart of the service costs a message its check.';
    found.push(bad(id, 'warning', what, 'Leave it at its default, 2.'));
  }
  return found.length > 0 ? found : [good(id, 'smtpd_policy_service_* limits are sane.')];
}
