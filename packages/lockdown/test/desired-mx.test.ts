import { describe, expect, test } from 'vitest';
import type { LockdownOptions } from '../src/options.ts';
import { locked, only } from './support/locked.ts';

describe('the loopback host takes the next name', () => {
  test.each([
    ['is ours, without its address', 'loopback 300 TXT v=spf1 -all', 'loopback'],
    ['has another record beside the address', 'loopback 300 A 127.0.0.1\nloopback 300 MX 10 mail', 'loopback1'],
    ['has another text and no address', 'loopback 300 TXT v=spf1 -all\nloopback 300 TXT hello', 'loopback1'],
  ])('where loopback %s: %s → %s', (_title, zone, host) => {
    expect(locked(zone, only('mx')).after).toContain(`@ MX 0 ${host}.example.com`);
  });
});

describe('MX at *', () => {
  const stars = (zone: string, given: Partial<LockdownOptions>): readonly string[] =>
    locked(`@ 300 A 192.0.2.10\n${zone}`, given).after.filter((line) => line.startsWith('* MX'));

  test.each<[string, string, Partial<LockdownOptions>, readonly string[]]>([
    ['null', '', { mx: 'null', ...only('mx', 'wildcard') }, ['* MX 0 .']],
    ['null without the part wildcard', '* 300 MX 10 mail', { mx: 'null', ...only('mx') }, ['* MX 10 mail.example.com']],
    ['loopback where there is none', '', { mx: 'loopback', ...only('mx', 'wildcard') }, []],
    ['loopback takes away what is there', '* 300 MX 10 mail', { mx: 'loopback', ...only('mx', 'wildcard') }, []],
    ['null beside a CNAME', '* 300 CNAME www', { mx: 'null', ...only('mx', 'wildcard') }, []],
  ])('%s', (_title, zone, given, expected) => expect(stars(zone, given)).toEqual(expected));
});

test.each([
  ['@ 300 A 192.0.2.10', true],
  ['@ 300 AAAA 2001:db8::10', true],
  ['www 300 CNAME host.example.net.', true],
  ['@ 300 HTTPS 1 host.example.net.', true],
  ['@ 300 TXT hello', false],
  ['shop 300 A 192.0.2.10', false],
])('with %s a loopback host shares the site: %s', (zone, isShared) => {
  expect(locked(zone, only('mx')).notes.includes('same-site')).toBe(isShared);
  expect(locked(zone, { mx: 'null', ...only('mx') }).notes).not.toContain('same-site');
});
