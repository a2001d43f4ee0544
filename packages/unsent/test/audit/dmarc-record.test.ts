import { describe, expect, test } from 'vitest';
import { looksLikeDmarc, parseDmarc } from '../../src/audit/dmarc-record.ts';

describe('reading a DMARC record', () => {
  test.each<[string, object]>([
    ['v=DMARC1; p=reject', { p: 'reject', sp: null, np: null, psd: 'u', isTest: false, rua: [] }],
    ['v=DMARC1;p=Reject;sp=none;np=quarantine', { p: 'reject', sp: 'none', np: 'quarantine' }],
    ['v = DMARC1 ; p = reject ;', { p: 'reject' }],
    ['v=DMARC1; psd=y; t=y', { p: 'none', psd: 'y', isTest: true }],
    [
      'v=DMARC1; p=reject; rua=mailto:a@example.com , mailto:b@example.net!10m',
      { rua: ['mailto:a@example.com', 'mailto:b@example.net!10m'] },
    ],
    ['v=DMARC1; p=reject; pct=50; ri=3600; rf=afrf', { removedTags: ['pct', 'rf', 'ri'] }],
    // RFC 9989 §4.10.1: what cannot be read makes the record count as p=none.
    ['v=DMARC1; p=refuse', { p: 'none', invalidTags: ['p'] }],
    ['v=DMARC1; p=reject; sp=all', { p: 'none', invalidTags: ['sp'] }],
    ['v=DMARC1', { p: 'none', invalidTags: [] }],
  ])('%s', (text, expected) => expect(parseDmarc(text)).toMatchObject(expected));

  test.each(['v=dmarc1; p=reject', 'p=reject; v=DMARC1', 'v=DMARC12; p=reject', 'v=spf1 -all', ''])(
    '%j is none',
    (text) => {
      expect(parseDmarc(text)).toBeNull();
    },
  );
});

test.each([
  ['v=dmarc1; p=reject', true],
  ['"v=DMARC1; p=reject"', true],
  ['p=reject; rua=mailto:a@example.com', true],
  ['v=DMARC1; p=reject', false],
  ['v=spf1 -all', false],
  ['google-site-verification=x', false],
])('%j was meant to be a DMARC record and is none: %s', (text, expected) => {
  expect(looksLikeDmarc(text)).toBe(expected);
});
