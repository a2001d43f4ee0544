import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DnsRecord,
  formatZoneText,
  parseZoneText,
  recordFromText,
  UnsentError,
  type ZoneLine,
} from '../src/index.ts';
import { ipText, name } from './support/names.ts';

const origin = name('example.com');
const parse = (text: string) => parseZoneText(text, { origin, ttlSeconds: 60 });
const brief = (record: DnsRecord | ZoneLine | undefined): string =>
  record === undefined ? '' : formatZoneText([record]).trimEnd();

describe('one record', () => {
  test.each([
    ['www A 192.0.2.1', 'www.example.com. 60 IN A 192.0.2.1'],
    ['www.example.net. A 192.0.2.1', 'www.example.net. 60 IN A 192.0.2.1'],
    ['@ IN 300 A 192.0.2.1', 'example.com. 300 IN A 192.0.2.1'],
    ['@ 300 IN A 192.0.2.1', 'example.com. 300 IN A 192.0.2.1'],
    ['@ 1h30m in a 192.0.2.1', 'example.com. 5400 IN A 192.0.2.1'],
    ['@ AAAA 2001:DB8:0:0::1', 'example.com. 60 IN AAAA 2001:db8::1'],
    ['@ MX 10 mail', 'example.com. 60 IN MX 10 mail.example.com.'],
    ['@ MX 0 .', 'example.com. 60 IN MX 0 .'],
    ['@ MX 5 @', 'example.com. 60 IN MX 5 example.com.'],
    ['* CNAME @', '*.example.com. 60 IN CNAME example.com.'],
    ['1.2.0.192.in-addr.arpa. PTR Mail', '1.2.0.192.in-addr.arpa. 60 IN PTR mail.example.com.'],
    ['@ TXT "v=spf1 -all"', 'example.com. 60 IN TXT "v=spf1 -all"'],
    ['@ TXT one two', 'example.com. 60 IN TXT "one" "two"'],
    ['@ TXT "a;b" ; a comment "c"', 'example.com. 60 IN TXT "a;b"'],
    ['@ TXT "say \\"hi\\" \\\\ \\065\\010"', 'example.com. 60 IN TXT "say \\"hi\\" \\\\ A\\010"'],
    ['@ TXT "ü" \\252', 'example.com. 60 IN TXT "\\195\\188" "\\252"'],
    ['@ TXT ""', 'example.com. 60 IN TXT ""'],
    ['@ TXT ( "one"\n  ; in between\n  "two" )', 'example.com. 60 IN TXT "one" "two"'],
    ['bücher A 192.0.2.1', 'xn--bcher-kva.example.com. 60 IN A 192.0.2.1'],
    ['\\097b A 192.0.2.1', 'ab.example.com. 60 IN A 192.0.2.1'],
    ['a 60 A 192.0.2.1\r\n', 'a.example.com. 60 IN A 192.0.2.1'],
    // types that are not modelled stay text, names in it made absolute
    ['_sip._tcp SRV 1 2 5060 sip', '_sip._tcp.example.com. 60 IN SRV 1 2 5060 sip.example.com.'],
    ['@ CAA 0 issue "ca.example; x=y"', 'example.com. 60 IN CAA 0 issue "ca.example; x=y"'],
    ['@ SOA ns dot\\.ted (1 2h 3 4 5)', 'example.com. 60 IN SOA ns.example.com. dot\\.ted.example.com. 1 2h 3 4 5'],
    ['@ NAPTR 1 2 "u" "x" "" @', 'example.com. 60 IN NAPTR 1 2 "u" "x" "" example.com.'],
    ['@ TYPE65280 \\# 3 abcdef', 'example.com. 60 IN TYPE65280 \\# 3 abcdef'],
    ['@ HTTPS 1 . alpn=h2', 'example.com. 60 IN HTTPS 1 . alpn=h2'],
  ])('%s', (text, expected) => {
    const { records, others } = parse(text);
    expect([...records, ...others].map(brief)).toEqual([expected]);
  });
});

test('a name stands for the lines below it, $ORIGIN and $TTL for what follows', () => {
  const text = `
first A 192.0.2.1
      TXT "of the first"
$TTL 1d
$ORIGIN sub
@     A 192.0.2.2
deep  A 192.0.2.3
$ORIGIN example.net.
www   5 A 192.0.2.4
\t A 192.0.2.5
$ORIGIN .
example.org A 192.0.2.6`;
  expect(parse(text).records.map(brief)).toEqual([
    'first.example.com. 60 IN A 192.0.2.1',
    'first.example.com. 60 IN TXT "of the first"',
    'sub.example.com. 86400 IN A 192.0.2.2',
    'deep.sub.example.com. 86400 IN A 192.0.2.3',
    'www.example.net. 5 IN A 192.0.2.4',
    'www.example.net. 86400 IN A 192.0.2.5',
    'example.org. 86400 IN A 192.0.2.6',
  ]);
});

test('without $TTL the last TTL that was stated goes on', () => {
  expect(parse('a 5 A 192.0.2.1\nb A 192.0.2.2').records.map(({ ttlSeconds }) => ttlSeconds)).toEqual([5, 5]);
});

test.each([
  ['@ 300 SOA ns host 1 2 3 4 120', 120],
  ['@ 60 SOA ns host 1 2 3 4 2h', 60],
  ['@ A 192.0.2.1', 0],
])('negative TTL of %s', (text, expected) => {
  expect(parse(text).negativeTtlSeconds).toBe(expected);
});

describe('errors name the line and what is wrong', () => {
  test.each([
    ['\n\nwww A 192.0.2', 3, '"192.0.2" is no IPv4 address'],
    ['@ A 192.0.2.1 x', 1, 'A data has 2 words instead of 1'],
    ['@ A', 1, 'no data'],
    ['@ AAAA 192.0.2.1', 1, 'no IPv6 address'],
    ['@ MX mail', 1, 'MX data has 1 words instead of 2'],
    ['@ MX 65536 mail', 1, 'no MX preference'],
    ['@ MX -1 mail', 1, 'no MX preference'],
    ['@ NS a..b', 1, 'no domain name'],
    ['a\\.b A 192.0.2.1', 1, 'no domain name'],
    ['@ NS .', 1, 'no domain name'],
    [' A 192.0.2.1', 1, 'has no name'],
    ['@ 192.0.2.1', 1, 'no record type'],
    ['@ CH A 192.0.2.1', 1, 'no record type'],
    ['@', 1, 'no record type'],
    ['@ TXT "open\n"', 1, 'not closed'],
    ['a A 192.0.2.1\n@ TXT (\n"a"', 2, 'without its ")"'],
    ['@ TXT "a" )', 1, 'without its "("'],
    ['@ TXT "\\256"', 1, 'bad escape'],
    ['@ TXT \\12', 1, 'bad escape'],
    [`@ TXT "${'a'.repeat(256)}"`, 1, '256 octets'],
    ['$INCLUDE other.zone', 1, '$INCLUDE is not understood'],
    ['$GENERATE 1-9 a$ A 192.0.2.$', 1, '$GENERATE is not understood'],
    ['$TTL soon', 1, 'no TTL'],
    ['$ORIGIN', 1, 'a name is missing'],
  ])('%j', (text, line, fact) => {
    const error = thrown(() => parse(text));
    expect(error).toBeInstanceOf(UnsentError);
    expect(error).toMatchObject({ code: 'zone-text', exitCode: 2 });
    expect(String(error)).toContain(`Line ${line} of the zone text: `);
    expect(String(error)).toContain(fact);
  });
});

test('parsing any text ends, with records or with an UnsentError', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      ' ',
      '"',
      '(',
      ')',
      ';',
      '\\',
      '@',
      '$ORIGIN',
      '$TTL',
      'IN',
      '60',
      'A',
      'MX',
      'TXT',
      'SOA',
      '192.0.2.1',
      '.',
      'a.',
      '\\#',
      '\ud800',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const error = thrown(() => parse(pieces.join('')));
      if (error !== null) expect(error).toBeInstanceOf(UnsentError);
    }),
  );
});

test('what is formatted reads back the same', () => {
  const label = fc.stringMatching(/^[a-z0-9_*-]{1,12}$/);
  const owner = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => name(labels.join('.')));
  const octets = fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  const record: fc.Arbitrary<DnsRecord> = fc.oneof(
    fc.record({
      name: owner,
      type: fc.constant('TXT' as const),
      data: fc.array(octets, { minLength: 1, maxLength: 3 }),
      ttlSeconds: fc.nat(),
    }),
    fc.record({ name: owner, type: fc.constant('A' as const), data: fc.ipV4().map(ipText), ttlSeconds: fc.nat() }),
    fc.record({
      name: owner,
      type: fc.constant('MX' as const),
      data: fc.record({ preference: fc.nat({ max: 65_535 }), exchange: fc.oneof(owner, fc.constant('.' as const)) }),
      ttlSeconds: fc.nat(),
    }),
    fc.record({ name: owner, type: fc.constantFrom('CNAME' as const), data: owner, ttlSeconds: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), (records) => {
      expect(parse(formatZoneText(records)).records).toEqual(records);
    }),
  );
});

describe('recordFromText', () => {
  test.each([
    ['TXT', '"a" "b"', { data: ['a', 'b'] }],
    ['mx', '10 mail.example.com.', { type: 'MX', data: { preference: 10, exchange: 'mail.example.com' } }],
    ['CAA', '0 issue "ca.example"', { text: '0 issue "ca.example"' }],
    ['SRV', '1 2 3 sip.example.com', { text: '1 2 3 sip.example.com.' }],
  ])('%s %s', (type, text, expected) => {
    expect(recordFromText(origin, type, 60, text)).toMatchObject(expected);
  });

  test.each([
    ['A', ''],
    ['A', 'x'],
    ['TXT', '"a"\n"b"'],
  ])('%s %j is refused', (type, text) => {
    expect(thrown(() => recordFromText(origin, type, 60, text))).toMatchObject({ code: 'zone-text' });
  });
});

function thrown(action: () => unknown): unknown {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
}
