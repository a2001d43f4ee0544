import { describe, expect, test } from 'vitest';
import type { SpfRecord } from '../src/ast.ts';
import { matchedTerm } from '../src/outcome.ts';
import { parseSpf } from '../src/parse.ts';
import { checkNow, recorded, zone } from './support/check.ts';

function policy(terms: string): SpfRecord {
  return parseSpf(`v=spf1 ${terms}`).record;
}

describe('a local policy', () => {
  // Where pyspf and libspf2 put it: behind the last directive that lets somebody pass.
  test.each([
    ['v=spf1 -all', 'fail', '-all'], // nobody may send, and no list of forwarders changes that
    ['v=spf1', 'pass', 'ip4:192.0.2.1'],
    ['v=spf1 mx -all', 'pass', 'ip4:192.0.2.1'],
    ['v=spf1 mx -ip4:192.0.2.1 +all', 'pass', 'ip4:192.0.2.1'],
    ['v=spf1 mx ?ip4:192.0.2.1 -all', 'pass', 'ip4:192.0.2.1'],
    ['v=spf1 -ip4:192.0.2.1 mx -all', 'fail', '-ip4:192.0.2.1'],
    ['v=spf1 redirect=r.example.com', 'pass', 'ip4:192.0.2.1'],
  ])('%s → %s by %s', (record, result, term) => {
    const resolver = zone(`@ TXT "${record}"\n@ MX 1 m\nm A 198.51.100.1\nr TXT "v=spf1 -all"`);
    const outcome = checkNow(resolver, {}, { localPolicy: policy('ip4:192.0.2.1') });
    expect(outcome.result).toBe(result);
    expect('matched' in outcome && outcome.matched !== null ? matchedTerm(outcome.matched) : null).toBe(term);
  });

  test('is no part of an included record', () => {
    const resolver = zone(
      '@ TXT "v=spf1 -include:i.example.com -all"\ni TXT "v=spf1 mx ~all"\ni MX 1 i\ni A 198.51.100.1',
    );
    const outcome = checkNow(resolver, {}, { localPolicy: policy('ip4:192.0.2.1') });
    expect('matched' in outcome && outcome.matched !== null ? matchedTerm(outcome.matched) : null).toBe('-all');
  });

  test('spends of the same ten lookups', () => {
    const terms = Array(10).fill('a:h.example.com').join(' ');
    const resolver = zone(`@ TXT "v=spf1 ${terms} -all"\nh A 198.51.100.1`);
    expect(checkNow(resolver, {}, { localPolicy: policy('a:h.example.com') }).result).toBe('permerror');
  });
});

describe('records of the operator', () => {
  test('an override replaces what is published, and DNS is not asked', () => {
    const { resolver, questions } = recorded(zone('@ TXT "v=spf1 -all"'));
    const override = (domain: string) => (domain === 'example.com' ? 'v=spf1 +all' : null);
    expect(checkNow(resolver, {}, { override }).result).toBe('pass');
    expect(questions).toEqual([]);
  });

  test('an override mends a broken include', () => {
    const resolver = zone('@ TXT "v=spf1 include:i.example.com -all"\ni TXT "v=spf1 ip4: 192.0.2.1 -all"');
    const override = (domain: string) => (domain === 'i.example.com' ? 'v=spf1 ip4:192.0.2.1 -all' : null);
    expect(checkNow(resolver).result).toBe('permerror');
    expect(checkNow(resolver, {}, { override }).result).toBe('pass');
  });

  test.each([
    ['@ TXT "x"', 'softfail'],
    ['other A 192.0.2.1', 'softfail'],
    ['@ TXT "v=spf1 +all"', 'pass'],
  ])('a fallback stands in for a missing record only: %s → %s', (text, result) => {
    expect(checkNow(zone(text), {}, { fallback: () => 'v=spf1 ~all' }).result).toBe(result);
  });

  test('a broken one is a permerror like any other', () => {
    expect(checkNow(zone(''), {}, { override: () => 'all' })).toMatchObject({
      result: 'permerror',
      problem: { code: 'not-spf' },
    });
  });
});
