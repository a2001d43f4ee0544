import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintRecord } from '../src/lint.ts';
import { parseSpf } from '../src/parse.ts';

const LONG = `v=spf1 ${Array.from({ length: 30 }, (_, i) => `ip4:192.0.2.${100 + i}`).join(' ')} -all`;
const TWELVE = Array.from({ length: 11 }, (_, i) => `include:${i}.example.com`).join(' ');

describe('rules for well-formed records', () => {
  test.each([
    // code, record, what it becomes
    ['pass-all', 'v=spf1 mx all', 'v=spf1 mx ~all'],
    ['pass-all', 'v=spf1 +all', 'v=spf1 ~all'],
    ['neutral-all', 'v=spf1 mx ?all', null],
    ['no-all', 'v=spf1 mx', 'v=spf1 mx ~all'],
    ['after-all', 'v=spf1 mx -all a', 'v=spf1 mx -all'],
    ['redirect-ignored', 'v=spf1 mx -all redirect=example.com', 'v=spf1 mx -all'],
    ['covers-everything', 'v=spf1 ip4:0.0.0.0/0 -all', null],
    ['covers-everything', 'v=spf1 a:mail.example.com/0 -all', null],
    ['covers-everything', 'v=spf1 mx//0 -all', null],
    ['wide-network', 'v=spf1 ip4:192.0.0.0/8 -all', null],
    ['wide-network', 'v=spf1 a/16 -all', null],
    ['wide-network', 'v=spf1 ip6:2001:d00::/24 -all', null],
    ['host-bits', 'v=spf1 ip4:192.0.2.5/24 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['host-bits', 'v=spf1 ?ip6:2001:db8::5/32 -all', 'v=spf1 ?ip6:2001:db8::/32 -all'],
    ['mapped-network', 'v=spf1 ip6:::ffff:192.0.2.0/120 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['private-network', 'v=spf1 ip4:10.1.2.3 -all', null],
    ['private-network', 'v=spf1 ip6:fd00::1 -all', null],
    ['duplicate-term', 'v=spf1 include:a.example mx include:A.example -all', 'v=spf1 include:a.example mx -all'],
    ['duplicate-term', 'v=spf1 ip4:192.0.2.1 ip4:192.0.2.1/32 -all', 'v=spf1 ip4:192.0.2.1 -all'],
    ['covered-term', 'v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 -all', 'v=spf1 ip4:192.0.2.0/24 -all'],
    ['ptr', 'v=spf1 ptr -all', null],
    ['macro-p', 'v=spf1 exists:%{p}.example.com -all', null],
    ['odd-name', 'v=spf1 include:alice@example.com -all', null],
    [
      'trailing-dot',
      'v=spf1 include:a.example. mx:b.example./24 -all',
      'v=spf1 include:a.example mx:b.example/24 -all',
    ],
    ['upper-case', 'V=SPF1 IP4:192.0.2.1 -ALL', 'v=spf1 ip4:192.0.2.1 -all'],
    ['unknown-modifier', 'v=spf1 x-owner=alice -all', null],
    ['modifier-order', 'v=spf1 exp=e.example mx -all', 'v=spf1 mx -all exp=e.example'],
    ['exp-unused', 'v=spf1 mx ~all exp=e.example', null],
    ['record-size', LONG, null],
    ['long-string', LONG, null],
    ['too-many-lookups', `v=spf1 ${TWELVE} -all`, null],
  ])('%s: %s', (code, record, fixed) => {
    const lint = lintRecord(record);
    expect(lint.findings.map((finding) => finding.code)).toContain(code);
    expect(lint.fixed).toBe(fixed);
  });

  test.each([
    'v=spf1 -all',
    'v=spf1 a mx/28 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.example.com ~all',
    'v=spf1 redirect=_spf.example.com',
    'v=spf1 exists:%{i}._spf.%{d} -all exp=explain.example.com',
    'v=spf1 mx -all ra=postmaster rp=100 rr=all',
  ])('nothing to say about %s', (record) => {
    expect(lintRecord(record)).toMatchObject({ findings: [], fixed: null });
  });
});

describe('rules for broken records', () => {
  test.each([
    ['missing-space', 'v=spf1 ip4:192.0.2.0/25-all', 'v=spf1 ip4:192.0.2.0/25 -all'],
    ['unknown-mechanism', 'v=spf1 foo mx -all', null],
    ['invalid-prefix', 'v=spf1 ip4:192.0.2.0/33 -all', null],
    ['duplicate-modifier', 'v=spf1 redirect=a.example redirect=b.example', null],
    ['not-spf', 'hello', null],
    ['quotes', '"v=spf1 mx -all"', 'v=spf1 mx -all'],
  ])('%s: %s', (code, record, fixed) => {
    const lint = lintRecord(record);
    expect(lint.findings[0]).toMatchObject({ code, severity: 'error' });
    expect(lint.fixed).toBe(fixed);
  });

  test('errors stand before advice, and advice about a mended record points into the published one', () => {
    const record = 'v=spf1 ptr ip4: 192.0.2.1 ip4:192.0.2.5/24-all';
    const found = lintRecord(record).findings.map(({ code, span }) => [
      code,
      span && record.slice(span.start, span.end),
    ]);
    expect(found).toEqual([
      ['needless-space', 'ip4: 192.0.2.1'],
      ['missing-space', 'ip4:192.0.2.5/24-all'],
      ['ptr', 'ptr'],
      ['host-bits', 'ip4:192.0.2.5/24-all'],
    ]);
  });

  test('every finding names an RFC and says something', () => {
    for (const record of [LONG, 'v=spf1 +all a redirect=x.example', 'v=spf1 ip4:1, foo']) {
      for (const { rfc, message } of lintRecord(record).findings) {
        expect(rfc).toMatch(/^RFC \d+ §\d/);
        expect(message.length).toBeGreaterThan(10);
      }
    }
  });
});

test('size and lookups are counted', () => {
  expect(lintRecord(LONG)).toMatchObject({ octets: LONG.length, strings: 2, lookups: 0 });
  expect(
    lintRecord('v=spf1 a mx ptr include:a.example exists:b.example ip4:192.0.2.1 redirect=c.example').lookups,
  ).toBe(6);
  expect(lintRecord('v=spf1 a -all mx redirect=c.example').lookups).toBe(1);
  expect(lintRecord('v=spf1 \u2013all').octets).toBe(13);
});

test('what DNS has cut into strings already is not told to be cut', () => {
  expect(lintRecord(LONG, { isPublished: true }).findings.map((finding) => finding.code)).toEqual(['record-size']);
});

describe('properties', () => {
  const term = fc.constantFrom(
    ...[
      'a',
      'MX',
      'ptr',
      'all',
      '-all',
      '?all',
      'ip4:192.0.2.1/24',
      'ip4:192.0.2.9',
      'ip6:::ffff:192.0.2.1',
      'a/8',
      'x=y',
    ],
    ...[
      'include:a.example.',
      'include:a.example',
      'redirect=b.example',
      'exp=c.example',
      'ip4:',
      '192.0.2.1',
      ',',
      'foo',
      '-',
    ],
  );
  const anyRecord = fc.array(term, { maxLength: 12 }).map((terms) => ['v=spf1', ...terms].join(' '));

  test('a fixed record is well-formed and needs no further fix', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { fixed } = lintRecord(record);
        if (fixed === null) return;
        expect(parseSpf(fixed).problems).toEqual([]);
        expect(lintRecord(fixed).fixed).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test('capitals of a text that is no record are no finding', () => {
    expect(lintRecord('A').findings.map(({ code }) => code)).not.toContain('upper-case');
  });

  test('never throws, and every span lies in the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), anyRecord), (text) => {
        for (const { span } of lintRecord(text).findings) {
          if (span !== null) expect(span.start >= 0 && span.start <= span.end && span.end <= text.length).toBe(true);
        }
      }),
    );
  });
});
