import type { Resolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { checkNow, name, recorded, zone } from './support/check.ts';

function codeOf(resolver: Resolver, fields = {}, options = {}): string {
  const outcome = checkNow(resolver, fields, options);
  return outcome.result === 'permerror' ? outcome.problem.code : outcome.result;
}

const HOST = 'h A 198.51.100.1\n';
const times = (count: number, term: string) => Array(count).fill(term).join(' ');

describe('ten terms may ask DNS (RFC 7208 §4.6.4)', () => {
  test.each([
    [`@ TXT "v=spf1 ${times(10, 'a:h.example.com')} -all"`, 'fail'],
    [`@ TXT "v=spf1 ${times(11, 'a:h.example.com')} -all"`, 'too-many-lookups'],
    [`@ TXT "v=spf1 ${times(10, 'a:h.example.com')} ip4:192.0.2.1 a -all"`, 'pass'],
    [`@ TXT "v=spf1 ${times(10, 'a:h.example.com')} redirect=r.example.com"\nr TXT "v=spf1 -all"`, 'too-many-lookups'],
    ['@ TXT "v=spf1 include:example.com -all"', 'too-many-lookups'], // a loop
    ['@ TXT "v=spf1 redirect=example.com"', 'too-many-lookups'],
    ['@ TXT "v=spf1 include:x.%{d} -all"\n* TXT "v=spf1 include:x.%{d} -all"', 'too-many-lookups'], // names that grow
    [`@ TXT "v=spf1 ${times(9, 'a:h.example.com')} exists:%{p}.x.example.com -all"`, 'too-many-lookups'], // PTR counts
  ])('%s → %s', (text, expected) => {
    expect(codeOf(zone(`${text}\n${HOST}`))).toBe(expected);
  });

  test('all together: the counter does not start again in an include', () => {
    const records = [1, 2, 3].map((n) => `i${n} TXT "v=spf1 ${times(3, 'a:h.example.com')} -all"`).join('\n');
    const includes = [1, 2, 3].map((n) => `include:i${n}.example.com`).join(' ');
    expect(codeOf(zone(`@ TXT "v=spf1 ${includes} -all"\n${records}\n${HOST}`))).toBe('too-many-lookups');
  });

  test('the lookup is spent before the question: no eleventh name is asked for', () => {
    const { resolver, questions } = recorded(zone(`@ TXT "v=spf1 ${times(13, 'a:h.example.com')} -all"\n${HOST}`));
    checkNow(resolver);
    expect(questions).toHaveLength(1 + 10);
  });

  test('the greediest record asks 123 questions and no more', () => {
    const mx = Array.from({ length: 10 }, (_, i) => `m MX ${i} h${i}\nh${i} A 198.51.100.${i}`).join('\n');
    const ptr = Array.from({ length: 40 }, (_, i) => `1 PTR p${i}.example.net.`).join('\n');
    const text = `@ TXT "v=spf1 ${times(10, 'mx:m.example.com')} -all exp=%{p}.e.example.com"`;
    const { resolver, questions } = recorded(zone(`${text}\n${mx}\n$ORIGIN 2.0.192.in-addr.arpa.\n${ptr}`));
    expect(checkNow(resolver)).toMatchObject({ result: 'fail', lookups: 10, queries: 123 });
    expect(questions).toHaveLength(123);
  });

  test('the problem names the term', () => {
    const outcome = checkNow(zone(`@ TXT "v=spf1 ${times(10, 'a:h.example.com')} mx -all"\n${HOST}`));
    expect(outcome.result === 'permerror' ? outcome.problem.message : null).toContain('"mx"');
  });
});

describe('two void lookups are allowed', () => {
  test.each([
    ['a:g1.example.com a:g2.example.com', 'fail'],
    ['a:g1.example.com a:g2.example.com a:g3.example.com', 'too-many-void-lookups'],
    ['mx:h.example.com exists:g2.example.com ptr', 'too-many-void-lookups'],
    ['mx:h.example.com exists:g2.example.com a:h.example.com', 'fail'],
    ['a:g1.example.com a:g2.example.com include:g3.example.com', 'too-many-void-lookups'],
    ['mx:v.example.com', 'fail'], // addresses of MX hosts never count
  ])('%s → %s', (terms, expected) => {
    const text = `@ TXT "v=spf1 ${terms} -all"\n${HOST}v MX 1 n1\nv MX 2 n2\nv MX 3 n3`;
    expect(codeOf(zone(text))).toBe(expected);
  });

  test('a failure is no void lookup, and a missing explanation is none', () => {
    const text = '@ TXT "v=spf1 a:g1.example.com a:g2.example.com exp=g3.example.com -all"';
    expect(checkNow(zone(text))).toMatchObject({ result: 'fail', explanation: null, voidLookups: 2 });
  });

  test('counting by dual stack forgives a name that has addresses of the other family', () => {
    const text = `@ TXT "v=spf1 ${times(3, 'a:h.example.com')} a:g1.example.com a:g2.example.com -all"\n${HOST}`;
    expect(codeOf(zone(text), { ip: '2001:db8::1' })).toBe('too-many-void-lookups');
    expect(codeOf(zone(text), { ip: '2001:db8::1' }, { voidCounting: 'dual-stack' })).toBe('fail');
  });
});

describe('other limits', () => {
  test.each([
    [{ lookups: 1 }, 'too-many-lookups'],
    [{ voids: 0 }, 'too-many-void-lookups'],
    [{ mx: 1 }, 'too-many-mx'],
    [{ queries: 3 }, 'too-many-queries'],
    [{ lookups: 20, voids: 5 }, 'fail'],
  ])('%j → %s', (limits, expected) => {
    const text = `@ TXT "v=spf1 a:g1.example.com mx:h.example.com -all"\n${HOST}h MX 1 h\nh MX 2 h`;
    expect(codeOf(zone(text), {}, { limits })).toBe(expected);
  });

  test('a loop ends although a million lookups are allowed', () => {
    const resolver = zone('@ TXT "v=spf1 include:example.com -all"');
    expect(codeOf(resolver, {}, { limits: { lookups: 1_000_000 } })).toBe('too-many-lookups');
  });
});

describe('failures of DNS are temperrors (RFC 7208 §5)', () => {
  test.each([
    ['example.com', '-all'],
    ['bad.example.com', 'a:bad.example.com'],
    ['bad.example.com', 'mx:bad.example.com'],
    ['h.example.com', 'mx:m.example.com'],
    ['bad.example.com', 'exists:bad.example.com'],
    ['bad.example.com', 'include:bad.example.com'],
    ['bad.example.com', 'redirect=bad.example.com'],
  ])('%s fails: %s', (failed, terms) => {
    for (const cause of ['timeout', 'servfail', 'refused', 'malformed', 'unreachable'] as const) {
      const resolver = zone(`@ TXT "v=spf1 ${terms}"\n${HOST}m MX 1 h`, [{ name: name(failed), cause }]);
      expect(checkNow(resolver)).toMatchObject({ result: 'temperror', name: failed });
    }
  });

  test('a resolver that throws is one too', () => {
    const resolver: Resolver = {
      resolve() {
        throw new Error('socket closed');
      },
    };
    expect(checkNow(resolver)).toMatchObject({ result: 'temperror', detail: 'unreachable: socket closed' });
  });
});
