import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contains,
  formatIp,
  ipFromBytes,
  ipFromRdata,
  networkOf,
  parseIp,
  parseIpText,
  parsePrefix,
  prefixText,
  reverseName,
  sameIp,
} from '../src/index.ts';
import { ipText } from './support/names.ts';

const octets4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const octets16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('parseIp', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    // RFC 4291 §2.2 and the canonical forms of RFC 5952 §4
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::13.1.68.3', '::d01:4403'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], // §4.2.2: one group is not shortened
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'], // §4.2.3: the longest run
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], // §4.2.3: the first of equal runs
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s reads as %s', (text, canonical) => {
    const ip = parseIp(text);
    expect(ip?.text).toBe(canonical);
    expect(ip === null ? null : formatIp(ip)).toBe(canonical);
  });

  test.each(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])('%s becomes IPv4', (text) => {
    expect(parseIp(text)).toEqual(parseIp('192.0.2.1'));
  });

  test.each([
    '',
    '1',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '256.0.0.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '+1.2.3.4',
    '１.2.3.4',
    ':',
    ':::',
    '1:',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1::2::3',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '[::1]',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::01.2.3.4',
    '::ffff:',
  ])('%j is no address', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  test('agrees with node:net about which texts are addresses', () => {
    const piece = fc.oneof(
      fc.constantFrom(':', '::', '.', '0', 'ffff', '1', '25', '255', '256', 'a', ' ', '%'),
      fc.nat({ max: 70_000 }).map((n) => n.toString(16)),
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join('')),
      fc.ipV4(),
      fc.ipV6(),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const expected = isIPv4(candidate) || (isIPv6(candidate) && !candidate.includes('%'));
        expect(parseIp(candidate) !== null).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  test('reads its own text back', () => {
    fc.assert(
      fc.property(fc.oneof(octets4, octets16), (octets) => {
        const ip = ipFromBytes(octets);
        if (ip === null) throw new Error('four or sixteen octets are an address');
        expect(ipFromRdata(ip.text)).toEqual(ip);
        expect(parseIp(ip.text)?.text).toBe(ip.text.startsWith('::ffff:') ? ip.text.slice(7) : ip.text);
      }),
    );
  });

  test('writes IPv6 as the URL standard does, which follows RFC 5952 §4', () => {
    const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 0xdb8, 0xffff), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(sparse, (groups) => {
        const text = groups.map((group) => group.toString(16)).join(':');
        const ip = parseIp(text);
        if (ip?.family === 6) expect(ip.text).toBe(new URL(`http://[${text}]/`).hostname.slice(1, -1));
      }),
    );
  });
});

describe('parseIpText', () => {
  test('keeps an IPv4-mapped address as the AAAA record has it', () => {
    expect(parseIpText('::FFFF:192.0.2.1', 6)).toBe('::ffff:192.0.2.1');
  });

  test.each([
    ['192.0.2.1', 6],
    ['2001:db8::1', 4],
    ['host', 4],
    ['', 6],
  ] as const)('%s is no IPv%i address', (text, family) => {
    expect(parseIpText(text, family)).toBeNull();
  });
});

test('ipFromBytes takes four or sixteen octets and no others', () => {
  expect(ipFromBytes(Uint8Array.of(192, 0, 2, 1))?.text).toBe('192.0.2.1');
  expect(ipFromBytes(new Uint8Array(5))).toBeNull();
});

describe('parsePrefix', () => {
  test.each([
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.77', '192.0.2.77/32'],
    ['192.0.2.77/0', '0.0.0.0/0'],
    ['255.255.255.255/31', '255.255.255.254/31'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
    ['2001:db8::ffff/64', '2001:db8::/64'],
    ['2001:db8::ffff:ffff/97', '2001:db8::8000:0/97'],
    ['::ffff:192.0.2.77/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.77/32'],
    ['::ffff:192.0.2.77/80', '::/80'],
  ])('%s is the network %s', (text, canonical) => {
    const prefix = parsePrefix(text);
    expect(prefix === null ? null : prefixText(prefix)).toBe(canonical);
  });

  test.each([
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/024',
    '192.0.2.0/-1',
    '192.0.2.0/ 8',
    '2001:db8::/129',
    '/8',
    'x/8',
    '::/1000',
    '::/1e1',
    '1.2.3.4/8/8',
    '::ffff:1.2.3.4/129',
  ])('%s is no network', (text) => {
    expect(parsePrefix(text)).toBeNull();
  });
});

describe('contains', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '192.0.2.1', false],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::1/128', '2001:db8::2', false],
  ])('%s contains %s: %s', (prefix, address, expected) => {
    const [network, ip] = [parsePrefix(prefix), parseIp(address)];
    if (network === null || ip === null) throw new Error('the row is wrong');
    expect(contains(network, ip)).toBe(expected);
  });

  test('says what comparing the bits one by one says', () => {
    const bits = (octets: Uint8Array): string =>
      [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');
    for (const octets of [octets4, octets16])
      fc.assert(
        fc.property(octets, octets, fc.nat(), fc.nat(), (first, second, same, length) => {
          // A second address that shares some leading octets with the first.
          const near = Uint8Array.from(second, (octet, i) => (i < same % (first.length + 1) ? (first[i] ?? 0) : octet));
          const [a, b] = [ipFromBytes(first), ipFromBytes(near)];
          if (a === null || b === null) throw new Error('these are addresses');
          const prefixLength = length % (first.length * 8 + 1);
          const expected = bits(first).slice(0, prefixLength) === bits(near).slice(0, prefixLength);
          expect(contains(networkOf(a, prefixLength), b)).toBe(expected);
          expect(sameIp(a, b)).toBe(bits(first) === bits(near));
        }),
      );
  });
});

test.each([
  ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
  // RFC 3596 §2.5
  ['4321:0:1:2:3:4:567:89ab', 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa'],
])('the reverse name of %s is %s', (text, expected) => {
  expect(reverseName(ipFromRdata(ipText(text)))).toBe(expected);
});
