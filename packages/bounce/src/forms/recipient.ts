import type { BounceReason } from '../bounce-reason.ts';
import { reasonOf } from '../reason.ts';
import type { RecipientAction, RecipientStatus } from '../report.ts';
import { findCodes, type ReplyCodes, specificity } from './replies.ts';

/** What a form has read about one recipient; `makeRecipient` completes it. */
export type RecipientDraft = {
  readonly address: string;
  readonly originalRecipient: string | null;
  readonly action: RecipientAction;
  /** From a Status field; null when only the text tells. */
  readonly status: string | null;
  readonly remoteMta: string | null;
  readonly diagnostic: string | null;
  /** Further texts about this recipient, asked in turn for what field and diagnostic leave open. */
  readonly context: () => readonly string[];
  /** Phrases of the reporter's own dialect, asked before the general ones. */
  readonly phrases?: readonly (readonly [phrase: string, reason: BounceReason])[];
};

/** Completes a draft: codes from the diagnostic, the action from the status, the reason from all of them. */
export function makeRecipient(draft: RecipientDraft): RecipientStatus {
  const { status, replyCode } = settleCodes(draft);
  const action = draft.action === 'unknown' ? actionOf(status, replyCode) : draft.action;
  return {
    address: draft.address,
    originalRecipient: draft.originalRecipient,
    action,
    status,
    replyCode,
    remoteMta: draft.remoteMta,
    diagnostic: draft.diagnostic,
    reason: settleReason(draft, status, replyCode, action),
  };
}

// A reply that is quoted is the remote side's own word and beats the reporter's field, unless it says less.
function settleCodes(draft: RecipientDraft): ReplyCodes {
  const quoted = draft.diagnostic === null ? NOTHING : findCodes(draft.diagnostic);
  const known = { replyCode: quoted.replyCode, status: moreSpecific(quoted.status, draft.status) };
  return draft.diagnostic !== null && isSettled(known, quoted.status, draft.status)
    ? known
    : searchContext(draft, known);
}

function moreSpecific(quoted: string | null, field: string | null): string | null {
  if (quoted === null) return field;
  return field !== null && specificity(field) > specificity(quoted) ? field : quoted;
}

function isSettled(known: ReplyCodes, quoted: string | null, field: string | null): boolean {
  if (known.status === null) return false;
  if (specificity(known.status) === 2) return known.replyCode !== null || field !== null;
  // Reporter and remote side agree; but that time ran out is no cause.
  return quoted === field && !known.status.endsWith('.4.7');
}

function searchContext(draft: RecipientDraft, known: ReplyCodes): ReplyCodes {
  let { replyCode, status } = known;
  for (const text of draft.context()) {
    const codes = findCodes(text);
    replyCode ??= codes.replyCode;
    if (codes.status === null || !isSameClass(codes.status, draft.status)) continue;
    if (status === null || specificity(codes.status) > specificity(status)) status = codes.status;
  }
  return { replyCode, status };
}

const NOTHING: ReplyCodes = { replyCode: null, status: null };

// Another recipient's temporary failure in the same transcript says nothing about a permanent one.
function isSameClass(status: string, field: string | null): boolean {
  return field === null || status[0] === field[0];
}

function actionOf(status: string | null, replyCode: string | null): RecipientAction {
  const first = status?.[0] ?? replyCode?.[0];
  if (first === '5') return 'failed';
  return first === '2' ? 'delivered' : 'unknown';
}

function settleReason(
  draft: RecipientDraft,
  status: string | null,
  replyCode: string | null,
  action: RecipientAction,
): BounceReason {
  const isDelivered = action === 'delivered' || action === 'relayed' || action === 'expanded';
  if (isDelivered) return 'delivered';
  const first = reasonIn(draft, status, draft.diagnostic);
  if (first !== 'undefined') return first;
  for (const text of draft.context()) {
    const reason = reasonIn(draft, status, text);
    if (reason !== 'undefined') return reason;
  }
  return reasonOf({ status, replyCode, diagnostic: null });
}

function reasonIn(draft: RecipientDraft, status: string | null, diagnostic: string | null): BounceReason {
  const lower = diagnostic?.toLowerCase() ?? '';
  const own = draft.phrases?.find(([phrase]) => lower.includes(phrase))?.[1];
  return own ?? reasonOf({ status, replyCode: null, diagnostic: lower });
}
