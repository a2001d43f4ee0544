import { type IpText, ip6Text, parseIp6Words, parseQuad, quadText } from './ip-text.ts';
import type { DomainName } from './name.ts';

export type { IpText } from './ip-text.ts';

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

/**
 * Reads an address: a dotted quad without leading zeros, or any form of RFC 4291 §2.2.
 *
 * IPv4-mapped IPv6 becomes IPv4 (RFC 7208 §5). Returns null for anything else: `127.1`, `010.0.0.1` (octal to some),
 * zone ids, ports, spaces. Never throws.
 */
export function parseIp(text: string): IpAddress | null {
  const word = parseQuad(text, 0, text.length);
  if (word !== -1) return ip4(word, text as IpText);
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
