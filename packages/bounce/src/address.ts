const MAX_LOCAL = 128;
const MAX_DOMAIN = 255;
const MAX_FOUND = 5000;

/** Where an address stands in a text: `text.slice(start, end)` is the address itself. */
export type FoundAddress = { readonly address: string; readonly start: number; readonly end: number };

/**
 * Every address in a text, in order, as written.
 *
 * Starts from each "@" and grows both ways over the chars of RFC 5322 §3.4.1 (and any char beyond ASCII, RFC 6531),
 * so that the work is bounded by the number of "@" times the longest address.
 */
export function findAddresses(text: string): readonly FoundAddress[] {
  const found: FoundAddress[] = [];
  let at = text.indexOf('@');
  let floor = 0;
  while (at !== -1 && found.length < MAX_FOUND) {
    const one = addressAround(text, at, floor);
    if (one !== null) {
      found.push(one);
      floor = one.end;
    }
    at = text.indexOf('@', Math.max(at + 1, floor));
  }
  return found;
}

/** The first address in a text, or null. */
export function firstAddress(text: string): string | null {
  let at = text.indexOf('@');
  for (let tries = 0; at !== -1 && tries < 50; tries += 1) {
    const one = addressAround(text, at, 0);
    if (one !== null) return one.address;
    at = text.indexOf('@', at + 1);
  }
  return null;
}

function addressAround(text: string, at: number, floor: number): FoundAddress | null {
  let end = domainEnd(text, at + 1);
  if (end === at + 1) return null;
  let start = text.charCodeAt(at - 1) === QUOTE ? quotedStart(text, at - 1, floor) : localStart(text, at, floor);
  // 'user@example.com' and mailto:user@example.com
  if (text[start] === "'" && (text[end] === "'" || !text.slice(start + 1, at).includes("'"))) start += 1;
  start = afterPrefix(text, start, at);
  while (start < at && text[start] === '.') start += 1;
  if (start >= at) return null;
  if (text[end - 1] === '.') end -= 1;
  return { address: text.slice(start, end), start, end };
}

// "SMTP:user@example.com", "mailto:user@example.com", and the X.400 "DDA:SMTP=user@example.com".
function afterPrefix(text: string, start: number, at: number): number {
  const colon = text.lastIndexOf(':', at);
  const from = colon >= start ? colon + 1 : start;
  const prefix = X400_PREFIX.exec(text.slice(from, Math.min(at, from + 8)))?.[0];
  return from + (prefix?.length ?? 0);
}

const X400_PREFIX = /^(?:smtp|rfc822)=/i;
const QUOTE = 34;

function localStart(text: string, at: number, floor: number): number {
  let start = at;
  while (start > floor && at - start < MAX_LOCAL && isLocalChar(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

function quotedStart(text: string, closing: number, floor: number): number {
  const open = text.lastIndexOf('"', closing - 1);
  return open < floor || closing - open > MAX_LOCAL ? closing + 1 : open;
}

// Letters, digits, dots and hyphens; an address literal in brackets.
function domainEnd(text: string, from: number): number {
  if (text.charCodeAt(from) === 91) {
    const close = text.indexOf(']', from);
    return close === -1 || close - from > 60 ? from : close + 1;
  }
  let end = from;
  while (end - from < MAX_DOMAIN && isDomainChar(text.charCodeAt(end))) end += 1;
  while (end > from && (text[end - 1] === '.' || text[end - 1] === '-' || text[end - 1] === '_')) end -= 1;
  const isNamed = /[^\d.]/.test(text.slice(from, end));
  return isNamed ? end : from;
}

function isDomainChar(code: number): boolean {
  return isAlphanumeric(code) || code === 45 || code === 46 || code === 95 || isBeyondAscii(code);
}

// atext and dot (RFC 5322 §3.2.3), and ':' for SMTP:user@example.com, which is cut off again.
function isLocalChar(code: number): boolean {
  return isAlphanumeric(code) || isBeyondAscii(code) || LOCAL_SYMBOLS.has(code);
}

const LOCAL_SYMBOLS: ReadonlySet<number> = new Set(Array.from("!#$%&'*+-/=?^_`{|}~.:", (char) => char.charCodeAt(0)));

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

// CJK and fullwidth punctuation ends an address: notices write it without spaces around.
function isBeyondAscii(code: number): boolean {
  return (
    code > 0xa0 &&
    code !== 0xab &&
    code !== 0xbb &&
    !(code >= 0x2000 && code <= 0x206f) &&
    !(code >= 0x3000 && code <= 0x303f) &&
    !(code >= 0xff00 && code <= 0xff0f) &&
    !(code >= 0xff1a && code <= 0xff20) &&
    code !== 0xfffd
  );
}

/**
 * The address in a header like From or Return-Path: what stands in the last angle brackets, else the first address.
 * Returns '' for an empty path "<>" and null when there is none.
 */
export function mailboxOf(value: string): string | null {
  const text = value.length > 2000 ? value.slice(0, 2000) : value;
  const close = text.lastIndexOf('>');
  const open = close === -1 ? -1 : text.lastIndexOf('<', close);
  if (open === -1) return firstAddress(text);
  const inside = text.slice(open + 1, close).trim();
  if (inside === '') return '';
  return firstAddress(inside) ?? (inside.includes(' ') ? null : inside);
}

/** Addresses of an address list (To, Cc), at most `limit`, without repeats. */
export function addressList(value: string, limit: number): readonly string[] {
  const unique = new Set<string>();
  for (const { address } of findAddresses(value)) {
    if (unique.size >= limit) break;
    unique.add(address);
  }
  return [...unique];
}

/** The key under which two spellings of an address are the same mailbox for our purposes. */
export function addressKey(address: string): string {
  return address.toLowerCase();
}
