import { describe, expect, test } from 'vitest';
import { decodeCharset, isKnownCharset } from '../src/mime-charset.ts';

const hex = (text: string): string => Buffer.from(text.replaceAll(' ', ''), 'hex').toString('latin1');

describe('bytes become text', () => {
  test.each([
    ['plain ASCII, whatever is named', 'utf-16', '61 62', 'ab'],
    ['UTF-8', 'utf-8', 'c3 a9', 'é'],
    ['UTF-8 without a name', null, 'c3 a9', 'é'],
    ['Latin-1 without a name', null, 'e9 20', 'é '],
    ['Latin-1 that claims to be UTF-8', 'UTF-8', 'e9 20', 'é '],
    ['ISO-2022-JP', 'iso-2022-jp', '1b 24 42 46 7c 1b 28 42', '日'],
    ['ISO-2022-JP without a name', null, '1b 24 42 46 7c 1b 28 42', '日'],
    ['Shift_JIS by an old name', 'cp932', '93 fa', '日'],
    ['EUC-JP', 'EUC-JP', 'c6 fc', '日'],
    ['GB18030', 'gb18030', 'c8 d5', '日'],
    ['KOI8-R', 'koi8-r', 'c1', 'а'],
    ['windows-1251', 'cp1251', 'e0', 'а'],
    ['a charset that does not exist', 'x-no-such', 'c3 a9', 'é'],
  ])('%s', (_name, charset, bytes, text) => expect(decodeCharset(hex(bytes), charset)).toBe(text));
});

test.each([
  [null, true],
  ['US-ASCII', true],
  ['ks_c_5601-1987', true],
  ['cp850', false],
  ['constructor', false],
])('the charset %s is known: %s', (name, known) => expect(isKnownCharset(name)).toBe(known));
