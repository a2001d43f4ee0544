import { type IpAddress, parseIp } from '@unsent/dns';
import { parseMailDate } from './mime-date.ts';
import { unfold } from './mime-words.ts';
import type { ReceivedHop } from './report.ts';

const MAX_LENGTH = 2000;

/**
 * Reads one Received header (RFC 5321 §4.4) and the many forms that are not in the RFC: Postfix, Exim, Sendmail,
 * qmail, Exchange and the rest differ in where they put the client's address.
 */
export function parseReceived(raw: string): ReceivedHop {
  const text = unfold(raw.slice(0, MAX_LENGTH));
  const semicolon = text.lastIndexOf(';');
  const stamp = semicolon === -1 ? text : text.slice(0, semicolon);
  const date = parseMailDate(semicolon === -1 ? (DATE_AT_END.exec(text)?.[0] ?? '') : text.slice(semicolon + 1));
  const byAt = clauseAt(stamp);
  const fromPart = /^\(?from\b/i.test(stamp)
    ? stamp.slice(stamp.search(/from/i) + 4, byAt === -1 ? undefined : byAt)
    : '';
  const byPart = byAt === -1 ? '' : stamp.slice(byAt);
  const protocol = word(byPart, /\bwith\s+([^\s();]+)/i);
  return {
    ...readFrom(fromPart),
    by: word(byPart, /^\s*by\s+([^\s();]+)/i),
    with: protocol,
    isAuthenticated: AUTHENTICATED.test(protocol ?? '') || AUTHENTICATED_NOTE.test(stamp),
    id: word(byPart, /\bid\s+([^\s();]+)/i),
    date,
  };
}

/** RFC 3848 and RFC 6531 §4.3; ASMTP is what Exim wrote before. */
const AUTHENTICATED = /^(?:utf8|[el])?smtps?a$|^asmtp$/i;
/** Postfix, Sendmail and Courier note it in a comment. */
const AUTHENTICATED_NOTE = /\((?:authenticated (?:sender|user|bits)|auth: )/i;

const DATE_AT_END = /\d{1,2} \w{3} \d{4} [\d:]{5,8}[^;]{0,30}$/;

// The clause "by" outside comments.
function clauseAt(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OPEN) depth += 1;
    else if (code === CLOSE) depth = depth === 0 ? 0 : depth - 1;
    else if (depth === 0 && (code === 98 || code === 66) && isBy(text, at)) return at;
  }
  return -1;
}

const OPEN = 40;
const CLOSE = 41;

function isBy(text: string, at: number): boolean {
  const before = at === 0 ? 32 : text.charCodeAt(at - 1);
  const y = text.charCodeAt(at + 1) | 32;
  return (before === 32 || before === CLOSE) && y === 121 && text.charCodeAt(at + 2) === 32;
}

function word(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null;
}

function readFrom(text: string): Pick<ReceivedHop, 'fromName' | 'helo' | 'ip'> {
  const first = word(text, /^\s*([^\s();]+)/);
  const said = word(text, /\b(?:HELO|EHLO)[=\s]\s*([^\s();]+)/i);
  const comment = word(text, /\(\s*([a-z0-9_.-]+\.[a-z]{2,})\b/i);
  const isExim = /\bhelo=/i.test(text);
  // Sendmail and Postfix put the HELO name first and the PTR name in the comment; Exim and qmail the other way round.
  const helo = said ?? first;
  const fromName = said !== null && first !== null && !isLiteral(first) ? first : isExim ? null : comment;
  return {
    // Sendmail's words for a name that does not point back: whoever owns the address wrote it.
    fromName: isUnknown(fromName) || /may be forged/i.test(text) ? null : fromName,
    helo: helo === null ? null : stripBrackets(helo),
    ip: clientIp(text),
  };
}

function isUnknown(name: string | null): boolean {
  return name === null || name.toLowerCase() === 'unknown';
}

function isLiteral(name: string): boolean {
  return name.startsWith('[') || name.startsWith('(');
}

function stripBrackets(name: string): string {
  return name.replace(/^\[(?:IPv6:)?|\]$/gi, '');
}

const BRACKETED = /\[(?:IPv6:)?([0-9a-f.:]{2,45})(?:%[\w.]{1,20})?\]/gi;
const IN_PARENTHESES = /\((?:[^()\s]{0,120}\s)?(?:IPv6:)?([0-9a-f]{0,4}[.:][0-9a-f.:]{2,43})(?::\d{1,5})?\)/gi;
const LEADING = /^\s*(?:IPv6:)?([0-9a-f]{0,4}[.:][0-9a-f.:]{2,43})(?=[\s)]|$)/i;

// What the receiver saw stands in the comment; an address literal in front may be the HELO, so the last one counts.
function clientIp(text: string): IpAddress | null {
  for (const pattern of [BRACKETED, IN_PARENTHESES]) {
    let last: IpAddress | null = null;
    for (const match of text.matchAll(pattern)) last = parseIp(match[1] ?? '') ?? last;
    if (last !== null) return last;
  }
  return parseIp(LEADING.exec(text)?.[1] ?? '');
}
