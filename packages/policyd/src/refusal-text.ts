import type { PolicyAction } from './action.ts';
import type { Checked } from './decision.ts';
import type { Disposition, Policy } from './policy.ts';

/** Longer texts of a stranger's domain do not get into our SMTP reply. */
const MAX_EXPLANATION = 300;

/** The refusal or deferral of a checked identity, with the code of RFC 7372 §3.2. */
export function refusalOf(checked: Checked, disposition: Exclude<Disposition, 'accept'>, policy: Policy): PolicyAction {
  const { result } = checked.outcome;
  const isError = result === 'permerror' || result === 'temperror';
  const detail = !policy.hasEnhancedCodes ? '7.1' : isError ? '7.24' : '7.23';
  const text = refusalText(checked, policy);
  return disposition === 'defer'
    ? { kind: 'defer', status: `4.${detail}`, text }
    : { kind: 'reject', replyCode: 550, status: `5.${detail}`, text }; // RFC 7208 §8.4
}

/** Fills the placeholders of `policy.reasonMessage`; unknown ones stay as they are. */
function refusalText(checked: Checked, policy: Policy): string {
  const values: Record<string, string> = {
    result: checked.outcome.result,
    identity: checked.identity,
    domain: checked.query.domain,
    client: checked.query.ip.text,
    reason: reasonOf(checked),
  };
  return policy.reasonMessage.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function reasonOf({ identity, query, outcome }: Checked): string {
  const who = identity === 'helo' ? `HELO name ${query.helo}` : `sender domain ${query.domain}`;
  switch (outcome.result) {
    case 'fail':
      return outcome.explanation === null
        ? `${query.ip.text} may not send for ${query.domain}`
        : // RFC 7208 §6.2: it must be clear that these are not our words.
          `${query.domain} explains: ${outcome.explanation.slice(0, MAX_EXPLANATION)}`;
    case 'permerror':
      return `the SPF record of ${who} is broken: ${outcome.problem.message}`;
    case 'temperror':
      return `the SPF record of ${who} cannot be read now: ${outcome.detail}`;
    case 'softfail':
    case 'neutral':
    case 'none':
    case 'pass':
      return `${query.ip.text} is not known to send for ${query.domain}`;
  }
}
