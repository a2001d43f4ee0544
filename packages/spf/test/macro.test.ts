import { describe, expect, test } from 'vitest';
import type { MacroString } from '../src/ast.ts';
import { identityOf } from '../src/identity.ts';
import { expandName, expandText, type MacroValues } from '../src/macro.ts';
import { parseExplanation } from '../src/parse.ts';
import { ip, name, query } from './support/check.ts';

// The names of RFC 7208 §7.4.
const SENDER = 'strong-bad@email.example.com';
const DOMAIN = 'email.example.com';

function parts(text: string): MacroString {
  const read = parseExplanation(text);
  if (read === null) throw new Error(`${text} is no macro-string`);
  return read;
}

function values(fields: { sender?: string; helo?: string; ip?: string; receiver?: string } = {}): MacroValues {
  const asked = query({ sender: SENDER, domain: DOMAIN, ...fields });
  return {
    ip: ip(fields.ip ?? '192.0.2.3'),
    identity: identityOf(asked),
    now: asked.now,
    domain: name(DOMAIN),
    validatedName: 'mx.example.org',
  };
}

describe('the examples of RFC 7208 §7.4', () => {
  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ])('%s → %s', (text, expected) => {
    expect(expandText(parts(text), values(), 1000)).toBe(expected);
  });

  test('of an IPv6 client', () => {
    const v6 = values({ ip: '2001:db8::cb01' });
    const reversed = '1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2';
    expect(expandText(parts('%{ir}.%{v}._spf.%{d2}'), v6, 1000)).toBe(`${reversed}.ip6._spf.example.com`);
  });
});

describe('values', () => {
  test.each([
    ['%{h}', 'mail.example.net'],
    ['%{c}', '192.0.2.3'],
    ['%{r}', 'mx.example.org'],
    ['%{t}', '1700000000'],
    ['%{p}', 'mx.example.org'],
    ['%{v}', 'in-addr'],
    ['%%%_%-', '% %20'],
    ['%{l9}', 'strong-bad'],
    ['%{L}', 'strong-bad'],
    ['%{S}', 'strong-bad%40email.example.com'],
    ['%{l1r+-}', 'strong'],
  ])('%s → %s', (text, expected) => {
    expect(expandText(parts(text), values(), 1000)).toBe(expected);
  });

  test.each([
    ['bob@example.com', '%{l}', 'bob'],
    ['@example.com', '%{l}', 'postmaster'], // RFC 7208 §4.3
    ['example.com', '%{l}@%{o}', 'postmaster@example.com'],
    ['anna@', '%{l} at %{o}', `anna at ${DOMAIN}`],
    ['"a@b"@example.com', '%{l} at %{o}', '"a@b" at example.com'], // the last @ divides
    ['x+y_z=w/v,u@example.com', '%{l+_=/,}', 'x.y.z.w.v.u'],
    ['a..b@example.com', '%{lr}', 'b..a'],
    ['a..b@example.com', '%{l2}', '.b'],
    ['$&$1@example.com', '%{l}', '$&$1'],
    ['constructor@example.com', '%{l}', 'constructor'],
    ['a b&c@example.com', '%{L}', 'a%20b%26c'],
    ['a\tb@example.com', '%{L}', 'a%09b'], // RFC 3986 §2.1: two digits
    ['a_b~c.d-e9Z@example.com', '%{L}', 'a_b~c.d-e9Z'],
    ['a.b.c.d.e.f.g.h.i.j.k@example.com', '%{l10}', 'b.c.d.e.f.g.h.i.j.k'],
    ['\u00fc@example.com', '%{L}', '%C3%BC'],
    ['\ud800@example.com', '%{L}', '%EF%BF%BD'],
    ['bob@b\u00fccher.example', '%{o}', 'xn--bcher-kva.example'], // RFC 8616 §4
  ])('of the sender %j: %s → %j', (sender, text, expected) => {
    expect(expandText(parts(text), values({ sender }), 1000)).toBe(expected);
  });

  test('an unnamed receiver is unknown', () => {
    expect(expandText(parts('%{r}'), values({ receiver: '' }), 1000)).toBe('unknown');
  });
});

describe('a name', () => {
  test('over 253 octets loses whole labels on the left', () => {
    const label = 'x'.repeat(50);
    const sender = `${[1, 2, 3, 4, 5, 6].map((n) => label + n).join('.')}@example.com`;
    const expanded = expandName(parts('%{l}.ok.example.com'), values({ sender }));
    expect(expanded).toBe(`${[3, 4, 5, 6].map((n) => label + n).join('.')}.ok.example.com`);
  });

  test('of 254 octets loses its first label', () => {
    const rest = [63, 63, 62].map((length) => 'c'.repeat(length)).join('.');
    const asked = values({ sender: `${'a'.repeat(63)}.${rest}@example.com` });
    expect(expandName(parts('%{l}'), asked)).toBe(rest);
  });

  test('of exactly 253 octets loses none', () => {
    const local = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(58)}`;
    const expanded = expandName(parts('%{l}.example.com'), values({ sender: `${local}@example.com` }));
    expect(expanded).toBe(`${local}.example.com`);
    expect(expanded).toHaveLength(253);
  });

  test.each(['a', 'ab'])('with %j before 253 octets loses that label alone, closing dot or not', (label) => {
    const rest = [63, 63, 63, 61].map((length) => 'c'.repeat(length)).join('.');
    for (const dot of ['', '.']) {
      const asked = values({ sender: `${label}.${rest}@example.com` });
      expect(expandName(parts(`%{l}${dot}`), asked)).toBe(rest);
      expect(expandName(parts(`%{l}${dot}`), values({ sender: `${rest}@example.com` }))).toBe(rest);
    }
  });

  test.each([
    ['%{l}', `${'a'.repeat(300)}@example.com`], // no label is left
    ['%{l}.example.com', 'a..b@example.com'],
    ['%{l}.example.com', `${'a'.repeat(64)}@example.com`],
    ['%{l}.example.com', '\u00fc@example.com'],
    ['%{l}.example.com', 'a\nb@example.com'],
  ])('that DNS cannot be asked for is null: %s of %j', (text, sender) => {
    expect(expandName(parts(text), values({ sender }))).toBeNull();
  });

  test('is lower case and may have spaces', () => {
    expect(expandName(parts('%{l}%_X.Example.com'), values({ sender: 'ALICE@example.com' }))).toBe(
      'alice x.example.com',
    );
  });
});

test('a text ends at the length that is asked for', () => {
  expect(expandText(parts('%{l}'.repeat(100)), values(), 25)).toBe('strong-badstrong-badstron');
});
