import { describe, expect, test } from 'vitest';
import { askTarget } from '../src/tree-answers.ts';
import { name, recorded, zone } from './support/check.ts';

const NONE = { ipv4: 0, ipv6: 0 };
const BOTH = { ipv4: 1, ipv6: 1 };
const hosts = (count: number): string => Array.from({ length: count }, (_, i) => `t MX ${i} h${i}`).join('\n');

/** What a term finds at its target, and for which clients the lookup is void (RFC 7208 §4.6.4, §5.3, §5.4, §5.7). */
describe('the answer to', () => {
  test.each<['a' | 'mx' | 'exists', string, object]>([
    ['a', 't A 192.0.2.1', { kind: 'found', text: '1 address', voids: { ipv4: 0, ipv6: 1 } }],
    ['a', 't AAAA 2001:db8::1', { kind: 'found', text: '1 address', voids: { ipv4: 1, ipv6: 0 } }],
    ['a', 't A 192.0.2.1\nt A 192.0.2.2\nt AAAA 2001:db8::1', { kind: 'found', text: '3 addresses', voids: NONE }],
    ['a', 't TXT "x"', { kind: 'empty', text: 'no address', voids: BOTH }],
    ['a', 'other TXT "x"', { kind: 'no-such-name', text: 'no such name', voids: BOTH }],
    ['mx', 't MX 1 h\nh A 192.0.2.1', { kind: 'found', text: '1 MX host, 1 address', voids: NONE }],
    [
      'mx',
      't MX 1 h\nt MX 2 i\nh A 192.0.2.1\ni AAAA 2001:db8::1\ni AAAA 2001:db8::2',
      { kind: 'found', text: '2 MX hosts, 3 addresses', voids: NONE },
    ],
    ['mx', 't MX 1 gone', { kind: 'no-host', text: '1 MX host, 0 addresses', voids: NONE }],
    ['mx', 't MX 0 .', { kind: 'no-host', text: 'null MX: no host', voids: NONE }],
    ['mx', 't A 192.0.2.1', { kind: 'empty', text: 'no MX', voids: BOTH }],
    ['mx', 'other A 192.0.2.1', { kind: 'no-such-name', text: 'no such name', voids: BOTH }],
    ['mx', hosts(10), { kind: 'no-host', text: '10 MX hosts, 0 addresses', voids: NONE }],
    ['mx', hosts(11), { kind: 'too-many-mx', text: '11 MX hosts, 10 are allowed', voids: NONE }],
    ['exists', 't A 127.0.0.2', { kind: 'found', text: 'exists', voids: NONE }],
    // RFC 7208 §5.7: an A record, whatever else the name has.
    ['exists', 't AAAA 2001:db8::1', { kind: 'empty', text: 'no IPv4 address', voids: BOTH }],
    ['exists', 'other A 192.0.2.1', { kind: 'no-such-name', text: 'no such name', voids: BOTH }],
  ])('%s where the zone has %j', async (term, text, expected) => {
    expect(await askTarget(term, name('t.example.com'), zone(text), undefined)).toEqual(expected);
  });

  test.each(['a', 'mx', 'exists'] as const)('%s where DNS fails', async (term) => {
    const failing = zone('t A 192.0.2.1', [{ name: name('t.example.com'), cause: 'servfail' }]);
    expect(await askTarget(term, name('t.example.com'), failing, undefined)).toEqual({
      kind: 'failure',
      text: 't.example.com is set to fail',
      voids: NONE,
    });
  });

  // RFC 7208 §5.4: an address of the host may be the client's.
  test.each(['t MX 1 h', 't MX 1 i\nt MX 2 h\ni A 192.0.2.1'])('mx where DNS fails for a host of %j', async (text) => {
    const failing = zone(text, [{ name: name('h.example.com'), type: 'AAAA', cause: 'servfail' }]);
    expect(await askTarget('mx', name('t.example.com'), failing, undefined)).toEqual({
      kind: 'failure',
      text: 'h.example.com: h.example.com is set to fail',
      voids: NONE,
    });
  });

  test('other terms is none, and nothing is asked', async () => {
    const { resolver, questions } = recorded(zone('t A 192.0.2.1'));
    for (const term of ['ptr', 'include', 'redirect', 'ip4', 'all'] as const) {
      expect(await askTarget(term, name('t.example.com'), resolver, undefined)).toBeNull();
    }
    expect(questions).toEqual([]);
  });
});
