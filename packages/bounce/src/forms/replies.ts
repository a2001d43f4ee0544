/** The codes in an SMTP reply: "550" and "5.1.1". Either may be missing. */
export type ReplyCodes = { readonly replyCode: string | null; readonly status: string | null };

// RFC 3463 §2; not part of an IP address, a version or a longer number.
const STATUS = /(?<![\d.#-])#?([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)/g;
// RFC 5321 §4.2, at a place where a reply starts: behind a space, bracket, quote or sign, and not within an address.
const REPLY = /(?:^|[\s([{'"<>:;,=/])([45]\d\d)(?=[\s-]|$|[:,)\]"'#;.](?!\d))/g;

/** Finds the reply code and the enhanced status in a diagnostic; the most specific status wins. */
export function findCodes(text: string): ReplyCodes {
  const sample = text.length > 2000 ? text.slice(0, 2000) : text;
  return { replyCode: findReplyCode(sample), status: findStatus(sample) };
}

function findStatus(text: string): string | null {
  let best: string | null = null;
  for (const [, status = ''] of text.matchAll(STATUS)) {
    if (best === null || (isVague(best) && !isVague(status))) best = status;
    if (!isVague(best)) return best;
  }
  return best;
}

/** True for statuses that say no more than permanent or temporary: x.0.0 and x.y.0. */
export function isVague(status: string): boolean {
  return status.endsWith('.0.0');
}

function findReplyCode(text: string): string | null {
  for (const match of text.matchAll(REPLY)) {
    const code = match[1] ?? '';
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 8);
    if (!/^\s*(?:hour|day|minute|second|byte|char|line|KB|MB)/i.test(after)) return code;
  }
  return null;
}
