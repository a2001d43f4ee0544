// Addresses as 32-bit words and as text. No objects are made here: record parsers call this for every address they read.

/** Canonical text of an address (RFC 5952 for IPv6). Records hold this, so that plans and snapshots stay plain JSON. */
export type IpText = string & { readonly __brand: 'IpText' };

const DOT = 0x2e;
const COLON = 0x3a;
/** Eight groups, the last two as a dotted quad. */
const MAX_IP6_LENGTH = 45;

/** The dotted quad in `text[start, end)` as a word, or -1. A leading zero is refused: some read it as octal. */
export function parseQuad(text: string, start: number, end: number): number {
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

/** The four words of an IPv6 address, or null. RFC 4291 §2.2: eight groups, at most one `::` for one group or more, the last two perhaps a dotted quad. */
export function parseIp6Words(text: string): [number, number, number, number] | null {
  if (text.length > MAX_IP6_LENGTH) return null;
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

export function quadText(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two zero groups or more as `::`, the first if equal. */
export function ip6Text(w0: number, w1: number, w2: number, w3: number): IpText {
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
