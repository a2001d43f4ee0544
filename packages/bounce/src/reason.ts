import type { BounceReason } from './bounce-reason.ts';
import { REASON_PHRASES } from './reason-phrases.ts';

/** What a reason is read from. `status` is "5.1.1", `replyCode` "550"; either may be missing. */
export type ReasonQuestion = {
  readonly status: string | null;
  readonly replyCode: string | null;
  /** In lower case. */
  readonly diagnostic: string | null;
};

const MAX_DIAGNOSTIC = 800;

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
const SURE = new Set(['1.1', '1.2', '1.6', '2.2', '3.4', '7.25', '7.26', '7.23', '7.20', '7.27', '2.3']);

/** Why the delivery failed. 'undefined' when neither status nor text tells. */
export function reasonOf(question: ReasonQuestion): BounceReason {
  const detail = question.status === null ? '' : question.status.slice(2);
  const byStatus = BY_STATUS[detail];
  const text = question.diagnostic?.slice(0, MAX_DIAGNOSTIC) ?? '';
  const reason = byStatus !== undefined && SURE.has(detail) ? byStatus : (reasonInText(text) ?? byStatus ?? null);
  // A host that took RCPT and refused the recipient after DATA filtered the message; that is what Sisimai calls it.
  if (reason === 'userunknown' && AFTER_DATA.test(text)) return 'filtered';
  return reason ?? byReplyCode(question.replyCode);
}

const AFTER_DATA = /(?:in reply to (?:the )?(?:end of )?data|after end of data|\[data\]|>>> data|\(data\)|final data)/;

// RFC 5321 §4.2.2: 500 to 504 are about the command itself.
function byReplyCode(code: string | null): BounceReason {
  if (code === '552') return 'mailboxfull';
  if (code !== null && code >= '500' && code <= '504') return 'syntaxerror';
  return code === '421' || code === '450' ? 'expired' : 'undefined';
}

type Phrase = { readonly text: string; readonly rank: number; readonly reason: BounceReason };

// Phrases by their first three chars, so that one pass over a text finds all of them.
let index: ReadonlyMap<number, readonly Phrase[]> | null = null;
// Says of most places that no phrase begins there, for less than the map does: the key's last bits.
const FILTER_MASK = 0xffff;
const mayBegin = new Uint8Array(FILTER_MASK + 1);

function phraseIndex(): ReadonlyMap<number, readonly Phrase[]> {
  const map = new Map<number, Phrase[]>();
  for (const [rank, [reason, phrases]] of REASON_PHRASES.entries()) {
    for (const text of phrases) {
      const key = keyAt(text, 0);
      mayBegin[key & FILTER_MASK] = 1;
      const same = map.get(key);
      if (same === undefined) map.set(key, [{ text, rank, reason }]);
      else same.push({ text, rank, reason });
    }
  }
  return map;
}

const KEY_BITS = 10;
const CHAR_MASK = 1023;
const KEY_MASK = 0x3fffffff;

function keyAt(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + 3; next += 1) key = (key << KEY_BITS) | (text.charCodeAt(next) & CHAR_MASK);
  return key & KEY_MASK;
}

function reasonInText(text: string): BounceReason | null {
  index ??= phraseIndex();
  let best: Phrase | null = null;
  let key = keyAt(text, 0);
  for (let at = 0; at + 2 < text.length; at += 1) {
    if (at > 0) key = ((key << KEY_BITS) | (text.charCodeAt(at + 2) & CHAR_MASK)) & KEY_MASK;
    const phrases = mayBegin[key & FILTER_MASK] === 0 ? undefined : index.get(key);
    if (phrases !== undefined) best = betterOf(best, phrases, text, at);
  }
  return best?.reason ?? null;
}

function betterOf(best: Phrase | null, phrases: readonly Phrase[], text: string, at: number): Phrase | null {
  let better = best;
  for (const phrase of phrases) {
    if ((better === null || phrase.rank < better.rank) && text.startsWith(phrase.text, at)) better = phrase;
  }
  return better;
}
