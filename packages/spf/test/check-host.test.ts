import { describe, expect, test } from 'vitest';
import { matchedTerm } from '../src/outcome.ts';
import { checkNow, recorded, zone } from './support/check.ts';

function txt(record: string, more = '') {
  return zone(`@ TXT "${record}"\n${more}`);
}

describe('the result of a record', () => {
  test.each([
    ['v=spf1 -all', 'fail'],
    ['v=spf1 ~all', 'softfail'],
    ['v=spf1 ?all', 'neutral'],
    ['v=spf1 +all', 'pass'],
    ['v=spf1', 'neutral'], // RFC 7208 §4.7
    ['v=spf1 ip4:192.0.2.0/24 -all', 'pass'],
    ['v=spf1 -ip4:192.0.2.0/24 +all', 'fail'],
    ['v=spf1 ip6:::/0 -all', 'fail'],
    ['v=spf1 -all ip4:192.0.2.1', 'fail'],
    ['v=spf1 ip4:192.0.2.1 oops', 'permerror'], // RFC 7208 §4.6: errors anywhere
    ['v=spf1 -all ip4:192.0.2.0/25-all', 'permerror'],
    ['v=spf1 constructor -all', 'permerror'],
    ['v=spf1 __proto__ toString:x -all', 'permerror'],
    ['v=spf1 __proto__=x constructor=y -all', 'permerror'], // a name begins with a letter
    ['v=spf1 constructor=y -all', 'fail'],
  ])('%s → %s', (record, result) => {
    expect(checkNow(txt(record)).result).toBe(result);
  });

  test('names the directive that decided, and the record it stands in', () => {
    const resolver = zone(
      '@ TXT "v=spf1 redirect=_spf.example.com"\n_spf TXT "v=spf1 ip4:198.51.100.0/24 -ip4:192.0.2.0/24 ~all"',
    );
    const outcome = checkNow(resolver);
    expect(outcome.result === 'fail' ? [matchedTerm(outcome.matched), outcome.matched.domain] : null).toEqual([
      '-ip4:192.0.2.0/24',
      '_spf.example.com',
    ]);
  });

  test('has no shortcut for loopback: that is for a policy to decide', () => {
    expect(checkNow(txt('v=spf1 -all'), { ip: '127.0.0.1' }).result).toBe('fail');
    expect(checkNow(txt('v=spf1 -all'), { ip: '::1' }).result).toBe('fail');
  });

  test('is found at the end of a long record', () => {
    const networks = Array.from({ length: 1000 }, (_, i) => `ip4:198.18.${i >> 8}.${i & 255}`).join(' ');
    const strings = `v=spf1 ${networks} ip4:192.0.2.1 -all`.match(/.{1,255}/g) ?? [];
    const resolver = zone(`@ TXT ${strings.map((one) => `"${one}"`).join(' ')}`);
    expect(checkNow(resolver, { ip: '192.0.2.1' }).result).toBe('pass');
    expect(checkNow(resolver, { ip: '192.0.2.2' }).result).toBe('fail');
  });

  test('of the default has no directive', () => {
    expect(checkNow(txt('v=spf1'))).toMatchObject({ result: 'neutral', matched: null });
  });
});

describe('a domain that is not checked', () => {
  test.each([
    ['', 'invalid-domain'],
    ['localhost', 'invalid-domain'],
    ['[192.0.2.1]', 'invalid-domain'],
    ['a..example.com', 'invalid-domain'],
    [`${'a'.repeat(64)}.example.com`, 'invalid-domain'],
    [`${'a.'.repeat(200)}example.com`, 'invalid-domain'],
    ['b\u00fc\u0000cher.example', 'invalid-domain'],
    ['nowhere.example.com', 'nxdomain'],
    ['noise.example.com', 'no-record'],
    ['host.example.com', 'no-record'],
  ])('%j: none, as it is %s', (domain, why) => {
    const resolver = zone('noise TXT "google-site-verification=x"\nnoise TXT ""\nhost A 192.0.2.1');
    expect(checkNow(resolver, { domain })).toMatchObject({ result: 'none', why });
  });

  test('is not asked about', () => {
    const { resolver, questions } = recorded(zone('@ TXT "v=spf1 -all"'));
    checkNow(resolver, { domain: 'localhost' });
    expect(questions).toEqual([]);
  });
});

describe('finding the record', () => {
  test.each([
    ['strings are joined without a space', '@ TXT "v=spf1 ip4:192.0" ".2.1 -all"', 'pass'],
    ['two records', '@ TXT "v=spf1 -all"\n@ TXT "V=SPF1 +all"', 'permerror'],
    ['other TXT beside it', '@ TXT "x=y"\n@ TXT "v=spf1 +all"\n@ TXT "v=spf10 -all"', 'pass'],
    ['behind a CNAME', '@ TXT "v=spf1 redirect=c.example.com"\nc CNAME d\nd TXT "v=spf1 +all"', 'pass'],
  ])('%s: %s → %s', (_title, text, result) => {
    expect(checkNow(zone(text)).result).toBe(result);
  });

  test('asks for TXT and never for type 99', () => {
    const { resolver, questions } = recorded(zone('@ A 192.0.2.1'));
    checkNow(resolver);
    expect(questions).toEqual(['example.com TXT']);
  });

  test('a domain with U-labels is asked for by its A-labels (RFC 8616)', () => {
    const resolver = zone('$ORIGIN xn--bcher-kva.example.\n@ TXT "v=spf1 exists:%{d}.x.example.com -all"\n');
    const { questions, resolver: asked } = recorded(resolver);
    checkNow(asked, { domain: 'B\u00dcCHER.example' });
    expect(questions).toEqual(['xn--bcher-kva.example TXT', 'xn--bcher-kva.example.x.example.com A']);
  });
});

describe('include and redirect', () => {
  const records = [
    'pass TXT "v=spf1 ip4:192.0.2.1 -all"',
    'soft TXT "v=spf1 ~all"',
    'neutral TXT "v=spf1 ?all"',
    'broken TXT "v=spf1 oops -all"',
    'noise TXT "x"',
    'empty A 192.0.2.1',
    'd TXT "v=spf1 exists:%{d}.x.%{o} -all"',
    'd.example.com.x A 127.0.0.2',
  ].join('\n');
  test.each([
    ['include:pass.example.com ~all', 'pass', null],
    ['-include:pass.example.com ~all', 'fail', null],
    ['include:soft.example.com -all', 'fail', null],
    ['include:neutral.example.com -all', 'fail', null],
    ['include:broken.example.com -all', 'permerror', 'unknown-mechanism'],
    ['include:noise.example.com -all', 'permerror', 'include-has-no-record'],
    ['include:empty.example.com -all', 'permerror', 'include-has-no-record'],
    ['include:gone.example.com -all', 'permerror', 'include-has-no-record'],
    ['include:a..example.com -all', 'permerror', 'include-has-no-record'],
    ['ip4:192.0.2.1 include:gone.example.com', 'pass', null], // nothing is asked after a match
    ['include:d.example.com -all', 'pass', null], // %{d} is the include's domain, %{o} the sender's
    ['redirect=pass.example.com', 'pass', null],
    ['redirect=pass.example.com ~all', 'softfail', null],
    ['redirect=noise.example.com', 'permerror', 'redirect-has-no-record'],
    ['redirect=%{d1}', 'permerror', 'redirect-has-no-record'], // a single label
  ])('%s → %s', (terms, result, code) => {
    const outcome = checkNow(txt(`v=spf1 ${terms}`, records));
    expect(outcome.result).toBe(result);
    expect(outcome.result === 'permerror' ? outcome.problem.code : null).toBe(code);
  });

  test('a problem says in which record it is', () => {
    const outcome = checkNow(txt('v=spf1 include:broken.example.com -all', records));
    expect(outcome.result === 'permerror' ? outcome.problem : null).toMatchObject({
      domain: 'broken.example.com',
      text: 'v=spf1 oops -all',
      span: { start: 7, end: 11 },
    });
  });
});

test('the same include twice is no loop', () => {
  const outcome = checkNow(
    zone('@ TXT "v=spf1 include:a.example.com include:a.example.com -all"\na TXT "v=spf1 ~all"'),
  );
  expect(outcome).toMatchObject({ result: 'fail', lookups: 2, queries: 3 });
});
