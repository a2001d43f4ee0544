import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textWork } from '../../../test/support/text-work.ts';
import type { Span } from '../src/ast.ts';
import { looksLikeSpf, repairRecord } from '../src/lint-repair.ts';
import { parseSpf } from '../src/parse.ts';

describe('what people write, and what they meant', () => {
  test.each([
    // The two famous ones.
    ['v=spf1 ip4:192.0.2.0/25-all', 'v=spf1 ip4:192.0.2.0/25 -all', 'missing-space'],
    // Its own end says that the terms between were meant to count.
    ['v=spf1 ip4:192.0.2.0/25-all a mx ~all', 'v=spf1 ip4:192.0.2.0/25 a mx ~all', 'missing-space'],
    ['v=spf1 ip4:192.0.2.0/25-all a mx', 'v=spf1 ip4:192.0.2.0/25 -all a mx', 'missing-space'],
    ['v=spf1 ip4: 192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'needless-space'],
    // Spaces too few.
    ['v=spf1 include:a.example.com-all', 'v=spf1 include:a.example.com -all', 'missing-space'],
    ['v=spf1 include:a.example.com~all', 'v=spf1 include:a.example.com ~all', 'missing-space'],
    ['v=spf1 ip4:192.0.2.1ip4:192.0.2.2 -all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all', 'missing-space'],
    ['v=spf1 a-all', 'v=spf1 a -all', 'missing-space'],
    ['v=spf1 mx/24-all', 'v=spf1 mx/24 -all', 'missing-space'],
    [
      'v=spf1 include:a.exampleinclude:b.example -all',
      'v=spf1 include:a.example include:b.example -all',
      'missing-space',
    ],
    ['v=spf1-all', 'v=spf1 -all', 'version'],
    ['v=spf1include:a.example -all', 'v=spf1 include:a.example -all', 'version'],
    // Spaces too many.
    ['v=spf1 ip4:192.0.2.0 /24 -all', 'v=spf1 ip4:192.0.2.0/24 -all', 'needless-space'],
    ['v=spf1 include: a.example ~ all', 'v=spf1 include:a.example ~all', 'needless-space'],
    ['v=spf1 ip4 :192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'needless-space'],
    ['v=spf1 ip4 192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'needless-space'],
    ['v= spf1 -all', 'v=spf1 -all', 'version'],
    // Separators and strays.
    ['v=spf1, ip4:192.0.2.1, ip4:192.0.2.2, -all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all', 'separator'],
    ['v=spf1 ip4:192.0.2.1,192.0.2.2 -all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all', 'separator'],
    ['v=spf1; a; mx; -all;', 'v=spf1 a mx -all', 'separator'],
    ['v=spf1 include:a.example,include:b.example -all', 'v=spf1 include:a.example include:b.example -all', 'separator'],
    ['v=spf1. -all', 'v=spf1 -all', 'version'],
    ['v=spf1 -all.', 'v=spf1 -all', 'stray-character'],
    ['v=spf1 --all', 'v=spf1 -all', 'stray-character'],
    ['v=spf1 ip4:[192.0.2.1] -all', 'v=spf1 ip4:192.0.2.1 -all', 'stray-character'],
    ['v=spf1 ip4::192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'stray-character'],
    ['v=spf1 ip4:192.0.2.0\\24 -all', 'v=spf1 ip4:192.0.2.0/24 -all', 'stray-character'],
    ['v=spf1 v=spf1 -all', 'v=spf1 -all', 'version'],
    // Quotes and typography, as text and as UTF-8 octets.
    ['"v=spf1 a" " -all"', 'v=spf1 a -all', 'quotes'],
    ['\u201cv=spf1 a -all\u201d', 'v=spf1 a -all', 'quotes'],
    ['v=spf1\u00a0a \u2013all', 'v=spf1 a -all', 'odd-character'],
    ['v=spf1\xc2\xa0a \xe2\x80\x93all', 'v=spf1 a -all', 'odd-character'],
    ['v=spf1\ta\r\n-all', 'v=spf1 a -all', 'odd-character'],
    ['\ufeffv=spf1 \uff5eall', 'v=spf1 ~all', 'odd-character'],
    // Names.
    ['v=spf1 ipv4:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'misspelt'],
    ['v=spf1 ip:192.0.2.1 ip:2001:db8::1 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all', 'misspelt'],
    ['v=spf1 ip4=192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'misspelt'],
    ['v=spf1 inlcude:a.example -all', 'v=spf1 include:a.example -all', 'misspelt'],
    ['v=spf1 includes:a.example include=b.example -al', 'v=spf1 include:a.example include:b.example -all', 'misspelt'],
    ['v=spf1 redirect:a.example', 'v=spf1 redirect=a.example', 'misspelt'],
    ['v=spf1 redirct=a.example', 'v=spf1 redirect=a.example', 'misspelt'],
    ['v=spf1 192.0.2.1 2001:db8::/32 -all', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all', 'misspelt'],
    // Addresses.
    ['v=spf1 ip4:2001:db8::1 -all', 'v=spf1 ip6:2001:db8::1 -all', 'wrong-family'],
    ['v=spf1 ip6:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all', 'wrong-family'],
    ['v=spf1 a:192.0.2.1 include:192.0.2.2/24 -all', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all', 'address-for-name'],
    ['v=spf1 ip4:mail.example.com -all', 'v=spf1 a:mail.example.com -all', 'name-for-address'],
    ['v=spf1 ip4:192.0.2.0/255.255.255.128 -all', 'v=spf1 ip4:192.0.2.0/25 -all', 'bad-address'],
    ['v=spf1 ip4:192.0.2.* -all', 'v=spf1 ip4:192.0.2.0/24 -all', 'bad-address'],
    ['v=spf1 ip4:192.0.2/24 -all', 'v=spf1 ip4:192.0.2.0/24 -all', 'bad-address'],
    ['v=spf1 ip4:192.000.002.010 -all', 'v=spf1 ip4:192.0.2.10 -all', 'bad-address'],
    ['v=spf1 ip4:192.0.2.0-192.0.2.255 -all', 'v=spf1 ip4:192.0.2.0/24 -all', 'bad-address'],
    ['v=spf1 include:https://a.example/ -all', 'v=spf1 include:a.example -all', 'not-a-name'],
    ['v=spf1 include:b\u00fccher.example -all', 'v=spf1 include:xn--bcher-kva.example -all', 'not-a-name'],
    ['v=spf1 a: include: -all', 'v=spf1 a -all', 'stray-character'],
    // An end of its own is "all" alone, nothing that begins or ends so.
    ['v=spf1 ip4:192.0.2.0/25-all a:x.small', 'v=spf1 ip4:192.0.2.0/25 -all a:x.small', 'missing-space'],
    ['v=spf1 ip4:192.0.2.0/25-all allow=x', 'v=spf1 ip4:192.0.2.0/25 -all allow=x', 'missing-space'],
    ['v=spf1 ip4:192.0.2.0/25-all mx all', 'v=spf1 ip4:192.0.2.0/25 mx all', 'missing-space'],
    ['v=spf1 mx all; a -all', 'v=spf1 mx all a -all', 'separator'],
    // Mending one brings the other to light.
    ['v=spf1 ~ a, -all', 'v=spf1 ~a -all', 'separator'],
    ['v=spf1 - 2001:db8::1 -all', 'v=spf1 -ip6:2001:db8::1 -all', 'needless-space'],
    // Two mistakes in one term.
    ['v=spf1 a,ipv4:192.0.2.1 -all', 'v=spf1 a ip4:192.0.2.1 -all', 'separator'],
    ['v=spf1 mx,ipv4:192.0.2.0/255.255.255.0 -all', 'v=spf1 mx ip4:192.0.2.0/24 -all', 'separator'],
    ['v=spf1 ipv4:192.0.2.0/25-all', 'v=spf1 ip4:192.0.2.0/25 -all', 'misspelt'],
  ])('%j', (source, expected, code) => {
    const repaired = repairRecord(source);
    expect(repaired?.text).toBe(expected);
    expect(repaired?.repairs.map((repair) => repair.code)).toContain(code);
    expect(parseSpf(expected).problems).toEqual([]);
  });
});

describe('what is left alone', () => {
  test.each([
    'v=spf1 -all',
    'v=spf1',
    'V=SPF1 A MX -ALL',
    'v=spf1  a   -all ',
    'v=spf1 exists:%{i}.a,b.%{l,}._spf.example.com -all',
    'v=spf1 exists:%{ir}.%{v}._spf.%{d2} redirect=_spf.example.com',
    'v=spf1 a:all.example.com include:a-all.example.com mx:include.example.com -all',
    'v=spf1 include:_spf-a.example.com unknown=value ra=postmaster rp=10 rr=all -all',
    'v=spf1 ip6:2001:db8::/32 a:mail.example.com/24//64 ptr:example.com ~all exp=explain._spf.%{d}',
  ])('%j is good', (source) => {
    expect(repairRecord(source)).toMatchObject({ text: source, repairs: [] });
  });

  test.each([
    '',
    'spf',
    'v=spf2.0/pra -all',
    'v=spf10 -all',
    'v=DMARC1; p=none',
    'google-site-verification=x',
    'v=spf',
  ])('%j is no SPF record', (source) => {
    expect(repairRecord(source)).toBeNull();
    expect(looksLikeSpf(source)).toBe(false);
  });

  test.each([
    'v=spf1 foo -all',
    'v=spf1 mail.example.com -all',
    'v=spf1 constructor:a.example -all',
    'v=spf1 ip4:192.0.2.300 -all',
    'v=spf1 ip4:192.0.2.0/33 -all',
  ])('%j: nobody knows what was meant; it goes only when asked', (source) => {
    expect(repairRecord(source)).toMatchObject({ text: source, repairs: [] });
    const dropped = repairRecord(source, { dropBroken: true });
    expect(dropped?.text).toBe('v=spf1 -all');
    expect(dropped?.repairs.map((repair) => repair.code)).toEqual(['dropped']);
  });
});

test('a repair says where it was and what it became', () => {
  expect(repairRecord('v=spf1 ip4:192.0.2.0/25-all')?.repairs).toEqual([
    {
      code: 'missing-space',
      message: 'a space is missing before "-all"',
      span: { start: 7, end: 27 },
      replacement: 'ip4:192.0.2.0/25 -all',
    },
  ]);
  expect(repairRecord('v=spf1 ip4: 192.0.2.1 -all')?.repairs).toMatchObject([
    { message: 'there must be no space after "ip4:"', span: { start: 7, end: 21 }, replacement: 'ip4:192.0.2.1' },
  ]);
});

test('the repairs stand in the order of the text, each with what it became', () => {
  const source = '"spf1 ip4: 192.0.2.1 foo mx,a"';
  expect(
    repairRecord(source, { dropBroken: true })?.repairs.map(({ code, message, span, replacement }) => [
      code,
      message,
      source.slice(span.start, span.end),
      replacement,
    ]),
  ).toEqual([
    ['quotes', 'quotation marks have become part of the record', '"', ''],
    ['version', 'a record begins with "v=spf1" and a space', 'spf1', 'v=spf1'],
    ['needless-space', 'there must be no space after "ip4:"', 'ip4: 192.0.2.1', 'ip4:192.0.2.1'],
    ['dropped', '"foo" means nothing and was left out', 'foo', ''],
    ['separator', 'terms are separated by spaces, not by ","', 'mx,a', 'mx a'],
    ['quotes', 'quotation marks have become part of the record', '"', ''],
  ]);
});

test('a repair of what was repaired points into the published text too', () => {
  const source = 'v=spf1 mx ~ 2001:db8::1 -all';
  const { terms, repairs } = repairRecord(source) ?? { terms: [], repairs: [] };
  const placed = (list: readonly { readonly span: Span }[]): readonly string[] =>
    list.map(({ span }) => source.slice(span.start, span.end));
  expect(placed(terms)).toEqual(['mx', '~ 2001:db8::1', '-all']);
  expect(repairs.map(({ code, replacement }) => [code, replacement])).toEqual([
    ['needless-space', '~ip6:2001:db8::1'],
    ['misspelt', 'ip6:2001:db8::1'],
  ]);
  expect(placed(repairs)).toEqual(['~ 2001:db8::1', '2001:db8::1']);
});

test('longer texts than any record, and more faults than anybody makes by mistake, are left as they are', () => {
  const long = (length: number): string => `v=spf1 ${'a '.repeat(length)}`.slice(0, length);
  expect(repairRecord(long(16_384))).not.toBeNull();
  expect(repairRecord(long(16_385))).toBeNull();
  const faults = (count: number): readonly string[] =>
    repairRecord(`v=spf1 ${'ipv4:192.0.2.1 '.repeat(count)}-all`)?.terms.map(({ text }) => text) ?? [];
  expect(faults(50)).not.toContain('ipv4:192.0.2.1');
  expect(faults(52).filter((term) => term === 'ipv4:192.0.2.1')).toHaveLength(2);
  const dropped = repairRecord(`v=spf1 ${'foo '.repeat(50)}ipv4:192.0.2.1 -all`, { dropBroken: true });
  expect(dropped?.text).toBe('v=spf1 -all');
});

describe('properties', () => {
  const piece = fc.constantFrom(
    ...['a', 'mx', 'ip4:', 'ip6:', '192.0.2.1', '/24', '2001:db8::1', ' ', ' ', '-all', '~', 'include:', 'example.com'],
    ...[',', ';', '"', '\u00a0', '\u2013', '%{', '}', 'redirect=', 'exp', '=', '.', '-', '/', 'v=spf1', '\xe2', 'ü'],
  );
  const anyRecord = fc.array(piece, { maxLength: 30 }).map((pieces) => `v=spf1 ${pieces.join('')}`);

  test('never throws; what was dropped or mended leaves a well-formed record', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyRecord,
          fc.string({ unit: 'binary' }).map((text) => `v=spf1 ${text}`),
        ),
        (source) => {
          const repaired = repairRecord(source, { dropBroken: true });
          const problems = repaired === null ? [] : parseSpf(repaired.text).problems;
          // Only a second redirect or exp may be left: which of the two is meant nobody knows.
          expect(problems.filter((problem) => problem.code !== 'duplicate-modifier')).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('repairing twice changes nothing more', () => {
    fc.assert(
      fc.property(anyRecord, (source) => {
        const once = repairRecord(source);
        if (once !== null) expect(repairRecord(once.text)?.text).toBe(once.text);
      }),
      {
        numRuns: 2000,
        examples: [['v=spf1 redirect=ip4:.include:-a'], ['v=spf1 exp exp 192.0.2.1'], ['v=spf1 ,aa= }']],
      },
    );
  });

  test('a well-formed record of plain terms keeps its meaning', () => {
    const term = fc.constantFrom(
      'a',
      'mx',
      'ptr',
      'ip4:192.0.2.0/24',
      '?ip6:2001:db8::/32',
      'include:a.example',
      'exists:%{i}.b.example',
      'a:c.example/24',
      'x=y',
    );
    fc.assert(
      fc.property(
        fc.array(term, { maxLength: 12 }),
        fc.constantFrom('-all', '~all', 'redirect=d.example'),
        (terms, last) => {
          const source = ['v=spf1', ...terms, last].join(' ');
          expect(repairRecord(source)).toMatchObject({ text: source, repairs: [] });
        },
      ),
    );
  });

  test.each(['x ', 'ip4:192.0.2.1-', '%{', ',', '-all', 'ip4: ', '"', '\u00a0', 'include:a.', 'a:b,'])(
    'twice as much of %j is twice the work',
    (unit) => {
      const work = (length: number): number =>
        textWork(() => void repairRecord(`v=spf1 ${unit.repeat(length / unit.length)}`, { dropBroken: true }));
      expect(work(16_000)).toBeLessThan(2.2 * work(8_000) + 1000);
    },
  );
});
