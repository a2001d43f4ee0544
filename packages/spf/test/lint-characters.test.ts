import { describe, expect, test } from 'vitest';
import { cleanText } from '../src/lint-characters.ts';

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Characters that look like those of a record, and what they were meant to be. */
const MEANT: readonly (readonly [characters: string, plain: string])[] = [
  ['"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u201b', ''],
  ['\t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000', ' '],
  ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63', '-'],
  ['\u02dc\u223c\u301c', '~'],
  ['\ua789\u2236', ':'],
  ['\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\0\x01\x1f\x7f', ''],
  ['\uff01', '!'],
  ['\uff1a', ':'],
  ['\uff41', 'a'],
  ['\uff5e', '~'],
];

describe('what stands for a plain character', () => {
  const cases = MEANT.flatMap(([characters, plain]) => [...characters].map((one) => [one, plain] as const));
  test.each(cases)('%j is read as %j, as text and as octets of UTF-8', (character, plain) => {
    expect(cleanText(`a${character}b`).text).toBe(`a${plain}b`);
    expect(cleanText(octets(`a${character}b`)).text).toBe(`a${plain}b`);
  });

  test('printable ASCII but the quotation mark stays, and so do letters of other scripts', () => {
    const ascii = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('');
    expect(cleanText(ascii)).toMatchObject({ text: ascii.replace('"', '') });
    for (const text of ['bücher', 'пример', '例え', '\uff00\uff5f', '\u{1f4e7}']) {
      expect(cleanText(text)).toMatchObject({ text, changes: [] });
      expect(cleanText(octets(text))).toMatchObject({ text, changes: [] });
    }
  });
});

/** RFC 3629 §4: what is no UTF-8 is one character an octet. */
describe('octets that are no UTF-8', () => {
  test.each([
    '\xc2', // cut short
    '\xc2x',
    '\xe2\x80',
    '\xe2\x80x',
    '\xf0\x9f\x93',
    '\xc1\xbf', // longer than it must be
    '\xc2\x7e',
    '\xc2\xc0',
    '\xed\xa1\x80', // half of a surrogate pair
    '\xed\xbf\xbf',
    '\xf4\x90\x80\x80', // beyond U+10FFFF
    '\xf5\x80\x80\x80',
    '\x80',
    '\xa1\xa1\xa1\xa1',
    '\uffffa',
  ])('%j stays', (text) => expect(cleanText(text)).toMatchObject({ text, changes: [] }));

  test.each([
    ['\xc2\x80', '\u0080'],
    ['\xdf\xbf', '\u07ff'],
    ['\xe0\xa0\x80', '\u0800'],
    ['\xed\x9f\xbf', '\ud7ff'],
    ['\xee\x80\x80', '\ue000'],
    ['\xef\xbf\xbd', '\ufffd'],
    ['\xf0\x90\x80\x80', '\u{10000}'],
    ['\xf4\x8f\xbf\xbf', '\u{10ffff}'],
  ])('%j is %j', (text, expected) => expect(cleanText(text).text).toBe(expected));
});

describe('what is told', () => {
  const told = (text: string): readonly unknown[] =>
    cleanText(text).changes.map(({ kind, message, span }) => [kind, message, span.start, span.end]);
  test.each<[string, readonly unknown[]]>([
    [
      '"v=spf1" ',
      [
        ['quotes', 'quotation marks have become part of the record', 0, 1],
        ['quotes', 'quotation marks have become part of the record', 7, 8],
      ],
    ],
    ['a\u2019\u201db', [['quotes', 'quotation marks have become part of the record', 1, 3]]],
    ['a\t\tb', [['odd-character', 'a tab (U+0009) stands where a plain space should stand', 1, 3]]],
    [
      'a\t\u00a0b',
      [
        ['odd-character', 'a tab (U+0009) stands where a plain space should stand', 1, 2],
        ['odd-character', 'a no-break space (U+00A0) stands where a plain space should stand', 2, 3],
      ],
    ],
    ['a\n', [['odd-character', 'a line break (U+000A) stands where a plain space should stand', 1, 2]]],
    ['a\r', [['odd-character', 'a line break (U+000D) stands where a plain space should stand', 1, 2]]],
    ['\u200ba', [['odd-character', 'a zero-width space (U+200B) stands where nothing should stand', 0, 1]]],
    ['\ufeffa', [['odd-character', 'a byte order mark (U+FEFF) stands where nothing should stand', 0, 1]]],
    ['\u2013all', [['odd-character', 'an en dash (U+2013) stands where "-" should stand', 0, 1]]],
    ['\xe2\x80\x94all', [['odd-character', 'an em dash (U+2014) stands where "-" should stand', 0, 3]]],
    ['\u2212all', [['odd-character', 'a minus sign (U+2212) stands where "-" should stand', 0, 1]]],
    ['\u223call', [['odd-character', 'the character U+223C stands where "~" should stand', 0, 1]]],
    ['\x7fa', [['odd-character', 'the character U+007F stands where nothing should stand', 0, 1]]],
  ])('of %j', (text, expected) => expect(told(text)).toEqual(expected));

  test('every character knows where it stood', () => {
    expect(cleanText('a\xe2\x80\x93\u{1f4e7}b').spans.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 4],
      [4, 6],
      [4, 6],
      [6, 7],
    ]);
  });
});
