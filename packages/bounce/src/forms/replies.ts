/** The codes in an SMTP reply: "550" and "5.1.1". Either may be missing. */
export type ReplyCodes = { readonly replyCode: string | null; readonly status: string | null };

const NO_CODES: ReplyCodes = { replyCode: null, status: null };
const MAX_LENGTH = 3000;

// RFC 3463 §2; not part of an IP address, a version or a longer number.
const STATUS = /(?<![\d.\-v])([245]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)/g;
// RFC 5321 §4.2, where a reply starts: behind a space, bracket, quote or sign.
const REPLY = /(?:^|[\s([{'"<>:;,=/#-])([45]\d\d)(?=[\s-]|$|[:,)\]"'#;.](?!\d))/g;

/** Finds the reply code and the enhanced status in a diagnostic; the most specific status wins, and its own reply. */
export function findCodes(text: string): ReplyCodes {
  const sample = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
  const status = findStatus(sample);
  if (status === null) return { ...NO_CODES, replyCode: findReplyCode(sample) };
  return { status: status.text, replyCode: replyBefore(sample, status.at) ?? findReplyCode(sample) };
}

type FoundStatus = { readonly text: string; readonly at: number };

function findStatus(text: string): FoundStatus | null {
  let best: FoundStatus | null = null;
  STATUS.lastIndex = 0;
  for (let match = STATUS.exec(text); match !== null; match = STATUS.exec(text)) {
    const found = { text: match[1] ?? '', at: match.index };
    if (best === null || specificity(found.text) > specificity(best.text)) best = found;
  }
  return best;
}

/**
 * How much a status says: 0 is only permanent or temporary (x.0.0), 1 only the area (x.y.0) or that time ran out
 * (x.4.7, where the cause is elsewhere), 2 all the rest.
 */
export function specificity(status: string): 0 | 1 | 2 {
  if (status.endsWith('.0.0')) return 0;
  return status.endsWith('.0') || status.endsWith('.4.7') ? 1 : 2;
}

function replyBefore(text: string, statusAt: number): string | null {
  return /(?:^|\D)([245]\d\d)[\s#-]{1,3}$/.exec(text.slice(Math.max(0, statusAt - 9), statusAt))?.[1] ?? null;
}

function findReplyCode(text: string): string | null {
  REPLY.lastIndex = 0;
  for (let match = REPLY.exec(text); match !== null; match = REPLY.exec(text)) {
    const end = match.index + match[0].length;
    if (!UNIT.test(text.slice(end, end + 10))) return match[1] ?? null;
  }
  return null;
}

const UNIT = /^\s*(?:hour|day|minute|second|byte|char|line|kb|mb|k\b)/i;
