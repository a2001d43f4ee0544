import { describe, expect, test } from 'vitest';
import { decodeHeaderValue, MAX_HEADER_VALUE, unfold } from '../src/mime-words.ts';

describe('a header value for reading (RFC 2047)', () => {
  test.each([
    [' plain ', 'plain'],
    ['a\n\tb\n c', 'a b c'],
    ['=?utf-8?q?caf=C3=A9_au_lait?=', 'café au lait'],
    ['=?UTF-8?B?w6k=?=', 'é'],
    ['=?utf-8*en?q?a?= =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?= and =?utf-8?q?b?=', 'a and b'],
    ['=?utf-8?b?w6?= =?utf-8?b?qQ==?=', 'é'],
    ['=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=', 'éé'],
    ['=?broken', '=?broken'],
    ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
    ['raw \u00c3\u00a9', 'raw é'],
  ])('%s', (raw, value) => expect(decodeHeaderValue(raw)).toBe(value));

  test('is cut at its limit', () => expect(decodeHeaderValue('x'.repeat(1_000_000))).toHaveLength(MAX_HEADER_VALUE));
});

test('unfolding joins with one blank', () => expect(unfold('a\n   b')).toBe('a b'));
