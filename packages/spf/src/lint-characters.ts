import type { Span } from './ast.ts';

/** A text without the characters that no record may hold, and where each of its characters stood in the source. */
export type CleanText = {
  readonly text: string;
  /** `spans[i]` is the place of `text[i]` in the source. */
  readonly spans: readonly Span[];
  readonly changes: readonly CharacterChange[];
};

/** One kind of odd character at one place. Neighbours of a kind are one change. */
type CharacterChange = {
  readonly kind: 'quotes' | 'odd-character';
  readonly message: string;
  readonly span: Span;
};

type Reading = { readonly code: number; readonly length: number };

const QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u201b';
const SPACES =
  '\t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000';
const DASHES = '\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63';
const TILDES = '\u02dc\u223c\u301c';
const COLONS = '\ua789\u2236';
/** Zero-width and bidi characters, the soft hyphen, the byte order mark. */
const INVISIBLE =
  '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff';

/**
 * Replaces or removes what word processors, web pages and DNS panels leave in a record: no-break and other spaces,
 * typographic dashes and quotes, straight quotes, invisible characters, fullwidth forms.
 *
 * TXT data comes as one character an octet; UTF-8 sequences in it are read as what they mean. Letters of other
 * scripts stay.
 */
export function cleanText(source: string): CleanText {
  let text = '';
  const spans: Span[] = [];
  const changes: CharacterChange[] = [];
  for (let at = 0; at < source.length; ) {
    const { code, length } = readCodePoint(source, at);
    const span = { start: at, end: at + length };
    at += length;
    const character = String.fromCodePoint(code);
    const plain = plainOf(character, code);
    if (plain !== character) note(changes, character, plain, span);
    for (const unit of plain.split('')) {
      text += unit;
      spans.push(span);
    }
  }
  return { text, spans, changes };
}

/** The ASCII that `character` was meant to be, '' for nothing, or `character` itself. */
function plainOf(character: string, code: number): string {
  if (code > 0x20 && code < 0x7f && character !== '"') return character;
  if (character === ' ') return character;
  if (QUOTES.includes(character)) return '';
  if (SPACES.includes(character)) return ' ';
  if (DASHES.includes(character)) return '-';
  if (TILDES.includes(character)) return '~';
  if (COLONS.includes(character)) return ':';
  if (INVISIBLE.includes(character) || code < 0x20 || code === 0x7f) return '';
  // The fullwidth forms of printable ASCII.
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return character;
}

function note(changes: CharacterChange[], character: string, plain: string, span: Span): void {
  const kind = QUOTES.includes(character) ? 'quotes' : 'odd-character';
  const message =
    kind === 'quotes'
      ? 'quotation marks have become part of the record'
      : `${characterName(character)} stands where ${plainName(plain)} should stand`;
  const last = changes.at(-1);
  if (last !== undefined && last.message === message && last.span.end === span.start) {
    changes[changes.length - 1] = { ...last, span: { start: last.span.start, end: span.end } };
  } else {
    changes.push({ kind, message, span });
  }
}

const NAMES: Readonly<Record<string, string>> = {
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a line break',
  '\u00a0': 'a no-break space',
  '\u200b': 'a zero-width space',
  '\u2013': 'an en dash',
  '\u2014': 'an em dash',
  '\u2212': 'a minus sign',
  '\ufeff': 'a byte order mark',
};

function characterName(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const name = NAMES[character];
  return name === undefined ? `the character U+${code}` : `${name} (U+${code})`;
}

function plainName(plain: string): string {
  if (plain === '') return 'nothing';
  return plain === ' ' ? 'a plain space' : `"${plain}"`;
}

/** The character at `at`; two to four octets that are UTF-8 count as one. */
function readCodePoint(source: string, at: number): Reading {
  const first = source.codePointAt(at) ?? 0;
  const extra =
    first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
  if (extra === 0 || first > 0xff) return { code: first, length: first > 0xffff ? 2 : 1 };
  let code = first & (0x3f >> extra);
  for (let i = 1; i <= extra; i++) {
    const next = source.charCodeAt(at + i);
    if (Number.isNaN(next) || next < 0x80 || next > 0xbf) return { code: first, length: 1 };
    code = (code << 6) | (next & 0x3f);
  }
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
    ? { code: first, length: 1 }
    : { code, length: extra + 1 };
}
