import { describe, expect, test } from 'vitest';
import { heldName, nameIs, readName, skipName } from '../src/wire-name.ts';

/** Labels as octets: strings become labels, numbers stay octets. */
function octets(...parts: readonly (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.of(part) : Buffer.concat([Buffer.of(part.length), Buffer.from(part, 'latin1')]),
    ),
  );
}

const long = 'a'.repeat(63);

describe('readName', () => {
  test.each<readonly [string, Buffer, number, string]>([
    ['labels', octets('www', 'example', 0), 0, 'www.example'],
    ['the root', octets(0), 0, '.'],
    ['capitals', octets('WwW', 'EXAMPLE', 0), 0, 'www.example'],
    ['a pointer', octets('example', 0, 'www', 0xc0, 0), 9, 'www.example'],
    ['a pointer to a pointer', octets('example', 0, 0xc0, 0, 'www', 0xc0, 9), 11, 'www.example'],
    ['a dot inside a label', octets('a.b', 'example', 0), 0, 'a\\.b.example'],
    ['a backslash', octets('a\\b', 0), 0, 'a\\\\b'],
    ['a space and octets beyond ASCII', octets('a \xfc\x00', 0), 0, 'a\\032\\252\\000'],
    ['255 octets', octets(long, long, long, 'b'.repeat(61), 0), 0, `${long}.${long}.${long}.${'b'.repeat(61)}`],
  ])('%s', (_what, message, offset, expected) => {
    expect(readName(message, offset)).toBe(expected);
    expect(heldName(readName(message, offset))).toBe(expected.includes('\\') || expected === '.' ? null : expected);
  });

  test.each<readonly [string, Buffer, number]>([
    ['256 octets', octets(long, long, long, 'b'.repeat(62), 0), 0],
    ['no end', octets('www'), 0],
    ['a label that is cut off', Buffer.of(5, 97, 98), 0],
    ['a pointer to itself', octets(0xc0, 0), 0],
    ['a circle through a label', octets('a', 0xc0, 0), 0],
    ['a pointer forward', octets(0xc0, 2, 'a', 0), 0],
    ['half a pointer', octets('a', 0xc0), 0],
    ['a label of another kind', octets(0x41, 0), 0],
    [
      'ten pointers in a row',
      Buffer.concat([octets(0), ...Array.from({ length: 10 }, (_, i) => octets(0xc0, i === 0 ? 0 : i * 2 - 1))]),
      19,
    ],
    ['an offset outside', octets(0), 5],
  ])('%s is malformed', (_what, message, offset) => {
    expect(() => readName(message, offset)).toThrow();
  });
});

describe('nameIs', () => {
  test.each<readonly [string, Buffer, string, boolean]>([
    ['the same', octets('www', 'example', 0), 'www.example', true],
    ['other case', octets('WWW', 'Example', 0), 'www.example', true],
    ['shorter', octets('www', 0), 'www.example', false],
    ['longer', octets('www', 'example', 'com', 0), 'www.example', false],
    ['labels cut elsewhere', octets('www.example', 0), 'www.example', false],
    ['the same letters in other labels', octets('wwwe', 'xample', 0), 'www.example', false],
    ['a prefix', octets('www', 'exam', 0), 'www.example', false],
    ['the root', octets(0), 'www.example', false],
    ['a bracket for a brace', octets('[', 0), '{', false],
  ])('%s', (_what, message, text, expected) => {
    expect(nameIs(message, 0, text)).toBe(expected);
  });
});

test.each<readonly [string, Buffer, number]>([
  ['labels', octets('www', 'example', 0, 7), 13],
  ['a pointer', octets('www', 0xc0, 0, 7), 6],
])('skipName: %s', (_what, message, expected) => {
  expect(skipName(message, 0)).toBe(expected);
});
