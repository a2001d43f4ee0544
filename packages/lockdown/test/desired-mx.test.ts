import { describe, expect, test } from 'vitest';
import type { LockdownOptions } from '../src/options.ts';
import { locked, only } from './support/locked.ts';
import { name } from './support/zone.ts';

describe('the loopback host takes the next name', () => {
  test.each([
    ['is ours, without its address', 'loopback 300 TXT v=spf1 -all', 'loopback'],
    ['has another record beside the address', 'loopback 300 A 127.0.0.1\nloopback 300 MX 10 mail', 'loopback1'],
    ['has another text and no address', 'loopback 300 TXT v=spf1 -all\nloopback 300 TXT hello', 'loopback1'],
  ])('where loopback %s: %s → %s', (_title, zone, host) => {
    expect(locked(zone, only('mx')).after).toContain(`@ MX 0 ${host}.example.com`);
  });
});

describe('below a DNAME at the apex no host can stand (RFC 6672 §2.4)', () => {
  const DNAME = '@ 300 DNAME other.example.\n@ 300 MX 10 mail.example.net.';

  test.each(['loopback', 'auto', 'null'] as const)('--mx %s is null, and nothing is put below it', (mx) => {
    const { after } = locked(DNAME, { mx });
    expect(after).toEqual(['@ DNAME other.example.', '@ MX 0 .', '@ TXT v=spf1 -all']);
  });

  test('the part mx alone, and a second run', () => {
    expect(locked(DNAME, only('mx')).after).toEqual(['@ DNAME other.example.', '@ MX 0 .']);
    expect(locked('@ 300 DNAME other.example.\n@ 300 MX 0 .', only('mx', 'hosts')).plan.changes).toEqual([]);
  });

  test('where null MX cannot be stored it is an error that names the way out', () => {
    for (const mx of ['loopback', 'auto', 'null'] as const) {
      expect(() => locked(DNAME, { mx }, false)).toThrow(
        expect.objectContaining({
          code: 'null-mx-unsupported',
          message:
            'The provider of example.com cannot store a null MX, and example.com is a DNAME, below which no loopback host can stand (RFC 6672 §2.4).',
          hint: expect.stringContaining('--skip mx'),
        }),
      );
    }
    expect(locked(DNAME, only('spf', 'hosts'), false).after).toContain('@ TXT v=spf1 -all');
  });

  test('and nothing takes the place of a CNAME, not even when it is asked for', () => {
    const zone = '@ 300 DNAME other.example.\nwww 300 CNAME host.example.net.';
    expect(
      locked(zone, { ...only('hosts'), replaceCnamesAt: new Set([name('www.example.com')]) }).plan.changes,
    ).toEqual([]);
  });

  test('a DNAME elsewhere leaves the loopback host where it is', () => {
    expect(locked('old 300 DNAME other.example.', only('mx')).after).toContain('@ MX 0 loopback.example.com');
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
