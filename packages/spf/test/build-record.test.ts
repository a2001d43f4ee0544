import { contains, parseIp, parsePrefix } from '@unsent/dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildRecord, type Senders, splitText } from '../src/build-record.ts';
import { parseSpf } from '../src/parse.ts';

const NOBODY: Senders = { ip: [], include: [], a: false, mx: false, strict: false };
const text = (senders: Partial<Senders>): string => {
  const built = buildRecord({ ...NOBODY, ...senders });
  return built.kind === 'record' ? built.text : `invalid: ${built.value} ${built.why}`;
};

test.each<[Partial<Senders>, string]>([
  [{}, 'v=spf1 -all'],
  [{ ip: ['192.0.2.1'] }, 'v=spf1 ip4:192.0.2.1 ~all'],
  [{ ip: ['192.0.2.1'], strict: true }, 'v=spf1 ip4:192.0.2.1 -all'],
  [
    { include: ['_spf.Example.net.'], mx: true, a: true, ip: ['2001:db8::1', '192.0.2.1'] },
    'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 a mx include:_spf.example.net ~all',
  ],
  [{ ip: ['192.0.2.5/24'] }, 'v=spf1 ip4:192.0.2.0/24 ~all'],
  [{ ip: ['192.0.2.0/25', '192.0.2.128/25'] }, 'v=spf1 ip4:192.0.2.0/24 ~all'],
  [{ ip: ['192.0.2.1', '192.0.2.0', '192.0.2.2', '192.0.2.3'] }, 'v=spf1 ip4:192.0.2.0/30 ~all'],
  [{ ip: ['192.0.2.1', '192.0.2.2'] }, 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ~all'],
  [{ ip: ['192.0.2.7', '192.0.2.0/24', '192.0.2.7'] }, 'v=spf1 ip4:192.0.2.0/24 ~all'],
  [{ ip: ['2001:db8::/33', '2001:db8:8000::/33'] }, 'v=spf1 ip6:2001:db8::/32 ~all'],
  [{ ip: ['::ffff:192.0.2.1'] }, 'v=spf1 ip4:192.0.2.1 ~all'],
  [{ include: ['a.example', 'A.example', 'b.example'] }, 'v=spf1 include:a.example include:b.example ~all'],
  [{ include: ['b\u00fccher.example'] }, 'v=spf1 include:xn--bcher-kva.example ~all'],
  [{ ip: [' 192.0.2.1 '], include: [' a.example '] }, 'v=spf1 ip4:192.0.2.1 include:a.example ~all'],
  [{ ip: ['192.0.2.0/25', '192.0.2.0/24'] }, 'v=spf1 ip4:192.0.2.0/24 ~all'],
  [{ ip: ['192.0.2.0/24', '192.0.2.0/25'] }, 'v=spf1 ip4:192.0.2.0/24 ~all'],
  // Halves of the whole Internet stay halves.
  [{ ip: ['0.0.0.0/1', '128.0.0.0/1'] }, 'v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 ~all'],
  [{ ip: ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/1'] }, 'v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 ~all'],
  // In ascending order, whichever of the four words differs.
  [
    { ip: ['2001:db9::', '2001:db8:1::', '2001:db8:0:0:1::', '2001:db8::9', '2001:db8::4'] },
    'v=spf1 ip6:2001:db8::4 ip6:2001:db8::9 ip6:2001:db8:0:0:1:: ip6:2001:db8:1:: ip6:2001:db9:: ~all',
  ],
  [{ ip: ['192.0.2.300'] }, 'invalid: 192.0.2.300 is no IP address or network'],
  [{ ip: ['0.0.0.0/0'] }, 'invalid: 0.0.0.0/0 would let every host of the Internet send'],
  [{ include: ['localhost'] }, 'invalid: localhost is no domain name'],
])('%j → %s', (senders, expected) => expect(text(senders)).toBe(expected));

test('a long record is cut between terms into strings of at most 255 octets, and lint says so', () => {
  const built = buildRecord({ ...NOBODY, ip: Array.from({ length: 40 }, (_, i) => `192.0.2.${i * 2}`) });
  if (built.kind !== 'record') throw new Error(built.why);
  expect(built.strings.join('')).toBe(built.text);
  expect(built.strings.every((string) => string.length <= 255)).toBe(true);
  expect(built.strings.slice(0, -1).every((string) => string.endsWith(' '))).toBe(true);
  expect(built.lint.findings.map((finding) => finding.code)).toEqual(['record-size', 'long-string']);
});

test.each<[Partial<Senders>, string, string]>([
  [{ ip: ['x'] }, 'x', 'is no IP address or network'],
  [{ ip: ['::/0'] }, '::/0', 'would let every host of the Internet send'],
  [{ include: ['a..b'] }, 'a..b', 'is no domain name'],
])('%j is invalid', (senders, value, why) => {
  expect(buildRecord({ ...NOBODY, ...senders })).toEqual({ kind: 'invalid', value, why });
});

test.each([
  ['x'.repeat(255), [255]],
  ['x'.repeat(256), [255, 1]],
  [`${'x'.repeat(254)} y`, [255, 1]],
  [`${'x'.repeat(255)} y`, [255, 2]],
  [` ${'x'.repeat(255)}`, [255, 1]],
])('%j is cut into strings of %j', (whole, lengths) => {
  expect(splitText(whole).map((string) => string.length)).toEqual(lengths);
  expect(splitText(whole).join('')).toBe(whole);
});

test('a text without spaces is cut all the same', () => {
  expect(splitText('x'.repeat(600)).map((string) => string.length)).toEqual([255, 255, 90]);
});

describe('properties', () => {
  const address = fc.integer({ min: 0, max: 255 }).map((last) => `192.0.2.${last}`);
  const network = fc.tuple(address, fc.integer({ min: 24, max: 32 })).map(([ip, length]) => `${ip}/${length}`);

  test('the record lets exactly the same addresses pass as the list', () => {
    fc.assert(
      fc.property(fc.array(network, { minLength: 1, maxLength: 12 }), address, (list, client) => {
        const ip = parseIp(client);
        const holds = (networks: readonly string[]): boolean =>
          networks.map(parsePrefix).some((one) => one !== null && ip !== null && contains(one, ip));
        const terms = text({ ip: list })
          .split(' ')
          .filter((term) => term.startsWith('ip4:'));
        expect(holds(terms.map((term) => term.slice(4)))).toBe(holds(list));
      }),
      { numRuns: 300 },
    );
  });

  test('the record is well-formed and lint has nothing to mend', () => {
    fc.assert(
      fc.property(
        fc.array(network, { maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (ip, a, mx, strict) => {
          const built = buildRecord({ ip, include: [], a, mx, strict });
          if (built.kind !== 'record') throw new Error(built.why);
          expect(parseSpf(built.text).problems).toEqual([]);
          expect(built.lint.fixed).toBeNull();
        },
      ),
    );
  });
});
