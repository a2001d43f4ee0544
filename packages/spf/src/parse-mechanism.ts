import { parseIp6Words, parseQuad } from '@unsent/dns';
import type { DomainSpec, Mechanism } from './ast.ts';
import { COLON, isDigit, isWord, SLASH } from './chars.ts';
import { readDomainSpec } from './parse-domain.ts';
import { type Draft, fault } from './parse-draft.ts';

const ALL: Mechanism = { name: 'all' };
const NO_PREFIX = -1;

/**
 * Reads the mechanism that fills the record from `start` to `end` (RFC 7208 §5), the qualifier already taken off.
 *
 * `nameEnd` is where its name stops: at a colon, a slash or `end`; anything else there is a syntax error.
 */
export function readMechanism(draft: Draft, start: number, nameEnd: number, end: number): Mechanism | null {
  const { text } = draft;
  switch (nameEnd - start) {
    case 1:
      if (isWord(text, start, nameEnd, 'a')) return readAddresses(draft, 'a', nameEnd, end);
      break;
    case 2:
      if (isWord(text, start, nameEnd, 'mx')) return readAddresses(draft, 'mx', nameEnd, end);
      break;
    case 3:
      if (isWord(text, start, nameEnd, 'ip4')) return readNetwork4(draft, start, nameEnd, end);
      if (isWord(text, start, nameEnd, 'ip6')) return readNetwork6(draft, start, nameEnd, end);
      if (isWord(text, start, nameEnd, 'all')) return nameEnd === end ? ALL : unexpected(draft, start, end);
      if (isWord(text, start, nameEnd, 'ptr')) return readPtr(draft, start, nameEnd, end);
      break;
    case 6:
      if (isWord(text, start, nameEnd, 'exists')) return readTarget(draft, 'exists', start, nameEnd, end);
      break;
    case 7:
      if (isWord(text, start, nameEnd, 'include')) return readTarget(draft, 'include', start, nameEnd, end);
      break;
  }
  return fault(draft, 'unknown-mechanism', start, end, 'RFC 7208 §4.6.1', 'is no mechanism that RFC 7208 knows');
}

// ip4 = "ip4" ":" ip4-network [ ip4-cidr-length ]
function readNetwork4(draft: Draft, start: number, nameEnd: number, end: number): Mechanism | null {
  const { text } = draft;
  if (!hasArgument(draft, nameEnd, end)) return missing(draft, start, end, 'ip4 needs a colon and an IPv4 address');
  const slash = prefixStart(text, nameEnd + 1, end);
  const address = parseQuad(text, nameEnd + 1, slash);
  if (address === -1) {
    return fault(draft, 'invalid-ip4', nameEnd + 1, end, 'RFC 7208 §5.6', 'is no IPv4 address or network');
  }
  const prefix = slash === end ? 32 : readPrefix(text, slash + 1, end, 32);
  if (prefix === NO_PREFIX) return badPrefix(draft, slash, end);
  return { name: 'ip4', w0: address | 0, w1: 0, w2: 0, w3: 0, prefix };
}

// ip6 = "ip6" ":" ip6-network [ ip6-cidr-length ]
function readNetwork6(draft: Draft, start: number, nameEnd: number, end: number): Mechanism | null {
  const { text } = draft;
  if (!hasArgument(draft, nameEnd, end)) return missing(draft, start, end, 'ip6 needs a colon and an IPv6 address');
  const slash = prefixStart(text, nameEnd + 1, end);
  const words = parseIp6Words(text.slice(nameEnd + 1, slash));
  if (words === null) {
    return fault(draft, 'invalid-ip6', nameEnd + 1, end, 'RFC 7208 §5.6', 'is no IPv6 address or network');
  }
  const prefix = slash === end ? 128 : readPrefix(text, slash + 1, end, 128);
  if (prefix === NO_PREFIX) return badPrefix(draft, slash, end);
  const [w0, w1, w2, w3] = words;
  return { name: 'ip6', w0: w0 | 0, w1: w1 | 0, w2: w2 | 0, w3: w3 | 0, prefix };
}

// a = "a" [ ":" domain-spec ] [ dual-cidr-length ]    dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]
function readAddresses(draft: Draft, name: 'a' | 'mx', nameEnd: number, end: number): Mechanism | null {
  const { text } = draft;
  if (nameEnd === end) return { name, domain: null, prefix4: 32, prefix6: 128 };
  let specEnd = prefixStart(text, nameEnd, end);
  let prefix4 = 32;
  let prefix6 = 128;
  if (specEnd !== end) {
    const isDual = text.charCodeAt(specEnd - 1) === SLASH && specEnd > nameEnd;
    if (isDual) {
      prefix6 = readPrefix(text, specEnd + 1, end, 128);
      const end4 = specEnd - 1;
      specEnd = prefixStart(text, nameEnd, end4);
      if (specEnd !== end4) prefix4 = readPrefix(text, specEnd + 1, end4, 32);
    } else {
      prefix4 = readPrefix(text, specEnd + 1, end, 32);
    }
    if (prefix4 === NO_PREFIX || prefix6 === NO_PREFIX) return badPrefix(draft, specEnd, end);
  }
  if (specEnd === nameEnd) return { name, domain: null, prefix4, prefix6 };
  if (text.charCodeAt(nameEnd) !== COLON) return badPrefix(draft, nameEnd, end);
  const domain = readDomainSpec(draft, nameEnd + 1, specEnd);
  return domain === null ? null : { name, domain, prefix4, prefix6 };
}

// ptr = "ptr" [ ":" domain-spec ]
function readPtr(draft: Draft, start: number, nameEnd: number, end: number): Mechanism | null {
  if (nameEnd === end) return { name: 'ptr', domain: null };
  const domain = readArgument(draft, start, nameEnd, end);
  return domain === null ? null : { name: 'ptr', domain };
}

// include = "include" ":" domain-spec    exists = "exists" ":" domain-spec
function readTarget(
  draft: Draft,
  name: 'include' | 'exists',
  start: number,
  nameEnd: number,
  end: number,
): Mechanism | null {
  if (nameEnd === end) return missing(draft, start, end, `${name} needs a colon and a domain name`);
  const domain = readArgument(draft, start, nameEnd, end);
  return domain === null ? null : { name, domain };
}

function readArgument(draft: Draft, start: number, nameEnd: number, end: number): DomainSpec | null {
  return draft.text.charCodeAt(nameEnd) === COLON
    ? readDomainSpec(draft, nameEnd + 1, end)
    : unexpected(draft, start, end);
}

/** Where a prefix length that closes the term begins (its slash), or `end`. */
function prefixStart(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(text.charCodeAt(at - 1))) at--;
  return at > start && text.charCodeAt(at - 1) === SLASH ? at - 1 : end;
}

/** cidr-length = "/" ("0" / %x31-39 0*DIGIT), at most `max`; no leading zeros (RFC 7208 §12). */
function readPrefix(text: string, start: number, end: number, max: number): number {
  const digits = end - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 0x30)) return NO_PREFIX;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + text.charCodeAt(i) - 0x30;
  return value <= max ? value : NO_PREFIX;
}

function hasArgument(draft: Draft, nameEnd: number, end: number): boolean {
  return nameEnd + 1 < end && draft.text.charCodeAt(nameEnd) === COLON;
}

function missing(draft: Draft, start: number, end: number, message: string): null {
  return fault(draft, 'missing-argument', start, end, 'RFC 7208 §5', `is not complete: ${message}`);
}

function unexpected(draft: Draft, start: number, end: number): null {
  return fault(
    draft,
    'unexpected-argument',
    start,
    end,
    'RFC 7208 §5',
    'has an argument that its mechanism cannot take',
  );
}

function badPrefix(draft: Draft, start: number, end: number): null {
  const message = 'is no prefix length: /0 to /32 for IPv4, /0 to /128 for IPv6 (//128 after a and mx)';
  return fault(draft, 'invalid-prefix', start, end, 'RFC 7208 §5.6', message);
}
