import type { IpAddress } from '@unsent/dns';
import type { NetworkMechanism } from './ast.ts';
import { COLON, DOT, isDigit } from './chars.ts';

/** Four 32-bit words, signed, as bit operators give them. An IPv4 address lives in `w0`. */
export type Words = Pick<NetworkMechanism, 'w0' | 'w1' | 'w2' | 'w3'>;

/** Not a 32-bit number, so no address is mistaken for it. */
export const NO_ADDRESS = -1;

/**
 * Reads the dotted quad that fills `text` from `start` to `end` (qnum, RFC 7208 §12: no leading zeros).
 *
 * Returns the unsigned number, or `NO_ADDRESS`.
 */
export function readIp4(text: string, start: number, end: number): number {
  let address = 0;
  let octets = 0;
  let at = start;
  while (true) {
    const from = at;
    let octet = 0;
    for (let code = text.charCodeAt(at); at < end && isDigit(code); code = text.charCodeAt(++at)) {
      octet = octet * 10 + code - 0x30;
      if (at - from >= 3) return NO_ADDRESS;
    }
    const digits = at - from;
    if (digits === 0 || octet > 255 || (digits > 1 && text.charCodeAt(from) === 0x30)) return NO_ADDRESS;
    address = address * 256 + octet;
    octets++;
    if (at === end) return octets === 4 ? address : NO_ADDRESS;
    if (octets === 4 || text.charCodeAt(at) !== DOT) return NO_ADDRESS;
    at++;
  }
}

/**
 * Reads the IPv6 address that fills `text` from `start` to `end` (RFC 4291 §2.2, all three forms; no zone id).
 *
 * Returns null for anything else. IPv4-mapped addresses stay IPv6 here.
 */
export function readIp6(text: string, start: number, end: number): Words | null {
  // The longest form has 45 characters: eight groups with a dotted quad for the last two.
  if (end - start < 2 || end - start > 45) return null;
  const groups: number[] = [];
  let gap = -1; // how many groups stood before the `::`
  let at = start;
  if (text.charCodeAt(at) === COLON) {
    if (text.charCodeAt(at + 1) !== COLON) return null;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const groupEnd = endOfGroup(text, at, end);
    const isLast = groupEnd === end;
    if (isLast && hasDot(text, at, end)) {
      const quad = readIp4(text, at, end);
      if (quad === NO_ADDRESS) return null;
      groups.push(quad >>> 16, quad & 0xffff);
      break;
    }
    const group = readHex(text, at, groupEnd);
    if (group === NO_ADDRESS) return null;
    groups.push(group);
    at = groupEnd;
    if (isLast) break;
    at++; // the colon
    if (at === end) return null; // a single colon at the end
    if (text.charCodeAt(at) === COLON) {
      if (gap !== -1) return null;
      gap = groups.length;
      at++;
    }
  }
  return wordsOf(groups, gap);
}

function hasDot(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === DOT) return true;
  return false;
}

function endOfGroup(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) !== COLON) at++;
  return at;
}

function readHex(text: string, start: number, end: number): number {
  if (end === start || end - start > 4) return NO_ADDRESS;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = hexDigit(text.charCodeAt(i));
    if (digit === NO_ADDRESS) return NO_ADDRESS;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return NO_ADDRESS;
}

function wordsOf(groups: readonly number[], gap: number): Words | null {
  const missing = 8 - groups.length;
  // `::` stands for one group or more (RFC 4291 §2.2).
  if (gap === -1 ? missing !== 0 : missing < 1) return null;
  const gapStart = gap === -1 ? 8 : gap;
  return {
    w0: wordAt(groups, gapStart, missing, 0),
    w1: wordAt(groups, gapStart, missing, 2),
    w2: wordAt(groups, gapStart, missing, 4),
    w3: wordAt(groups, gapStart, missing, 6),
  };
}

function wordAt(groups: readonly number[], gapStart: number, missing: number, index: number): number {
  return (groupAt(groups, gapStart, missing, index) << 16) | groupAt(groups, gapStart, missing, index + 1);
}

function groupAt(groups: readonly number[], gapStart: number, missing: number, index: number): number {
  if (index < gapStart) return groups[index] ?? 0;
  return index < gapStart + missing ? 0 : (groups[index - missing] ?? 0);
}

/** Do the first `prefix` bits of the client's address and of `network` agree? Both are of the same family. */
export function sharesPrefix(ip: IpAddress, network: Words, prefix: number): boolean {
  if (prefix === 0) return true;
  if (prefix <= 32) return (ip.w0 ^ network.w0) >>> (32 - prefix) === 0;
  if ((ip.w0 ^ network.w0) !== 0) return false;
  if (prefix <= 64) return (ip.w1 ^ network.w1) >>> (64 - prefix) === 0;
  if ((ip.w1 ^ network.w1) !== 0) return false;
  if (prefix <= 96) return (ip.w2 ^ network.w2) >>> (96 - prefix) === 0;
  if ((ip.w2 ^ network.w2) !== 0) return false;
  return (ip.w3 ^ network.w3) >>> (128 - prefix) === 0;
}

/** True if the address written in `text`, as an A or AAAA record holds it, shares the first `prefix` bits with `ip`. */
export function textSharesPrefix(ip: IpAddress, text: string, prefix: number): boolean {
  if (ip.family === 4) {
    const address = readIp4(text, 0, text.length);
    if (address === NO_ADDRESS) return false;
    return prefix === 0 || (ip.w0 ^ address) >>> (32 - prefix) === 0;
  }
  const words = readIp6(text, 0, text.length);
  return words !== null && sharesPrefix(ip, words, prefix);
}
