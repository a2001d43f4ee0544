import { describe, expect, test } from 'vitest';
import { parseZoneText, type RrType, zoneResolver } from '../src/index.ts';
import { gist } from './support/answers.ts';
import { name } from './support/names.ts';

const origin = name('example');

describe('the zone of RFC 4592 §2.2.1', () => {
  const { records } = parseZoneText(
    `
*                  3600 TXT "this is a wildcard"
*                  3600 MX 10 host1
sub.*              3600 TXT "this is not a wildcard"
host1              3600 A 192.0.2.1
_ssh._tcp.host1    3600 TXT "a stand-in for SRV"
_ssh._tcp.host2    3600 TXT "a stand-in for SRV"
`,
    { origin },
  );
  const zone = zoneResolver(records);

  test.each([
    ['host3.example', 'MX', '["{\\"preference\\":10,\\"exchange\\":\\"host1.example\\"}"]'],
    ['host3.example', 'A', 'nodata'],
    ['foo.bar.example', 'TXT', '["[\\"this is a wildcard\\"]"]'],
    ['host1.example', 'MX', 'nodata'], // it exists
    ['sub.*.example', 'MX', 'nodata'], // it exists
    ['sub.*.example', 'TXT', '["[\\"this is not a wildcard\\"]"]'],
    ['_telnet._tcp.host1.example', 'TXT', 'nxdomain'], // the closest encloser has no wildcard
    ['host2.example', 'MX', 'nodata'], // an empty non-terminal
    ['x.host2.example', 'MX', 'nxdomain'],
    ['ghost.*.example', 'MX', 'nxdomain'], // *.*.example does not exist
    ['*.example', 'TXT', '["[\\"this is a wildcard\\"]"]'],
    ['example', 'TXT', 'nodata'],
    ['test', 'TXT', 'nxdomain'],
  ] as const)('%s %s: %s', (asked, type, expected) => {
    expect(gist(zone.resolve(name(asked), type))).toBe(expected);
  });
});

describe('CNAMEs', () => {
  const chain = Array.from({ length: 30 }, (_, i) => `c${i} 60 CNAME c${i + 1}`).join('\n');
  const { records } = parseZoneText(
    `
a 30 CNAME b
b 300 CNAME c
c 600 A 192.0.2.1
loop 60 CNAME pool
pool 60 CNAME loop
self 60 CNAME self
dangling 60 CNAME nowhere
outside 60 CNAME www.example.net.
*.wild 60 CNAME c
${chain}
c30 60 A 192.0.2.30
`,
    { origin },
  );
  const zone = zoneResolver(records, { failing: [{ name: name('www.example.net') }] });
  test.each([
    ['a', 'A', '["\\"192.0.2.1\\""]'],
    ['a', 'TXT', 'nodata'],
    ['a', 'CNAME', '["\\"b.example\\""]'],
    ['loop', 'A', 'servfail'],
    ['self', 'A', 'servfail'],
    ['dangling', 'A', 'nxdomain'],
    ['outside', 'A', 'timeout'],
    ['x.wild', 'A', '["\\"192.0.2.1\\""]'],
    ['c14', 'A', '["\\"192.0.2.30\\""]'], // 16 CNAMEs
    ['c13', 'A', 'servfail'], // 17
  ] as const)('%s %s: %s', (asked, type, expected) => {
    expect(gist(zone.resolve(name(`${asked}.example`), type))).toBe(expected);
  });

  test('give the lowest TTL of the chain', () => {
    expect(zone.resolve(name('a.example'), 'A')).toMatchObject({ ttlSeconds: 30 });
  });
});

describe('failures on demand', () => {
  const { records } = parseZoneText('@ 60 TXT "x"\n@ 60 A 192.0.2.1\nalias 60 CNAME @\n* 60 A 192.0.2.2', { origin });
  const zone = zoneResolver(records, {
    failing: [
      { name: origin, type: 'TXT', cause: 'servfail' },
      { name: name('broken.example') },
      { name: name('half.example'), type: 'A' },
    ],
  });
  test.each<readonly [string, RrType, string]>([
    ['example', 'TXT', 'servfail'],
    ['example', 'A', '["\\"192.0.2.1\\""]'],
    ['alias.example', 'TXT', 'servfail'],
    ['broken.example', 'MX', 'timeout'],
    ['broken.example', 'A', 'timeout'],
    ['half.example', 'A', 'timeout'],
    ['half.example', 'TXT', 'nodata'], // the wildcard covers it
  ])('%s %s: %s', (asked, type, expected) => {
    expect(gist(zone.resolve(name(asked), type))).toBe(expected);
  });
});

test('the same record twice is one record', () => {
  const { records } = parseZoneText('@ 60 A 192.0.2.1\n@ 30 A 192.0.2.1\n@ 45 A 192.0.2.2', { origin });
  expect(zoneResolver(records).resolve(origin, 'A')).toEqual({
    kind: 'records',
    data: ['192.0.2.1', '192.0.2.2'],
    ttlSeconds: 45,
  });
});

test('negative answers carry the TTL that was given', () => {
  const zone = zoneResolver([], { negativeTtlSeconds: 300 });
  expect(zone.resolve(origin, 'A')).toEqual({ kind: 'nxdomain', ttlSeconds: 300 });
});

test('names of object properties are names like any other', () => {
  const zone = zoneResolver([]);
  expect(zone.resolve(name('constructor'), 'A').kind).toBe('nxdomain');
  expect(zone.resolve(name('__proto__'), 'TXT').kind).toBe('nxdomain');
});
