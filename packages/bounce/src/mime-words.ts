import { decodeCharset } from './mime-charset.ts';
import { isAscii } from './mime-text.ts';
import { decodeQuotedPrintable } from './mime-transfer.ts';

/** Longest header value that is decoded for reading; what follows is left out. */
export const MAX_HEADER_VALUE = 8192;

/**
 * A header value for reading: unfolded, RFC 2047 words decoded, raw 8-bit bytes read as UTF-8 or windows-1252.
 * Cut after `MAX_HEADER_VALUE` bytes.
 */
export function decodeHeaderValue(raw: string): string {
  const value = unfold(raw.length > MAX_HEADER_VALUE ? raw.slice(0, MAX_HEADER_VALUE) : raw);
  if (!value.includes('=?')) return isAscii(value) ? value : decodeCharset(value, null);
  return decodeWords(isAscii(value) ? value : decodeCharset(value, null));
}

/** Joins folded lines (RFC 5322 §2.2.3) and trims. */
export function unfold(raw: string): string {
  return raw.includes('\n') ? raw.replace(/\n[ \t]*/g, ' ').trim() : raw.trim();
}

// RFC 2047 §2 with bounded lengths; real encoders exceed 75 chars a word, so the bound is wide.
const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\n]{0,4000})\?=/g;

type Word = { charset: string; bytes: string };

function decodeWords(value: string): string {
  let out = '';
  let at = 0;
  let pending: Word | null = null;
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(at, match.index);
    const word = wordBytes(match);
    at = match.index + match[0].length;
    // RFC 2047 §6.2: white space between encoded words is not shown; a multibyte char may be split over two words.
    if (pending !== null && between.trim() === '' && pending.charset === word.charset) {
      pending = { charset: word.charset, bytes: pending.bytes + word.bytes };
      continue;
    }
    out += shown(pending) + (pending !== null && between.trim() === '' ? '' : between);
    pending = word;
  }
  return out + shown(pending) + value.slice(at);
}

function shown(word: Word | null): string {
  return word === null ? '' : decodeCharset(word.bytes, word.charset);
}

function wordBytes(match: RegExpExecArray): Word {
  const [, charset = '', encoding = '', text = ''] = match;
  const bytes =
    encoding === 'b' || encoding === 'B'
      ? Buffer.from(text, 'base64').toString('latin1')
      : decodeQuotedPrintable(text.replaceAll('_', ' '));
  return { charset: charset.toLowerCase(), bytes };
}
