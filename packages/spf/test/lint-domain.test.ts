import { type DomainName, parseZoneText, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { type DomainLint, lintDomain } from '../src/lint-domain.ts';

const ORIGIN = 'example.com' as DomainName;

function lint(zone: string, failing: readonly string[] = []): Promise<DomainLint> {
  const { records } = parseZoneText(zone.replace(/^ +/gm, ''), { origin: ORIGIN });
  return lintDomain(ORIGIN, zoneResolver(records, { failing: failing.map((name) => ({ name: name as DomainName })) }));
}

const includes = (count: number): string =>
  Array.from({ length: count }, (_, i) => `i${i} TXT "v=spf1 -all"`).join('\n');
const including = (count: number): string =>
  Array.from({ length: count }, (_, i) => `include:i${i}.example.com`)
    .join(' ')
    .replace(/(.{150}\S*) /, '$1 " "');

describe('findings that need the DNS', () => {
  test.each<[string, 'error' | 'advice', string, string | null]>([
    ['no-record', 'error', '@ TXT "hello"', 'v=spf1 -all'],
    ['no-domain', 'error', 'other.example. A 192.0.2.1', null],
    ['not-recognised', 'error', '@ TXT "\\"v=spf1 -all\\""', 'v=spf1 -all'],
    ['not-recognised', 'error', '@ TXT "v=spf1; ip4:192.0.2.1; -all"', 'v=spf1 ip4:192.0.2.1 -all'],
    [
      'multiple-records',
      'error',
      '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n@ TXT "v=spf1 ip4:192.0.2.2 ~all"',
      'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ~all',
    ],
    ['too-many-lookups', 'error', `@ TXT "v=spf1 ${including(11)} -all"\n${includes(11)}`, null],
    ['many-lookups', 'advice', `@ TXT "v=spf1 ${including(9)} -all"\n${includes(9)}`, null],
    ['too-many-voids', 'error', '@ TXT "v=spf1 a:x.example.com a:y.example.com mx:z.example.com -all"', null],
    ['void-lookup', 'advice', '@ TXT "v=spf1 a:x.example.com -all"', null],
    ['bad-target', 'advice', '@ TXT "v=spf1 mx -all"\n@ MX 0 .', null],
    ['loop', 'error', '@ TXT "v=spf1 include:i0.example.com -all"\ni0 TXT "v=spf1 redirect=example.com"', null],
    ['target-has-no-record', 'error', '@ TXT "v=spf1 include:gone.example.com -all"', null],
    ['target-is-broken', 'error', '@ TXT "v=spf1 include:i0.example.com -all"\ni0 TXT "v=spf1 foo"', null],
    ['target-passes-all', 'error', '@ TXT "v=spf1 include:i0.example.com -all"\ni0 TXT "v=spf1 +all"', null],
    ['exp-target', 'advice', '@ TXT "v=spf1 -all exp=gone.example.com"', null],
    ['exp-target', 'advice', '@ TXT "v=spf1 -all exp=e.%{d}"\ne TXT "one"\ne TXT "two"', null],
  ])('%s (%s): %s', async (code, severity, zone, fixed) => {
    const found = await lint(zone);
    expect(found.findings.filter((one) => one.code === code)).toMatchObject([{ severity }]);
    expect(found.fixed).toBe(fixed);
  });

  test('a dns failure is told as such, for the domain and for an include', async () => {
    expect((await lint('@ TXT "v=spf1 -all"', ['example.com'])).findings).toMatchObject([{ code: 'dns-failure' }]);
    const below = await lint('@ TXT "v=spf1 include:i.example.com -all"', ['i.example.com']);
    expect(below.findings).toMatchObject([{ code: 'dns-failure', span: { start: 7, end: 28 } }]);
  });

  test('eleven MX hosts break the record', async () => {
    const hosts = Array.from({ length: 11 }, (_, i) => `@ MX ${i} m${i}`).join('\n');
    expect((await lint(`@ TXT "v=spf1 mx -all"\n${hosts}`)).findings).toMatchObject([{ code: 'too-many-mx' }]);
  });

  test('a finding below an include names the domain whose record is wrong, and the way there', async () => {
    const { findings } = await lint(`
      @ TXT "v=spf1 include:i.example.com -all"
      i TXT "v=spf1 include:j.example.com -all"
      j TXT "v=spf1 include:gone.example.com -all"`);
    expect(findings).toMatchObject([{ code: 'target-has-no-record', domain: 'j.example.com', span: null }]);
    expect(findings[0]?.message).toContain('(below include:i.example.com > include:j.example.com)');
  });

  test('the advice about a provider’s own record is not ours to give', async () => {
    const { findings } = await lint('@ TXT "v=spf1 include:i.example.com -all"\ni TXT "v=spf1 ptr ?all"');
    expect(findings).toEqual([]);
  });

  test('too many lookups are told once, with the includes counted', async () => {
    const terms = Array.from({ length: 11 }, (_, i) => `a:h${i}.example.com`).join(' ');
    const { findings } = await lint(`@ TXT "v=spf1 ${terms} -all"\n*.example.com. A 192.0.2.1`);
    expect(findings.filter((one) => one.code === 'too-many-lookups').length).toBe(1);
  });

  test('a broken record is looked up as it was meant', async () => {
    const found = await lint('@ TXT "v=spf1 include: i.example.com -all"\ni TXT "v=spf1 a -all"\ni A 192.0.2.1');
    expect(found.tree?.lookups).toBe(2);
    expect(found.fixed).toBe('v=spf1 include:i.example.com -all');
  });

  test('a good record has nothing', async () => {
    const found = await lint(
      '@ TXT "v=spf1 mx include:i.example.com -all"\n@ MX 10 m\nm A 192.0.2.1\nm AAAA 2001:db8::1\ni TXT "v=spf1 ip4:192.0.2.7 ~all"',
    );
    expect(found).toMatchObject({ findings: [], fixed: null, tree: { lookups: 2 } });
  });
});
