import { REASON_PHRASES } from './reason-phrases.ts';

/** Why a delivery failed, in the vocabulary of Sisimai, so that results can be compared. */
export type BounceReason =
  | 'authfailure'
  | 'badreputation'
  | 'blocked'
  | 'contenterror'
  | 'delivered'
  | 'exceedlimit'
  | 'expired'
  | 'failedstarttls'
  | 'feedback'
  | 'filtered'
  | 'hasmoved'
  | 'hostunknown'
  | 'mailboxfull'
  | 'mailererror'
  | 'mesgtoobig'
  | 'networkerror'
  | 'norelaying'
  | 'notaccept'
  | 'notcompliantrfc'
  | 'onhold'
  | 'policyviolation'
  | 'rejected'
  | 'requireptr'
  | 'securityerror'
  | 'spamdetected'
  | 'speeding'
  | 'suspend'
  | 'syntaxerror'
  | 'systemerror'
  | 'systemfull'
  | 'toomanyconn'
  | 'undefined'
  | 'userunknown'
  | 'vacation'
  | 'virusdetected';

/** What a reason is read from. `status` is "5.1.1", `replyCode` "550"; either may be missing. */
export type ReasonQuestion = {
  readonly status: string | null;
  readonly replyCode: string | null;
  readonly diagnostic: string | null;
  readonly isDelivered: boolean;
};

const MAX_DIAGNOSTIC = 1500;

// RFC 3463 and the IANA registry of enhanced status codes; only those whose meaning servers keep to.
const BY_STATUS: Readonly<Record<string, BounceReason>> = {
  '1.0': 'userunknown',
  '1.1': 'userunknown',
  '1.2': 'hostunknown',
  '1.3': 'userunknown',
  '1.6': 'hasmoved',
  '1.7': 'rejected',
  '1.8': 'rejected',
  '1.10': 'notaccept',
  '2.1': 'suspend',
  '2.2': 'mailboxfull',
  '2.3': 'exceedlimit',
  '2.4': 'filtered',
  '3.1': 'systemfull',
  '3.3': 'systemerror',
  '3.4': 'mesgtoobig',
  '3.5': 'systemerror',
  '4.1': 'expired',
  '4.2': 'networkerror',
  '4.3': 'systemerror',
  '4.4': 'hostunknown',
  '4.5': 'systemfull',
  '4.6': 'networkerror',
  '4.7': 'expired',
  '5.3': 'syntaxerror',
  '5.4': 'syntaxerror',
  '6.0': 'contenterror',
  '6.1': 'contenterror',
  '6.7': 'contenterror',
  '7.1': 'policyviolation',
  '7.20': 'authfailure',
  '7.23': 'authfailure',
  '7.25': 'requireptr',
  '7.26': 'authfailure',
  '7.8': 'securityerror',
  '7.27': 'notaccept',
};

// Statuses that say the same whatever text stands beside them.
const SURE = new Set(['1.1', '1.2', '1.6', '2.2', '3.4', '7.25', '7.26', '7.23', '7.20', '1.10', '7.27', '2.3']);

/** Why the delivery failed. 'undefined' when neither status nor text tells. */
export function reasonOf(question: ReasonQuestion): BounceReason {
  if (question.isDelivered) return 'delivered';
  const detail = question.status === null ? '' : question.status.slice(2);
  const byStatus = BY_STATUS[detail];
  if (byStatus !== undefined && SURE.has(detail)) return byStatus;
  const byText = reasonInText(question.diagnostic);
  return byText ?? byStatus ?? byReplyCode(question.replyCode);
}

function reasonInText(diagnostic: string | null): BounceReason | null {
  if (diagnostic === null) return null;
  const text = diagnostic.slice(0, MAX_DIAGNOSTIC).toLowerCase();
  for (const [reason, phrases] of REASON_PHRASES) if (phrases.some((phrase) => text.includes(phrase))) return reason;
  return null;
}

function byReplyCode(code: string | null): BounceReason {
  if (code === '552') return 'mailboxfull';
  if (code === '550' || code === '553') return 'userunknown';
  if (code === '421' || code === '450') return 'expired';
  return 'undefined';
}
