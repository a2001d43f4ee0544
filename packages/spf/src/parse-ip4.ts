import { DOT, isDigit, SLASH, SPACE } from './chars.ts';
import type { Draft } from './parse-draft.ts';

const NO_PREFIX = -1;

/**
 * Reads the term at `start` if it is a plain `ip4:192.0.2.0/24`, which is what most of all records consist of.
 *
 * One pass, and no look for the term's end first. Returns where the term ends, or -1 for anything else, errors too:
 * `readMechanism` then says what it is.
 */
export function readPlainIp4(draft: Draft, start: number): number {
  const { text } = draft;
  const { length } = text;
  if (!startsWithIp4(text, start)) return -1;
  let address = 0;
  let dots = 0;
  let octet = 0;
  let digits = 0;
  let at = start + 4;
  let code = SPACE;
  for (; ; at++) {
    code = at < length ? text.charCodeAt(at) : SPACE;
    if (isDigit(code)) {
      if (digits > 0 && octet === 0) return -1; // a leading zero
      octet = octet * 10 + code - 0x30;
      if (octet > 255) return -1;
      digits++;
    } else {
      if (digits === 0) return -1;
      address = (address << 8) | octet;
      if (code !== DOT) break;
      if (++dots > 3) return -1;
      octet = 0;
      digits = 0;
    }
  }
  if (dots !== 3) return -1;
  let prefix = 32;
  if (code === SLASH) {
    prefix = readShortPrefix(text, at + 1);
    at += prefix < 10 ? 2 : 3;
    code = at < length ? text.charCodeAt(at) : SPACE;
  }
  if (code !== SPACE || prefix === NO_PREFIX) return -1;
  draft.directives.push({
    qualifier: '+',
    mechanism: { name: 'ip4', w0: address, w1: 0, w2: 0, w3: 0, prefix },
    span: { start, end: at },
  });
  return at;
}

/** The one or two digits at `at` as a prefix length without a leading zero, or `NO_PREFIX`. */
function readShortPrefix(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (!isDigit(first)) return NO_PREFIX;
  const second = text.charCodeAt(at + 1);
  if (!isDigit(second)) return first - 0x30;
  const prefix = (first - 0x30) * 10 + second - 0x30;
  return prefix >= 10 && prefix <= 32 ? prefix : NO_PREFIX;
}

function startsWithIp4(text: string, at: number): boolean {
  return (
    text.length > at + 10 &&
    text.charCodeAt(at) === 0x69 &&
    text.charCodeAt(at + 1) === 0x70 &&
    text.charCodeAt(at + 2) === 0x34 &&
    text.charCodeAt(at + 3) === 0x3a
  );
}
