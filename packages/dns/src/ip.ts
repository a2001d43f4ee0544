import type { DomainName } from './name.ts';

/** Canonical text of an address (RFC 5952 for IPv6). Records hold this, so that plans and snapshots stay plain JSON. */
export type IpText = string & { readonly __brand: 'IpText' };

/**
 * An address ready for matching. Made only by `parseIp`; IPv4-mapped IPv6 has become IPv4 (RFC 7208 §5).
 *
 * The words are unsigned 32-bit numbers in network order. An IPv4 address lives in `w0`; the rest are 0.
 */
export type IpAddress = {
  readonly family: 4 | 6;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly text: IpText;
};

/** A network: host bits are zero in `address`. `length` is in bits, 0–32 or 0–128. */
export type IpPrefix = { readonly address: IpAddress; readonly length: number };

const DOT = 0x2e;
const COLON = 0x3a;

/**
 * Reads an address: a dotted quad without leading zeros, or any form of RFC 4291 §2.2.
 *
 * IPv4-mapped IPv6 becomes IPv4 (RFC 7208 §5). Returns null for anything else: `127.1`, `010.0.0.1` (octal to some),
 * zone ids, ports, spaces. Never throws.
 */
export function parseIp(text: string): IpAddress | null {
  if (text.length > 45) return null;
  if (text.indexOf(':') === -1) {
    const word = parseQuad(text, 0, text.length);
    return word === -1 ? null : ip4(word, text as IpText);
  }
  const words = parseIp6Words(text);
  if (words === null) return null;
  const [w0, w1, w2, w3] = words;
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return ip4(w3, quadText(w3) as IpText);
  return { family: 6, w0, w1, w2, w3, text: ip6Text(w0, w1, w2, w3) };
}

/** The canonical text of an address; the same as its `text`. */
export function formatIp(ip: IpAddress): IpText {
  return ip.text;
}

/**
 * Canonical text for the data of an A (4) or AAAA (6) record; null if `text` is no address of that family.
 *
 * Unlike `parseIp` it leaves IPv4-mapped IPv6 as IPv6: that is what the AAAA record says.
 */
export function parseIpText(text: string, family: 4 | 6): IpText | null {
  if (family === 4) return parseQuad(text, 0, text.length) === -1 ? null : (text as IpText);
  if (text.length > 45) return null;
  const words = parseIp6Words(text);
  return words === null ? null : ip6Text(...words);
}

/** The address that an A or AAAA record holds, in the record's own family. */
export function ipFromRdata(text: IpText): IpAddress {
  if (text.indexOf(':') === -1) return ip4(parseQuad(text, 0, text.length), text);
  const [w0, w1, w2, w3] = parseIp6Words(text) ?? [0, 0, 0, 0];
  return { family: 6, w0, w1, w2, w3, text };
}

/** The address whose octets are `bytes` (4 or 16 of them, as in A and AAAA data), in their own family; else null. */
export function ipFromBytes(bytes: Uint8Array): IpAddress | null {
  if (bytes.length !== 4 && bytes.length !== 16) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const w0 = view.getUint32(0);
  if (bytes.length === 4) return ip4(w0, quadText(w0) as IpText);
  const [w1, w2, w3] = [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  return { family: 6, w0, w1, w2, w3, text: ip6Text(w0, w1, w2, w3) };
}

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32` or a bare address (a full-length prefix). Host bits are cleared.
 *
 * An IPv4-mapped prefix of 96 bits or more becomes an IPv4 one. Returns null for bad lengths, also `/024` and `/`.
 */
export function parsePrefix(text: string): IpPrefix | null {
  const slash = text.indexOf('/');
  if (slash === -1) {
    const address = parseIp(text);
    return address === null ? null : { address, length: address.family === 4 ? 32 : 128 };
  }
  const length = parseLength(text, slash + 1);
  const address = parseIp(text.slice(0, slash));
  if (address === null || length === -1) return null;
  if (address.family === 6) return length > 128 ? null : networkOf(address, length);
  if (text.indexOf(':') === -1) return length > 32 ? null : networkOf(address, length);
  if (length > 128) return null;
  if (length >= 96) return networkOf(address, length - 96);
  return networkOf({ family: 6, w0: 0, w1: 0, w2: 0xffff, w3: address.w0, text: address.text }, length);
}

/** The network of `length` bits that `ip` lies in. `length` must fit the family (0–32 or 0–128). */
export function networkOf(ip: IpAddress, length: number): IpPrefix {
  const w0 = (ip.w0 & mask(length)) >>> 0;
  if (ip.family === 4) return { address: w0 === ip.w0 ? ip : ip4(w0, quadText(w0) as IpText), length };
  const w1 = (ip.w1 & mask(length - 32)) >>> 0;
  const w2 = (ip.w2 & mask(length - 64)) >>> 0;
  const w3 = (ip.w3 & mask(length - 96)) >>> 0;
  return { address: { family: 6, w0, w1, w2, w3, text: ip6Text(w0, w1, w2, w3) }, length };
}

/** True if `ip` lies in `prefix`. Addresses of the other family never do. */
export function contains(prefix: IpPrefix, ip: IpAddress): boolean {
  const { address, length } = prefix;
  if (address.family !== ip.family) return false;
  if (((ip.w0 ^ address.w0) & mask(length)) !== 0) return false;
  if (length <= 32) return true;
  return (
    ((ip.w1 ^ address.w1) & mask(length - 32)) === 0 &&
    ((ip.w2 ^ address.w2) & mask(length - 64)) === 0 &&
    ((ip.w3 ^ address.w3) & mask(length - 96)) === 0
  );
}

/** True if both are the same address. */
export function sameIp(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && a.w0 === b.w0 && a.w1 === b.w1 && a.w2 === b.w2 && a.w3 === b.w3;
}

/** `192.0.2.0/24`. */
export function prefixText(prefix: IpPrefix): string {
  return `${prefix.address.text}/${prefix.length}`;
}

/** The name whose PTR records name the host: below in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5). */
export function reverseName(ip: IpAddress): DomainName {
  const w = ip.w0;
  if (ip.family === 4)
    return `${w & 255}.${(w >>> 8) & 255}.${(w >>> 16) & 255}.${w >>> 24}.in-addr.arpa` as DomainName;
  let name = '';
  for (const word of [ip.w3, ip.w2, ip.w1, ip.w0])
    for (let shift = 0; shift < 32; shift += 4) name += `${((word >>> shift) & 15).toString(16)}.`;
  return `${name}ip6.arpa` as DomainName;
}

function ip4(word: number, text: IpText): IpAddress {
  return { family: 4, w0: word, w1: 0, w2: 0, w3: 0, text };
}

/** The first `bits` of a word, clamped to 0–32: a shift by 32 would be a shift by nothing. */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

/** The dotted quad in `text[start, end)` as a word, or -1. A leading zero is refused: some read it as octal. */
function parseQuad(text: string, start: number, end: number): number {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (octet === -1 || ++dots > 3) return -1;
      word = word * 256 + octet;
      octet = -1;
    } else {
      if (code < 0x30 || code > 0x39 || octet === 0) return -1;
      octet = octet === -1 ? code - 0x30 : octet * 10 + (code - 0x30);
      if (octet > 255) return -1;
    }
  }
  return dots === 3 && octet !== -1 ? word * 256 + octet : -1;
}

/** Prefix length at `text[start…]`: one to three digits without a leading zero; -1 if not. */
function parseLength(text: string, start: number): number {
  const digits = text.length - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 0x30)) return -1;
  let length = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return -1;
    length = length * 10 + (code - 0x30);
  }
  return length;
}

/** RFC 4291 §2.2: eight groups, at most one `::` for one group or more, the last two perhaps a dotted quad. */
function parseIp6Words(text: string): [number, number, number, number] | null {
  const groups: number[] = [];
  let gap = -1;
  let i = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return null;
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    const start = i;
    let value = 0;
    let digit = hexDigit(text.charCodeAt(i));
    while (digit !== -1 && i - start < 5) {
      value = value * 16 + digit;
      digit = hexDigit(text.charCodeAt(++i));
    }
    if (i < text.length && text.charCodeAt(i) === DOT) {
      const quad = parseQuad(text, start, text.length);
      if (quad === -1) return null;
      groups.push(quad >>> 16, quad & 0xffff);
      break;
    }
    if (i === start || i - start > 4 || groups.length === 8) return null;
    groups.push(value);
    if (i === text.length) break;
    if (text.charCodeAt(i) !== COLON) return null;
    i++;
    if (text.charCodeAt(i) === COLON) {
      if (gap !== -1) return null;
      gap = groups.length;
      i++;
    } else if (i === text.length) return null;
  }
  return wordsOf(groups, gap);
}

function wordsOf(groups: readonly number[], gap: number): [number, number, number, number] | null {
  const missing = 8 - groups.length;
  if (gap === -1 ? missing !== 0 : missing < 1) return null;
  const group = (i: number): number => {
    if (gap === -1 || i < gap) return groups[i] ?? 0;
    return i < gap + missing ? 0 : (groups[i - missing] ?? 0);
  };
  const word = (i: number): number => group(i) * 65_536 + group(i + 1);
  return [word(0), word(2), word(4), word(6)];
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function quadText(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two zero groups or more as `::`, the first if equal. */
function ip6Text(w0: number, w1: number, w2: number, w3: number): IpText {
  // RFC 5952 §5: a mixed notation for the well-known mapped prefix.
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${quadText(w3)}` as IpText;
  const groups = [w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff, w2 >>> 16, w2 & 0xffff, w3 >>> 16, w3 & 0xffff];
  const run = longestZeroRun(groups);
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === run.start) {
      text += '::';
      i += run.length - 1;
    } else {
      if (text !== '' && !text.endsWith(':')) text += ':';
      text += (groups[i] ?? 0).toString(16);
    }
  }
  return text as IpText;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    if (end > i) i = end;
  }
  return best;
}
