import type { DomainName, IpAddress } from '@unsent/dns';
import type { MacroLetter, MacroPart, MacroString } from './ast.ts';
import { DASH, DOT, isAlpha, isDigit, UNDERSCORE } from './chars.ts';
import type { Identity } from './identity.ts';
import { queryName } from './query-name.ts';

const MAX_NAME_OCTETS = 253;

/** What macros stand for in one record of one check. */
export type MacroValues = {
  readonly ip: IpAddress;
  readonly identity: Identity;
  readonly now: Date;
  /** `%{d}`: the domain whose record it is. */
  readonly domain: DomainName;
  /** `%{p}`: the validated name of the client, or `unknown`. Only read when the string has a `%{p}`. */
  readonly validatedName: string;
};

/**
 * Expands the macros of a domain-spec to the name to ask about, or null when that is no name (RFC 7208 §4.8).
 *
 * More than 253 octets lose labels on the left (§7.3). So it expands from right to left and stops when it has more
 * than that: the cost does not grow with the number of macros or the length of the values.
 */
export function expandName(parts: MacroString, values: MacroValues): DomainName | null {
  let name = '';
  for (let i = parts.length - 1; i >= 0 && name.length <= MAX_NAME_OCTETS + 1; i--) {
    const part = parts[i];
    if (part !== undefined) name = expandPart(part, values, MAX_NAME_OCTETS + 2) + name;
  }
  return queryName(truncateLeft(name).toLowerCase());
}

/** Expands the macros of an explanation; stops when it has `maxLength` characters (RFC 7208 §6.2). */
export function expandText(parts: MacroString, values: MacroValues, maxLength: number): string {
  let text = '';
  for (const part of parts) {
    text += expandPart(part, values, Number.POSITIVE_INFINITY);
    if (text.length >= maxLength) return text.slice(0, maxLength);
  }
  return text;
}

/** True if any macro of `parts` is one of `letters`. */
export function usesMacro(parts: MacroString, letters: string): boolean {
  return parts.some((part) => part.kind === 'macro' && letters.includes(part.letter));
}

/** Removes whole labels on the left until at most 253 octets and one closing dot remain (RFC 7208 §7.3). */
function truncateLeft(name: string): string {
  const excess = name.length - (name.charCodeAt(name.length - 1) === DOT ? 1 : 0) - MAX_NAME_OCTETS;
  if (excess <= 0) return name;
  const dot = name.indexOf('.', excess - 1);
  return dot === -1 ? '' : name.slice(dot + 1);
}

/** At least the last `atLeast` characters of the expansion. */
function expandPart(part: MacroPart, values: MacroValues, atLeast: number): string {
  if (part.kind === 'text') return part.text;
  const transformed = transform(letterValue(part.letter, values), part, atLeast).slice(-atLeast);
  return part.urlEscape ? urlEscape(transformed) : transformed;
}

function letterValue(letter: MacroLetter, values: MacroValues): string {
  const { ip, identity } = values;
  switch (letter) {
    case 's':
      return `${identity.localPart}@${identity.senderDomain}`;
    case 'l':
      return identity.localPart;
    case 'o':
      return identity.senderDomain;
    case 'd':
      return values.domain;
    case 'i':
      return ip.family === 4 ? ip.text : nibbles(ip);
    case 'p':
      return values.validatedName;
    case 'v':
      return ip.family === 4 ? 'in-addr' : 'ip6';
    case 'h':
      return identity.helo;
    case 'c':
      return ip.text;
    case 'r':
      return identity.receiver;
    case 't':
      return String(Math.floor(values.now.getTime() / 1000));
  }
}

/** `%{i}` of an IPv6 address: its 32 hexadecimal digits between dots (RFC 7208 §7.3). */
function nibbles(ip: IpAddress): string {
  const digits = [ip.w0, ip.w1, ip.w2, ip.w3].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  return [...digits.toUpperCase()].join('.');
}

type Macro = Extract<MacroPart, { kind: 'macro' }>;

/** Splits at the delimiters, reverses, keeps the right-hand parts and joins with dots (RFC 7208 §7.3). */
function transform(value: string, macro: Macro, atLeast: number): string {
  const { keep, reverse, delimiters } = macro;
  if (!reverse && keep === null && (delimiters === '' || delimiters === '.')) return value;
  const parts = reverse ? partsFromLeft(value, macro, atLeast) : partsFromRight(value, macro, atLeast);
  return parts.reverse().join('.');
}

/** The first parts of `value`, as many as are kept and no more than make `atLeast` characters. */
function partsFromLeft(value: string, macro: Macro, atLeast: number): string[] {
  const { keep, delimiters } = macro;
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i <= value.length; i++) {
    if (i < value.length && !isDelimiter(value, i, delimiters)) continue;
    parts.push(value.slice(start, i));
    start = i + 1;
    if (parts.length === keep || i >= atLeast) break;
  }
  return parts;
}

/** The last parts of `value`, the last one first. */
function partsFromRight(value: string, macro: Macro, atLeast: number): string[] {
  const { keep, delimiters } = macro;
  const parts: string[] = [];
  let end = value.length;
  for (let i = value.length - 1; i >= -1; i--) {
    if (i >= 0 && !isDelimiter(value, i, delimiters)) continue;
    parts.push(value.slice(i + 1, end));
    end = i;
    if (parts.length === keep || value.length - i > atLeast) break;
  }
  return parts;
}

function isDelimiter(value: string, at: number, delimiters: string): boolean {
  return delimiters === '' ? value.charCodeAt(at) === DOT : delimiters.includes(value.charAt(at));
}

const encoder = new TextEncoder();

/** Percent-encodes all but the unreserved characters of RFC 3986 §2.3. */
function urlEscape(text: string): string {
  let escaped = '';
  for (const octet of encoder.encode(text)) {
    const isUnreserved =
      isAlpha(octet) || isDigit(octet) || octet === DASH || octet === DOT || octet === UNDERSCORE || octet === 0x7e;
    escaped += isUnreserved ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}
