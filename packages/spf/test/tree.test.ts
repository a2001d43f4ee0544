import { type DomainName, parseZoneText, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import type { LookupTree } from '../src/lookup-tree.ts';
import { lookupTree } from '../src/tree.ts';

const ORIGIN = 'example.com' as DomainName;

function read(zone: string, failing: readonly string[] = []): Promise<LookupTree> {
  const { records } = parseZoneText(zone.replace(/^ +/gm, ''), { origin: ORIGIN });
  return lookupTree(ORIGIN, zoneResolver(records, { failing: failing.map((name) => ({ name: name as DomainName })) }));
}

describe('lookups are counted for each term, with all below it', () => {
  test('include, redirect, a, mx, exists and ptr cost one each; ip4, ip6 and all nothing', async () => {
    const tree = await read(`
      @ TXT "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 a mx ptr exists:e.example.com include:i.example.com redirect=r.example.com"
      @ A 192.0.2.1
      @ MX 10 m
      m A 192.0.2.2
      e A 127.0.0.2
      i TXT "v=spf1 a:m.example.com include:j.example.com -all"
      j TXT "v=spf1 mx:example.com -all"
      r TXT "v=spf1 exists:e.example.com -all"`);
    expect(tree.terms.map(({ name, lookups }) => [name, lookups])).toEqual([
      ['ip4', 0],
      ['ip6', 0],
      ['a', 1],
      ['mx', 1],
      ['ptr', 1],
      ['exists', 1],
      ['include', 4], // itself, a, include, mx
      ['redirect', 2],
    ]);
    expect(tree.lookups).toBe(10);
  });

  test('what stands after all is never looked at, and a redirect beside all neither', async () => {
    const tree = await read('@ TXT "v=spf1 a -all mx redirect=r.example.com"\n@ A 192.0.2.1');
    expect(tree.terms.map((term) => term.term)).toEqual(['a', '-all']);
    expect(tree.lookups).toBe(1);
  });

  test('a name included twice is no loop and counts twice', async () => {
    const tree = await read(
      '@ TXT "v=spf1 include:i.example.com ?include:i.example.com -all"\ni TXT "v=spf1 a -all"\ni A 192.0.2.1',
    );
    expect(tree.lookups).toBe(4);
  });

  // RFC 7208 §4.6.4: the PTR lookup of a %{p} is counted; the answer serves the whole check.
  test.each([
    ['exists:%{p}.e.example.com -all', [2, 0]],
    ['exists:%{P1}.e.example.com a:%{p}.f.example.com -all', [2, 1, 0]],
    ['ptr exists:%{p}.e.example.com -all', [1, 1, 0]],
    ['ptr:%{p}.example.com exists:%{p}.e.example.com -all', [2, 1, 0]],
    ['include:i.example.com exists:%{p}.e.example.com -all', [3, 1, 0]],
    ['include:%{p}.example.com redirect=%{p}.example.com', [2, 1]],
    ['-all exp=%{p}.example.com', [0]],
  ])('the first %%{p} costs one more: %s', async (terms, lookups) => {
    const tree = await read(`@ TXT "v=spf1 ${terms}"\ni TXT "v=spf1 exists:%{p}.e.example.com -all"`);
    expect(tree.terms.map((term) => term.lookups)).toEqual(lookups);
  });

  test('%{d} is known, other macros are not followed but cost their lookup', async () => {
    const tree = await read('@ TXT "v=spf1 include:_spf.%{d} exists:%{i}.e.example.com -all"\n_spf TXT "v=spf1 -all"');
    expect(tree.terms.map(({ target, lookups }) => [target, lookups])).toEqual([
      ['_spf.example.com', 1],
      [null, 1],
      [null, 0],
    ]);
  });
});

describe('void lookups', () => {
  test('depend on the family of the client', async () => {
    const tree = await read(
      '@ TXT "v=spf1 a:v4.example.com a:v6.example.com mx:none.example.com -all"\nv4 A 192.0.2.1\nv6 AAAA 2001:db8::1',
    );
    expect(tree.voids).toEqual({ ipv4: 2, ipv6: 2 });
    expect(tree.terms.map(({ voids }) => [voids.ipv4, voids.ipv6])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  test('the addresses of MX hosts never count', async () => {
    const tree = await read('@ TXT "v=spf1 mx -all"\n@ MX 10 gone');
    expect(tree.voids).toEqual({ ipv4: 0, ipv6: 0 });
    expect(tree.terms[0]?.answer).toMatchObject({ kind: 'no-host', text: '1 MX host, 0 addresses' });
  });
});

describe('what cannot be read', () => {
  test.each([
    ['no-domain', '', '@ TXT "v=spf1 include:gone.example.com -all"'],
    ['no-record', '', '@ TXT "v=spf1 include:i.example.com -all"\ni TXT "hello"'],
    ['multiple-records', '', '@ TXT "v=spf1 include:i.example.com -all"\ni TXT "v=spf1 -all"\ni TXT "v=spf1 ~all"'],
    ['broken', '', '@ TXT "v=spf1 include:i.example.com -all"\ni TXT "v=spf1 foo -all"'],
    ['loop', '', '@ TXT "v=spf1 include:example.com -all"'],
    ['dns-failure', 'i.example.com', '@ TXT "v=spf1 include:i.example.com -all"'],
  ])('%s', async (state, failing, zone) => {
    const tree = await read(zone, failing === '' ? [] : [failing]);
    expect(tree.terms[0]?.inner?.state).toBe(state);
    expect(tree.terms[0]?.inner?.detail).not.toBe('');
  });

  test.each([
    [
      'includes without end',
      (name: string) => [...'abcdefghij'].map((letter) => `include:${letter}.${name.slice(-20)}`),
    ],
    ['3,000 targets', () => Array.from({ length: 3000 }, (_, i) => `mx:h${i}.example`)],
  ])('%s: the questions stay bounded, and the count is that of the record', async (_title, terms) => {
    let asked = 0;
    const hosts = Array.from({ length: 10 }, (_, i) => ({ preference: i, exchange: `m${i}.example` }));
    const resolve = (name: string, type: string) => {
      asked++;
      const data = type === 'TXT' ? [[`v=spf1 ${terms(name).join(' ')} -all`]] : hosts;
      return { kind: 'records' as const, data: data as never[], ttlSeconds: 1 };
    };
    const tree = await lookupTree(ORIGIN, { resolve });
    expect(asked).toBeLessThanOrEqual(100 + 60 * 21);
    expect(tree.lookups).toBeGreaterThan(10);
  });
});
