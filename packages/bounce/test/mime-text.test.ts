import { describe, expect, test } from 'vitest';
import { isAscii, normaliseHeader, normaliseMessage } from '../src/mime-text.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('one form for every message', () => {
  test.each([
    ['LF', 'a: b\n\nc\n', 'a: b\n\nc\n'],
    ['CRLF', 'a: b\r\n\r\nc\r\n', 'a: b\n\nc\n'],
    ['CR', 'a: b\r\rc\r', 'a: b\n\nc\n'],
    ['CR CR LF', 'a: b\r\r\n\r\r\nc', 'a: b\n\nc'],
    ['mixed', 'a: b\r\nc: d\n\re', 'a: b\nc: d\n\ne'],
    ['byte order mark', '\u00ef\u00bb\u00bfa: b\n', 'a: b\n'],
    ['leading blank lines', '\n\r\na: b\n', 'a: b\n'],
    ['mbox lines', 'From x\n>From y\n\na: b\n', 'a: b\n'],
    ['a From header is none', 'From: x\n', 'From: x\n'],
    ['nothing', '', ''],
  ])('%s', (_name, from, to) => expect(normaliseMessage(bytes(from), 1000).text).toBe(to));

  test('what exceeds the limit is cut and said to be', () => {
    expect(normaliseMessage(bytes('abcdef'), 3)).toEqual({ text: 'abc', isCut: true });
    expect(normaliseMessage(bytes('abc'), 3).isCut).toBe(false);
  });
});

describe('the header alone', () => {
  test.each([
    ['LF', 'a: b\nc: d\n\nbody: x\n\n', 'a: b\nc: d\n'],
    ['CRLF', 'a: b\r\nc: d\r\n\r\nbody', 'a: b\nc: d\n'],
    ['CR', 'a: b\rc: d\r\rbody\n', 'a: b\nc: d\n'],
    ['CR CR LF', 'a: b\r\r\nc: d\r\r\n\r\r\nbody', 'a: b\nc: d\n'],
    ['an empty line of blanks', 'a: b\n \t\nbody', 'a: b\n'],
    ['no body', 'a: b', 'a: b'],
    ['blank lines in front', '\n\na: b\n\nbody', 'a: b\n'],
  ])('%s', (_name, from, to) => expect(normaliseHeader(bytes(from))).toBe(to));
});

test('ASCII is told from the rest', () => {
  expect(isAscii('abc\u0000\u007f')).toBe(true);
  expect(isAscii('\u0080')).toBe(false);
});
