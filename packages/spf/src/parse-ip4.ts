import { DOT, isDigit, SLASH, SPACE } from './chars.ts';
import type { Draft } from './parse-draft.ts';

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
    const prefixStart = ++at;
    prefix = 0;
    while (at < length && isDigit(text.charCodeAt(at)) && at < prefixStart + 2) {
      prefix = prefix * 10 + text.charCodeAt(at++) - 0x30;
    }
    const isBad = at === prefixStart || prefix > 32 || (at > prefixStart + 1 && prefix < 10);
    code = at < length ? text.charCodeAt(at) : SPACE;
    if (isBad) return -1;
  }
  if (code !== SPACE) return -1;
  draft.directives.push({
    qualifier: '+',
    mechanism: { name: 'ip4', w0: address, w1: 0, w2: 0, w3: 0, prefix },
    span: { start, end: at },
  });
  return at;
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
