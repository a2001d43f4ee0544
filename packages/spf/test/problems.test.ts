import { expect, test } from 'vitest';
import type { SpfOptions } from '../src/options.ts';
import { checkNow, zone } from './support/check.ts';

const mxHosts = Array.from({ length: 11 }, (_, i) => `@ MX ${i} m${i}`).join('\n');

/** What only an evaluation can find, in words, and the section that says so. */
test.each<[text: string, options: SpfOptions, code: string, message: string, rfc: string]>([
  [
    '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx"',
    {},
    'multiple-records',
    'example.com has more than one SPF record',
    'RFC 7208 §4.5',
  ],
  [
    '@ TXT "v=spf1 a:g1.example.com mx -all"',
    { limits: { lookups: 1 } },
    'too-many-lookups',
    '"mx" is the term after the 1 that may ask DNS',
    'RFC 7208 §4.6.4',
  ],
  [
    '@ TXT "v=spf1 a:g1.example.com a:g2.example.com mx:g3.example.com -all"',
    {},
    'too-many-void-lookups',
    '"mx:g3.example.com" gets no answer, and 2 void lookups are allowed',
    'RFC 7208 §4.6.4',
  ],
  [
    `@ TXT "v=spf1 mx -all"\n${mxHosts}`,
    {},
    'too-many-mx',
    '"mx" names 11 MX hosts, and 10 are allowed',
    'RFC 7208 §4.6.4',
  ],
  [
    '@ TXT "v=spf1 a:g1.example.com -all"',
    { limits: { queries: 1 } },
    'too-many-queries',
    'g1.example.com is one question more than the 1 that are allowed',
    'RFC 7208 §4.6.4',
  ],
  [
    '@ TXT "v=spf1 include:g1.example.com -all"',
    {},
    'include-has-no-record',
    '"include:g1.example.com" names a domain that has no SPF record',
    'RFC 7208 §5.2',
  ],
  [
    '@ TXT "v=spf1 redirect=g1.example.com"',
    {},
    'redirect-has-no-record',
    '"redirect=g1.example.com" names a domain that has no SPF record',
    'RFC 7208 §6.1',
  ],
])('%s', (text, options, code, message, rfc) => {
  expect(checkNow(zone(text), {}, options)).toMatchObject({ result: 'permerror', problem: { code, message, rfc } });
});
