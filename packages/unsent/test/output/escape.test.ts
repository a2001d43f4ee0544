import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeForTerminal } from '../../src/output/escape.ts';

describe('text of strangers', () => {
  test.each([
    ['colours and cursor movements', 'a\x1b[31mb\x1b[2J', 'a\\e[31mb\\e[2J'],
    ['a new window title', '\x1b]0;owned\x07', '\\e]0;owned\\x07'],
    ['C1 controls, which 8-bit terminals obey', '\u009b31m\u0090q\u009c', '\\x9b31m\\x90q\\x9c'],
    ['line ends and tabs', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['NUL, backspace, DEL', '\0\b\x7f', '\\x00\\x08\\x7f'],
    ['a bidi override: exe.gnp looks like png.exe', 'invoice\u202egnp.exe', 'invoice\\u202egnp.exe'],
    ['bidi isolates and marks', '\u2066a\u2069\u200e\u200f\u061c', '\\u2066a\\u2069\\u200e\\u200f\\u061c'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['zero-width characters and the soft hyphen', 'pay\u200bpal\u00ad\ufeff', 'pay\\u200bpal\\xad\\ufeff'],
    ['tags, which hide whole texts', 'a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
    ['fillers that look like nothing', 'a\u3164b\u115f', 'a\\u3164b\\u115f'],
    ['half a surrogate pair', 'a\ud83d!', 'a\\ud83d!'],
    ['noncharacters', '\uffff\ufdd0', '\\uffff\\ufdd0'],
    ['an interlinear annotation', '\ufff9x\ufffb', '\\ufff9x\\ufffb'],
  ])('%s become visible', (_, text, shown) => {
    expect(escapeForTerminal(text)).toBe(shown);
  });

  test.each([
    'plain ASCII, with punctuation: <a@b.example>!',
    'Grüße aus Köln',
    'Ваш заказ готов',
    '見積書について',
    'مرحبا بالعالم',
    '❤️ 🎉',
    '\ufffd', // what a decoder leaves of invalid UTF-8
  ])('%s stays as it is', (text) => {
    expect(escapeForTerminal(text)).toBe(text);
  });

  test('invalid UTF-8, once decoded, is harmless', () => {
    const bytes = Uint8Array.from([0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x9b, 0x62]);
    expect(escapeForTerminal(new TextDecoder().decode(bytes))).toMatch(/^a\ufffd+b$/);
  });

  test('a long line is cut, and says so', () => {
    expect(escapeForTerminal('x'.repeat(50), { maxLength: 10 })).toBe(`${'x'.repeat(9)}…`);
    expect(escapeForTerminal('x'.repeat(10), { maxLength: 10 })).toBe('x'.repeat(10));
    expect(escapeForTerminal('x'.repeat(50_000_000))).toHaveLength(400);
  });

  test('a cut never halves a character', () => {
    expect(escapeForTerminal('🎉'.repeat(9), { maxLength: 5 })).toBe('🎉🎉🎉🎉…');
  });

  test('whatever comes in, no control, format or separator character goes out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(escapeForTerminal(text)).not.toMatch(/(?!\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
