import { describe, expect, test } from 'vitest';
import { lintRecord } from '../src/lint.ts';

type Row = readonly [record: string, code: string, place: string | null, section: string, message: string];

function found(record: string, code: string): readonly (readonly unknown[])[] {
  return lintRecord(record)
    .findings.filter((one) => one.code === code)
    .map(({ severity, span, rfc, message }) => {
      expect(severity).toBe(ERRORS.includes(code) ? 'error' : 'advice');
      return [span && record.slice(span.start, span.end), rfc, message];
    });
}

/** What breaks a record or lets everybody pass; the rest is advice. */
const ERRORS = ['pass-all', 'covers-everything', 'mapped-network', 'odd-name', 'too-many-lookups'];

const record = (octets: number): string => `v=spf1 mx x=${'y'.repeat(octets - 17)} -all`;

/** What each rule says, of which place, and which section it rests on. */
describe('rules', () => {
  test.each<Row>([
    ['v=spf1 mx +all', 'pass-all', '+all', '5.1', '"+all" lets every host of the Internet send mail as this domain'],
    [
      'v=spf1 mx ?all',
      'neutral-all',
      '?all',
      '5.1',
      '"?all" says nothing about hosts that are not listed; "~all" or "-all" protects the domain',
    ],
    [
      'v=spf1 mx',
      'no-all',
      null,
      '4.7',
      'nothing is said about hosts that are not listed: end the record in "-all" or "~all"',
    ],
    ['v=spf1 -all a', 'after-all', 'a', '5.1', '"a" is never looked at, because it stands after "all"'],
    ['v=spf1 mx mx -all', 'duplicate-term', 'mx', '4.6.2', '"mx" stands in the record twice'],
    ['v=spf1 mx ?mx -all', 'duplicate-term', '?mx', '4.6.2', '"?mx" can decide nothing after "mx"'],
    [
      'v=spf1 ptr -all',
      'ptr',
      'ptr',
      '5.5',
      '"ptr" should not be used: it is slow, unreliable, and burdens the .arpa name servers',
    ],
    [
      'v=spf1 -all exp=%{p}.a.example',
      'macro-p',
      'exp=%{p}.a.example',
      '7.2',
      '"%{p}" should not be used: it needs reverse DNS, which costs time and often fails',
    ],
    [
      'v=spf1 exists:%{i}.b@c.example -all',
      'odd-name',
      'exists:%{i}.b@c.example',
      '4.8',
      '"exists:%{i}.b@c.example" asks for a name that no host can have',
    ],
    [
      'v=spf1 a:b@c.example -all',
      'odd-name',
      'a:b@c.example',
      '4.8',
      '"a:b@c.example" asks for a name that no host can have',
    ],
    [
      'v=spf1 redirect=c.example.',
      'trailing-dot',
      'redirect=c.example.',
      '7.1',
      'the dot that closes the name in "redirect=c.example." is allowed, but some receivers trip over it',
    ],
    [
      'v=spf1 -ALL',
      'upper-case',
      '-ALL',
      '4.6.1',
      '"-ALL" is usually written "-all"; some old programs know no capitals',
    ],
    [
      'v=spf1 -all redirect=c.example',
      'redirect-ignored',
      'redirect=c.example',
      '6.1',
      '"redirect=c.example" is ignored, because the record has "all"',
    ],
    ['v=spf1 X-a=b -all', 'unknown-modifier', 'X-a=b', '6', '"X-a=" means nothing to receivers; they skip it'],
    [
      'v=spf1 exp=e.example -all',
      'modifier-order',
      'exp=e.example',
      '6',
      '"exp=e.example" should stand after all mechanisms',
    ],
    [
      'v=spf1 ~all exp=e.example',
      'exp-unused',
      'exp=e.example',
      '6.2',
      '"exp=e.example" explains a fail, but no term of this record fails anybody',
    ],
  ])('%s: %s', (text, code, place, section, message) => {
    expect(found(text, code)).toEqual([[place, `RFC 7208 §${section}`, message]]);
  });
});

describe('networks', () => {
  test.each<Row>([
    [
      'v=spf1 ip4:0.0.0.0/0 -all',
      'covers-everything',
      'ip4:0.0.0.0/0',
      '5.6',
      '"ip4:0.0.0.0/0" covers every IPv4 address there is',
    ],
    ['v=spf1 ip6:::/0 -all', 'covers-everything', 'ip6:::/0', '5.6', '"ip6:::/0" covers every IPv6 address there is'],
    ['v=spf1 a/0 -all', 'covers-everything', 'a/0', '5.3', '"a/0" covers every IPv4 address there is'],
    ['v=spf1 mx//0 -all', 'covers-everything', 'mx//0', '5.4', '"mx//0" covers every IPv6 address there is'],
    [
      'v=spf1 ip4:192.0.0.0/15 -all',
      'wide-network',
      'ip4:192.0.0.0/15',
      '5.6',
      '"ip4:192.0.0.0/15" lets 131,072 addresses send mail as this domain; is all of that yours?',
    ],
    [
      'v=spf1 ip4:11.0.0.0/8 -all',
      'wide-network',
      'ip4:11.0.0.0/8',
      '5.6',
      '"ip4:11.0.0.0/8" lets 16,777,216 addresses send mail as this domain; is all of that yours?',
    ],
    [
      'v=spf1 ip6:2001:db8::/31 -all',
      'wide-network',
      'ip6:2001:db8::/31',
      '5.6',
      '"ip6:2001:db8::/31" lets a whole /31 send mail as this domain; is all of that yours?',
    ],
    [
      'v=spf1 a/23 -all',
      'wide-network',
      'a/23',
      '5.3',
      '"a/23" lets 512 addresses send mail as this domain; is all of that yours?',
    ],
    [
      'v=spf1 mx//63 -all',
      'wide-network',
      'mx//63',
      '5.4',
      '"mx//63" lets a whole /63 send mail as this domain; is all of that yours?',
    ],
    [
      'v=spf1 -ip4:192.0.2.5/24 -all',
      'host-bits',
      '-ip4:192.0.2.5/24',
      '5.6',
      '"-ip4:192.0.2.5/24" means the whole network 192.0.2.0/24; if one host is meant, leave the "/24" out',
    ],
    [
      'v=spf1 ip6:::ffff:192.0.2.1 -all',
      'mapped-network',
      'ip6:::ffff:192.0.2.1',
      '5',
      '"ip6:::ffff:192.0.2.1" never matches: an IPv4 client is compared with ip4 only',
    ],
    [
      'v=spf1 ip4:10.1.2.3 -all',
      'private-network',
      'ip4:10.1.2.3',
      '5.6',
      '"ip4:10.1.2.3" is not routed on the Internet: no receiver elsewhere ever sees such a client',
    ],
    [
      'v=spf1 ip6:2001:db8::/32 ip6:2001:db8:1::/48 -all',
      'covered-term',
      'ip6:2001:db8:1::/48',
      '4.6.2',
      '"ip6:2001:db8:1::/48" can decide nothing: "ip6:2001:db8::/32" before it covers it',
    ],
  ])('%s: %s', (text, code, place, section, message) => {
    expect(found(text, code)).toEqual([[place, `RFC 7208 §${section}`, message]]);
  });

  test.each([
    'v=spf1 ip4:192.0.0.0/16 ip6:2001:db8::/32 a/24 mx//64 -all',
    'v=spf1 ip4:192.0.2.7 ip4:192.0.2.0/24 -all', // the wider one stands behind
    'v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128 ip6:2001:db8::1 -all',
    'v=spf1 ip6:::fffe:192.0.2.1 -all',
  ])('nothing is said of %s', (text) => {
    expect(lintRecord(text).findings.map(({ code }) => code)).toEqual([]);
  });

  test.each([
    ['v=spf1 -ip4:192.0.2.5/24 -all', 'v=spf1 -ip4:192.0.2.0/24 -all'],
    ['v=spf1 ~ip6:::ffff:192.0.2.1 -all', 'v=spf1 ~ip4:192.0.2.1 -all'],
    ['v=spf1 ip6:2001:db8::5/64 -all', 'v=spf1 ip6:2001:db8::/64 -all'],
    ['v=spf1 ip6:::ffff:192.0.2.0/120 ip4:192.0.2.7 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['v=spf1 ip6:::ffff:0:0/96 -all', null], // not the whole Internet
  ])('%s becomes %s', (text, fixed) => expect(lintRecord(text).fixed).toBe(fixed));
});

describe('size', () => {
  const size = (octets: number, tail: string): unknown => [
    [null, 'RFC 7208 §3.4', `${octets} octets are many: ${tail}`],
  ];
  test.each([
    [450, []],
    [451, size(451, 'with the rest of the answer it hardly fits 512 octets')],
    [512, size(512, 'with the rest of the answer it hardly fits 512 octets')],
    [513, size(513, 'an answer over 512 octets needs EDNS or TCP, which some firewalls drop')],
  ])('of %i octets', (octets, expected) => {
    expect(record(octets)).toHaveLength(octets);
    expect(found(record(octets), 'record-size')).toEqual(expected);
  });

  test.each([
    [255, 1],
    [256, 2],
    [511, 3],
  ])('%i octets are %i strings', (octets, strings) => {
    const told = `longer than the 255 octets of one character-string: publish it as ${strings} strings in one TXT record`;
    expect(lintRecord(record(octets)).strings).toBe(strings);
    expect(found(record(octets), 'long-string')).toEqual(strings === 1 ? [] : [[null, 'RFC 7208 §3.3', told]]);
  });

  test('text is counted in octets: of UTF-8 where people typed it, as it stands where DNS gave it', () => {
    expect(lintRecord('v=spf1 \u20ac').octets).toBe(7 + 3);
    expect(lintRecord('v=spf1 \u0100').octets).toBe(7 + 2);
    expect(lintRecord('v=spf1 \u00ff').octets).toBe(7 + 1);
  });

  test('the eleventh term that needs a lookup is marked', () => {
    const terms = Array.from({ length: 12 }, (_, i) => `a:h${i}.example`);
    expect(found(`v=spf1 ${terms.slice(0, 10).join(' ')} -all`, 'too-many-lookups')).toEqual([]);
    expect(found(`v=spf1 ${terms.join(' ')} -all`, 'too-many-lookups')).toEqual([
      [
        'a:h10.example',
        'RFC 7208 §4.6.4',
        'the terms of this record need 12 DNS lookups; with more than 10 receivers give up (permerror)',
      ],
    ]);
  });

  test('the first %{p} is a lookup more (RFC 7208 §4.6.4)', () => {
    const terms = Array.from({ length: 8 }, (_, i) => `a:h${i}.example`).join(' ');
    const own = 'exists:%{p}.e.example';
    const eleventh = (record: string): readonly unknown[] => found(record, 'too-many-lookups').map((one) => one[0]);
    expect(lintRecord(`v=spf1 ${terms} ${own} -all`).lookups).toBe(10);
    expect(eleventh(`v=spf1 ${terms} ${own} -all`)).toEqual([]);
    expect(eleventh(`v=spf1 ${terms} ${own} a:%{p}.example -all`)).toEqual(['a:%{p}.example']);
    expect(eleventh(`v=spf1 ${terms} a ${own} -all`)).toEqual([own]);
  });
});

test.each([
  ['v=spf1 -all ~all', ['after-all']],
  ['v=spf1 ip4:192.0.2.1 ip4:192.0.2.1 -all', ['duplicate-term']],
  ['v=spf1 ip4:10.0.0.0/8 -all', ['wide-network', 'private-network']],
  ['v=spf1 ip6:::ffff:0:0/96 -all', ['mapped-network']],
  ['v=spf1 ip6:::ffff:0:0/90 ip4:192.0.2.1 -all', []],
  ['v=spf1 ip6:::ffff:192.0.2.0/120 ip4:192.0.2.7 -all', ['mapped-network']],
  ['v=spf1 ip6:2001:db8::ffff:192.0.2.1 -all', []],
  ['v=spf1 ip6:0:0:1:1:0:ffff:c000:201 -all', []],
  ['HELLO v=spf1', ['not-spf', 'no-all']],
  ['V=SPF1', ['upper-case', 'no-all']],
])('all that is found in %s is %j', (text, codes) => {
  expect(lintRecord(text).findings.map(({ code }) => code)).toEqual(codes);
});

test.each([
  ['v=spf1 a mx', 2],
  ['v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all', 0],
  ['v=spf1 a -all mx', 1],
])('%s needs %i lookups', (text, lookups) => expect(lintRecord(text).lookups).toBe(lookups));

describe('the findings together', () => {
  const all = (text: string): readonly unknown[] =>
    lintRecord(text).findings.map(({ code, severity, span, message }) => [
      code,
      severity,
      span?.start ?? null,
      message,
    ]);

  test('the same slip at several places is one finding, at the first', () => {
    expect(all('v=spf1\ta\tmx -all')).toEqual([
      ['odd-character', 'error', 6, 'a tab (U+0009) stands where a plain space should stand (2 places)'],
    ]);
    expect(all('v=spf1 a\tmx -all')).toEqual([
      ['odd-character', 'error', 8, 'a tab (U+0009) stands where a plain space should stand'],
    ]);
  });

  test('errors first, then in the order of the text, what has no place last', () => {
    expect(lintRecord('v=spf1 ptr ?mx MX ip4:0.0.0.0/0 a:b@c.example').findings.map(({ code }) => code)).toEqual([
      'covers-everything',
      'odd-name',
      'ptr',
      'duplicate-term',
      'upper-case',
      'no-all',
    ]);
  });

  test('an edit that makes another one possible is followed by it', () => {
    expect(lintRecord('v=spf1 IP4:192.0.2.5/24 ip4:192.0.2.0/24 MX mx').fixed).toBe('v=spf1 ip4:192.0.2.0/24 mx ~all');
  });
});
