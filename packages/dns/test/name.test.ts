import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSubdomainOf, parentOf, parseDomainName } from '../src/index.ts';
import { name } from './support/names.ts';

describe('parseDomainName', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['1.2.3.4', '1.2.3.4'],
    ['constructor', 'constructor'],
    ['__proto__.example', '__proto__.example'],
    ['a!b=c/d.example', 'a!b=c/d.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    // RFC 8616 §4: U-labels are asked for as A-labels
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.Example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['_spf.bücher.example.', '_spf.xn--bcher-kva.example'],
    ['*.bücher.example', '*.xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
    ['bücher．example｡', 'xn--bcher-kva.example'],
    // full-width digits are no reason to take a name for an address
    ['１.２.３.４', '1.2.3.4'],
    ['０x7f.1', '0x7f.1'],
  ])('%s reads as %s', (text, expected) => {
    expect(parseDomainName(text)).toBe(expected);
  });

  test.each([
    '',
    '.',
    '..',
    '.example',
    'a..b',
    'a b.example',
    'a\tb',
    'a\0b',
    'a\x7fb',
    'a\n',
    `${'a'.repeat(64)}.example`,
    `${'é'.repeat(63)}.example`,
    'ü%41.example',
    'ü/x.example',
    'ü@x.example',
    'ü:80',
    'ü..example',
    '。example',
    '℀.example',
    '⒈.example',
    '\u00ad.example',
    '\ud800.example',
    'ü'.repeat(100_000),
  ])('%j is no name that DNS could be asked for', (text) => {
    expect(parseDomainName(text)).toBeNull();
  });

  test('takes 253 octets and no more', () => {
    const labels = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.`;
    expect(parseDomainName(labels + 'd'.repeat(61))).toHaveLength(253);
    expect(parseDomainName(labels + 'd'.repeat(62))).toBeNull();
  });

  test('never throws, and its names are fixed points within the limits of RFC 1035', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.domain(),
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }).map((labels) => labels.join('.')),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const parsed = parseDomainName(candidate);
        if (parsed === null) return;
        expect(parseDomainName(parsed)).toBe(parsed);
        expect(parsed.length).toBeLessThanOrEqual(253);
        for (const label of parsed.split('.')) expect(label).toMatch(/^[\x21-\x40\x5b-\x7e]{1,63}$/);
      }),
      { numRuns: 400 },
    );
  });
});

test.each([
  ['mail.example.com', 'example.com', true],
  ['example.com', 'example.com', true],
  ['notexample.com', 'example.com', false],
  ['example.com', 'mail.example.com', false],
  ['com', 'example.com', false],
])('%s is %s or below it: %s', (child, parent, expected) => {
  expect(isSubdomainOf(name(child), name(parent))).toBe(expected);
});

test('parentOf goes up label by label and ends with null', () => {
  expect(parentOf(name('a.b.c'))).toBe('b.c');
  expect(parentOf(name('c'))).toBeNull();
});
