import { describe, expect, test } from 'vitest';
import {
  comment,
  decodeText,
  dotAtomOrQuoted,
  encodeText,
  folded,
  isDotAtom,
  isToken,
  lineLength,
  quoted,
  shortened,
  shortenedAddress,
  tokenOrQuoted,
} from '../src/headers-text.ts';

const CHARACTERS = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));

describe('printable ASCII', () => {
  test.each([
    [' ', ' '],
    ['~', '~'],
    ['\x7f', '\\x{7F}'],
    ['\x1f', '\\x{1F}'],
    ['a\xa0b', 'a\\x{A0}b'],
    ['\uffffA', '\\x{FFFF}A'],
    ['\u{10000}A', '\\x{10000}A'],
    ['\ud800A', '\\x{D800}A'], // half of a pair
    ['\\x', '\\x'],
    ['\\x{41}', '\\x{5C}x{41}'], // it would be read as one of ours
    ['\\\\x{', '\\\\x{5C}x{'],
  ])('%j is written as %j, and read back', (text, expected) => {
    expect(encodeText(text)).toBe(expected);
    expect(decodeText(expected)).toBe(text);
  });
});

describe('what needs no quotes', () => {
  test('the characters of an atom are those of RFC 5322 §3.2.3', () => {
    const atext = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]$/;
    expect(CHARACTERS.filter(isDotAtom)).toEqual(CHARACTERS.filter((character) => atext.test(character)));
  });
  test('the characters of a token are those of RFC 2045 §5.1', () => {
    const token = /^[^\0-\x20\x7f-\u{10ffff}()<>@,;:\\"/[\]?=]$/u;
    expect(CHARACTERS.filter(isToken)).toEqual(CHARACTERS.filter((character) => token.test(character)));
  });
  test.each([
    ['', false],
    ['.', false],
    ['.a', false],
    ['a.', false],
    ['a..b', false],
    ['a.b.c', true],
  ])('%j is a dot-atom: %s', (text, expected) => {
    expect(isDotAtom(text)).toBe(expected);
    expect(dotAtomOrQuoted(text)).toBe(expected ? text : `"${text}"`);
  });
  test.each([
    ['', '""'],
    ['a.b', 'a.b'],
    ['a/b', '"a/b"'],
    ['a"b', '"a\\"b"'],
  ])('as a token or in quotes %j is %s', (text, expected) => expect(tokenOrQuoted(text)).toBe(expected));
});

test.each([
  ['a"b\\(c)', '"a\\"b\\\\(c)"', '(a"b\\\\\\(c\\))'],
  ['é', '"\\\\x{E9}"', '(\\\\x{E9})'],
])('%j in quotes is %s, and in a comment %s', (text, inQuotes, inComment) => {
  expect(quoted(text)).toBe(inQuotes);
  expect(comment(text)).toBe(inComment);
});

describe('shortening', () => {
  test.each([
    ['what fits stays', 'abcdefgh', 8, 'abcdefgh'],
    ['what is one too long ends in three dots', 'abcdefghi', 8, 'abcde...'],
    ['an escape takes two characters', 'ab"d"fghi', 8, 'ab"d...'],
    ['a character in hexadecimal takes its backslash twice', 'éabcdefgh', 13, 'éabc...'],
    ['nothing is kept of what has no room', 'éabcdefgh', 9, '...'],
    ['every unit at its longest', '\uffff\uffff', 18, '\uffff\uffff'],
    ['one less than that', '\uffff\uffff', 17, '\uffff...'],
    ['a character beyond 16 bits stays or goes as one', '\u{1F600}\u{1F600}', 19, '\u{1F600}...'],
    ['a backslash that would read as one of ours', 'ab\\x{c', 12, 'ab\\x{c'],
    ['and with no room for its hexadecimal', 'ab\\x{c', 11, 'ab...'],
  ])('%s', (_title, text, length, expected) => expect(shortened(text, length)).toBe(expected));

  test.each([
    ['an address that fits stays', 'abcd@b.example', 14, 'abcd@b.example'],
    ['of one that is too long the local part is cut', 'abcd@b.example', 13, '...@b.example'],
    ['with as much of it as there is room for', 'abcdefgh@b.example', 17, 'abcd...@b.example'],
    ['with no room for the dots it is none', 'abcd@b.example', 12, null],
    ['the domain is behind the last at sign', 'abcd@c@b.example', 14, 'a...@b.example'],
    ['its escapes count', 'abcd@"', 5, null],
    ['a name is never cut', 'mx.b.example', 11, null],
  ])('%s', (_title, text, length, expected) => expect(shortenedAddress(text, length)).toBe(expected));
});

describe('folding', () => {
  const wordOf = (length: number): string => 'w'.repeat(length);
  test.each<[string, number[], string]>([
    ['a line of 78 characters is whole', [39, 38], `${wordOf(39)} ${wordOf(38)}`],
    ['one of 79 is folded', [39, 39], `${wordOf(39)}\r\n\t${wordOf(39)}`],
    ['the tab counts', [70, 77, 1], `${wordOf(70)}\r\n\t${wordOf(77)}\r\n\t${wordOf(1)}`],
    ['with room for a space and a letter', [70, 75, 1], `${wordOf(70)}\r\n\t${wordOf(75)} ${wordOf(1)}`],
    ['a long word at the beginning stands alone', [90, 1], `${wordOf(90)}\r\n\tw`],
    ['nothing', [], ''],
  ])('%s', (_title, lengths, expected) => expect(folded(lengths.map(wordOf))).toBe(expected));

  test.each([
    [['abc'], 3],
    [['abc', 'de'], 6],
  ])('as one line %j has %i characters', (words, expected) => {
    expect(lineLength(words)).toBe(expected);
    expect(words.join(' ')).toHaveLength(expected);
  });
});
