import { describe, expect, test } from 'vitest';
import { maskOf, matchNetwork, textSharesPrefix } from '../src/network.ts';
import { parseSpf } from '../src/parse.ts';
import { ip } from './support/check.ts';

function matches(client: string, term: string): boolean {
  const mechanism = parseSpf(`v=spf1 ${term}`).record.directives[0]?.mechanism;
  if (mechanism?.name !== 'ip4' && mechanism?.name !== 'ip6') throw new Error(`${term} is no network`);
  return matchNetwork(ip(client), mechanism);
}

describe('a client in a network', () => {
  test.each([
    ['192.0.2.1', 'ip4:192.0.2.1', true],
    ['192.0.2.1', 'ip4:192.0.2.2', false],
    ['192.0.2.200', 'ip4:192.0.2.77/24', true], // host bits are no part of it
    ['192.0.3.0', 'ip4:192.0.2.0/24', false],
    ['192.0.2.127', 'ip4:192.0.2.0/25', true],
    ['192.0.2.128', 'ip4:192.0.2.0/25', false],
    ['203.0.113.9', 'ip4:0.0.0.0/0', true],
    ['255.255.255.255', 'ip4:128.0.0.0/1', true],
    ['127.255.255.255', 'ip4:128.0.0.0/1', false],
    ['2001:db8::1', 'ip4:0.0.0.0/0', false],
    ['192.0.2.1', 'ip6:::/0', false],
    ['::ffff:192.0.2.1', 'ip4:192.0.2.1', true], // RFC 7208 §5
    ['::ffff:192.0.2.1', 'ip6:::ffff:192.0.2.1', false],
    ['::192.0.2.1', 'ip4:192.0.2.1', false],
    ['64:ff9b::192.0.2.1', 'ip4:192.0.2.1', false],
    ['2001:db8:0:1ff::1', 'ip6:2001:db8:0:100::/56', true],
    ['2001:db8:0:200::1', 'ip6:2001:db8:0:100::/56', false],
    ['2001:db8::1', 'ip6:2001:db8::/32', true],
    ['2001:db9::1', 'ip6:2001:db8::/32', false],
    ['2001:db8:1::1', 'ip6:2001:db8::/32', true], // the border between two words
    ['2001:db8:1::1', 'ip6:2001:db8::/33', true],
    ['2001:db8::1:0:0:1', 'ip6:2001:db8::/64', true],
    ['2001:db9::1', 'ip6:2001:db8::/64', false],
    ['2001:db8:0:0:ff::', 'ip6:2001:db8::/72', true],
    ['2001:db8:0:0:100::', 'ip6:2001:db8::/72', false],
    ['2001:db8::1:1', 'ip6:2001:db8::/96', true],
    ['2001:db8::1:0:0:1', 'ip6:2001:db8::/96', false],
    ['2001:db8:0:1::1', 'ip6:2001:db8::/96', false],
    ['2001:db8::1:0:1', 'ip6:2001:db8::1', false],
    ['2001:db8:0:1::1', 'ip6:2001:db8::1', false],
    ['2001:db9::1', 'ip6:2001:db8::1', false],
    ['2001:db8:8000::1', 'ip6:2001:db8::/33', false],
    ['2001:db8::1:0:0:1', 'ip6:2001:db8::/80', false],
    ['2001:db8::1:0:1', 'ip6:2001:db8::/80', true],
    ['2001:db8::2', 'ip6:2001:db8::1/127', false],
    ['2001:db8::ffff', 'ip6:2001:db8::ffff', true],
    ['2001:db8::fffe', 'ip6:2001:db8::ffff', false],
  ])('%s, %s: %s', (client, term, expected) => {
    expect(matches(client, term)).toBe(expected);
  });
});

describe('the text of an A or AAAA record', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', 32, true],
    ['192.0.2.1', '192.0.2.2', 32, false],
    ['192.0.2.1', '192.0.2.2', 24, true],
    ['192.0.2.1', '192.0.3.1', 24, false],
    ['192.0.2.1', '203.0.113.1', 0, true],
    ['192.0.2.1', 'no address', 0, false],
    ['192.0.2.1', '2001:db8::1', 0, false],
    ['2001:db8::1', '2001:DB8:0::1', 128, true],
    ['2001:db8::1', '2001:db8::2', 64, true],
    ['2001:db8::1', '192.0.2.1', 0, false],
    ['2001:db8::1', '', 0, false],
  ])('%s beside %s in %i bits: %s', (client, text, prefix, expected) => {
    expect(textSharesPrefix(ip(client), text, prefix)).toBe(expected);
  });
});

test.each([
  [0, 0],
  [1, 0x8000_0000],
  [24, 0xffff_ff00],
  [32, 0xffff_ffff],
])('the mask of %i bits', (prefix, mask) => {
  expect(maskOf(prefix) >>> 0).toBe(mask);
});
