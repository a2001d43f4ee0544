import { type IpAddress, parseIp } from '@unsent/dns/addresses';
import { parseMailDate } from './mime-date.ts';
import { unfold } from './mime-words.ts';
import type { ReceivedHop } from './report.ts';

const MAX_LENGTH = 2000;

/**
 * Reads one Received header (RFC 5321 §4.4) and the many forms that are not in the RFC: Postfix, Exim, Sendmail,
 * qmail, Exchange and the rest differ in where they put the client's address.
 */
export function parseReceived(raw: string): ReceivedHop {
  const text = unfold(raw.length > MAX_LENGTH ? raw.slice(0, MAX_LENGTH) : raw).replaceAll('\t', ' ');
  const semicolon = text.lastIndexOf(';');
  const stamp = semicolon === -1 ? text : text.slice(0, semicolon);
  const date = parseMailDate(semicolon === -1 ? (DATE_AT_END.exec(text)?.[0] ?? '') : text.slice(semicolon + 1));
  const byAt = clauseAt(stamp);
  const from = STARTS_WITH_FROM.exec(stamp);
  const fromPart = from === null ? '' : stamp.slice(from[0].length, byAt === -1 ? undefined : byAt);
  const byPart = byAt === -1 ? '' : stamp.slice(byAt);
  const protocol = wordBehind(byPart, ' with ');
  return {
    ...readFrom(fromPart),
    by: byPart === '' ? null : wordAt(byPart, 2),
    with: protocol,
    isAuthenticated: AUTHENTICATED.test(protocol ?? '') || AUTHENTICATED_NOTE.test(stamp),
    id: wordBehind(byPart, ' id '),
    date,
  };
}

/** RFC 3848 and RFC 6531 §4.3; ASMTP is what Exim wrote before. */
const AUTHENTICATED = /^(?:utf8|[el])?smtps?a$|^asmtp$/i;
/** Postfix, Sendmail and Courier note it in a comment. */
const AUTHENTICATED_NOTE = /\((?:authenticated (?:sender|user|bits)|auth: )/i;
const STARTS_WITH_FROM = /^\(?from\b/i;
const DATE_AT_END = /\d{1,2} \w{3} \d{4} [\d:]{5,8}[^;]{0,30}$/;
const OPEN = 40;
const CLOSE = 41;

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

function isBy(text: string, at: number): boolean {
  const before = at === 0 ? 32 : text.charCodeAt(at - 1);
  const y = text.charCodeAt(at + 1) | 32;
  return (before === 32 || before === CLOSE) && y === 121 && text.charCodeAt(at + 2) === 32;
}

function wordBehind(text: string, clause: string): string | null {
  const lower = text.indexOf(clause);
  const at = lower === -1 ? text.indexOf(clause.toUpperCase()) : lower;
  return at === -1 ? null : wordAt(text, at + clause.length);
}

// The next word: up to a blank, a bracket or a semicolon.
function wordAt(text: string, from: number): string | null {
  let start = from;
  while (text.charCodeAt(start) === 32) start += 1;
  let end = start;
  while (end < text.length && !ENDS_WORD.has(text.charCodeAt(end))) end += 1;
  return end === start ? null : text.slice(start, end);
}

const ENDS_WORD: ReadonlySet<number> = new Set([9, 32, OPEN, CLOSE, 59]);
const MAY_BE_FORGED = /may be forged/i;
const SAID = /\b(?:helo|ehlo)[=\s]\s*([^\s();"]+)/i;
const NAME_IN_COMMENT = /\(\s*([a-z0-9_.-]+\.[a-z]{2,})\b/i;

function readFrom(text: string): Pick<ReceivedHop, 'fromName' | 'helo' | 'ip'> {
  if (text === '') return { fromName: null, helo: null, ip: null };
  const first = wordAt(text, 0);
  const said = SAID.exec(text)?.[1] ?? null;
  // Sendmail and Postfix put the HELO name first and the PTR name in the comment; Exim and qmail the other way round.
  const ptr = said !== null ? (isLiteral(first) ? null : first) : (NAME_IN_COMMENT.exec(text)?.[1] ?? null);
  const helo = said ?? first;
  return {
    // Sendmail's words for a name that does not point back: whoever owns the address wrote it.
    fromName: ptr === null || ptr.toLowerCase() === 'unknown' || MAY_BE_FORGED.test(text) ? null : ptr,
    helo: helo === null ? null : stripBrackets(helo),
    ip: bracketedIp(text) ?? parenthesisedIp(text),
  };
}

function isLiteral(name: string | null): boolean {
  return name === null || name.startsWith('[');
}

function stripBrackets(name: string): string {
  return name.startsWith('[') ? name.replace(/^\[(?:IPv6:)?|\]$/gi, '') : name;
}

// What the receiver saw stands in the comment; an address literal in front may be the HELO, so the last one counts.
function bracketedIp(text: string): IpAddress | null {
  let close = text.lastIndexOf(']');
  for (let tries = 0; close > 0 && tries < 5; tries += 1) {
    const open = text.lastIndexOf('[', close);
    const ip = open === -1 ? null : ipIn(text.slice(open + 1, close));
    if (ip !== null || open <= 0) return ip;
    close = text.lastIndexOf(']', open - 1);
  }
  return null;
}

function ipIn(text: string): IpAddress | null {
  if (text.length > 60) return null;
  const bare = text.startsWith('IPv6:') || text.startsWith('ipv6:') ? text.slice(5) : text;
  const scope = bare.indexOf('%');
  return parseIp(scope === -1 ? bare : bare.slice(0, scope));
}

const IN_PARENTHESES = /\((?:[^()\s]{0,120}\s)?(?:IPv6:)?([0-9a-f]{0,4}[.:][0-9a-f.:]{2,43})(?::\d{1,5})?\)/gi;
const LEADING = /^\s*(?:IPv6:)?([0-9a-f]{0,4}[.:][0-9a-f.:]{2,43})(?=[\s)]|$)/i;

// qmail writes (192.0.2.1) and (HELO name) (192.0.2.1); Gmail starts with the bare address.
function parenthesisedIp(text: string): IpAddress | null {
  let last: IpAddress | null = null;
  if (text.includes('(')) for (const match of text.matchAll(IN_PARENTHESES)) last = parseIp(match[1] ?? '') ?? last;
  return last ?? parseIp(LEADING.exec(text)?.[1] ?? '');
}
