import { type BounceReason, reasonOf } from '../reason.ts';
import type { RecipientAction, RecipientStatus } from '../report.ts';
import { findCodes, isVague } from './replies.ts';

/** What a form has read about one recipient; `makeRecipient` completes it. */
export type RecipientDraft = {
  readonly address: string;
  readonly originalRecipient: string | null;
  readonly action: RecipientAction;
  /** From a Status field; null when only the text tells. */
  readonly status: string | null;
  readonly remoteMta: string | null;
  readonly diagnostic: string | null;
  /** Text to read the reason from when the diagnostic is silent. */
  readonly context: string | null;
  readonly reason?: BounceReason;
};

/** Completes a draft: codes from the diagnostic, the action from the status, the reason from all of them. */
export function makeRecipient(draft: RecipientDraft): RecipientStatus {
  const codes = draft.diagnostic === null ? NO_CODES : findCodes(draft.diagnostic);
  const status = moreSpecific(draft.status, codes.status);
  const action = draft.action === 'unknown' ? actionOf(status, codes.replyCode) : draft.action;
  const isDelivered = action === 'delivered' || action === 'relayed' || action === 'expanded';
  const question = { status, replyCode: codes.replyCode, isDelivered };
  const reason = draft.reason ?? reasonOf({ ...question, diagnostic: draft.diagnostic });
  return {
    address: draft.address,
    originalRecipient: draft.originalRecipient,
    action,
    status,
    replyCode: codes.replyCode,
    remoteMta: draft.remoteMta,
    diagnostic: draft.diagnostic,
    reason:
      reason === 'undefined' && draft.context !== null ? reasonOf({ ...question, diagnostic: draft.context }) : reason,
  };
}

const NO_CODES = { replyCode: null, status: null };

// Many reporters write 5.0.0 in the field while the reply they quote says more.
function moreSpecific(field: string | null, quoted: string | null): string | null {
  if (field === null) return quoted;
  return quoted !== null && isVague(field) && !isVague(quoted) ? quoted : field;
}

function actionOf(status: string | null, replyCode: string | null): RecipientAction {
  const first = status?.[0] ?? replyCode?.[0];
  if (first === '5') return 'failed';
  return first === '2' ? 'delivered' : 'unknown';
}
