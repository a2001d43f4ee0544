import { type DomainName, parseZoneText, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { decidingRecord, organizationOf, walkDmarc } from '../../src/audit/dmarc-walk.ts';

const name = (text: string): DomainName => text as DomainName;

function walk(start: string, zone: string, failing: readonly string[] = []) {
  const { records } = parseZoneText(zone.replace(/^ +/gm, ''), { origin: name('invalid') });
  const asked: string[] = [];
  const resolver = zoneResolver(records, { failing: failing.map((one) => ({ name: name(one) })) });
  const counting = {
    resolve: (...question: Parameters<typeof resolver.resolve>) => {
      asked.push(question[0]);
      return resolver.resolve(...question);
    },
  };
  return walkDmarc(name(start), counting as typeof resolver).then((found) => ({ found, asked }));
}

describe('the DNS Tree Walk (RFC 9989 §4.10)', () => {
  test('asks at each level up to the top', async () => {
    const { asked } = await walk('a.mail.example.com', '');
    expect(asked).toEqual(['_dmarc.a.mail.example.com', '_dmarc.mail.example.com', '_dmarc.example.com', '_dmarc.com']);
  });

  test('cuts a name of eight labels and more to seven: never more than eight questions', async () => {
    const { asked } = await walk('a.b.c.d.e.f.g.h.i.j.mail.example.com', '');
    expect(asked).toHaveLength(8);
    expect(asked.slice(0, 3)).toEqual([
      '_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com',
      '_dmarc.g.h.i.j.mail.example.com',
      '_dmarc.h.i.j.mail.example.com',
    ]);
  });

  test.each<[string, string, string, string | null, string]>([
    // title, start, zone, whose record decides, organisation
    ['its own record', 'example.com', '_dmarc.example.com. TXT "v=DMARC1; p=reject"', 'example.com', 'example.com'],
    ['inherited', 'a.b.example.com', '_dmarc.example.com. TXT "v=DMARC1; p=reject"', 'example.com', 'example.com'],
    [
      'a record in between is the organisation only when none stands above',
      'a.b.example.com',
      '_dmarc.b.example.com. TXT "v=DMARC1; p=none"\n_dmarc.example.com. TXT "v=DMARC1; p=reject"',
      'example.com',
      'example.com',
    ],
    [
      'psd=n ends the walk',
      'a.b.example.com',
      '_dmarc.b.example.com. TXT "v=DMARC1; p=none; psd=n"\n_dmarc.example.com. TXT "v=DMARC1; p=reject"',
      'b.example.com',
      'b.example.com',
    ],
    [
      'psd=y at the public suffix: the organisation is one label below',
      'a.example.com',
      '_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"',
      'com',
      'example.com',
    ],
    [
      'the organisation comes before its public suffix',
      'a.example.com',
      '_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"\n_dmarc.example.com. TXT "v=DMARC1; p=none"',
      'example.com',
      'example.com',
    ],
    ['nothing', 'example.com', '_dmarc.example.com. TXT "hello"', null, 'example.com'],
    [
      'several records at one name are all ignored',
      'a.example.com',
      '_dmarc.a.example.com. TXT "v=DMARC1; p=none"\n_dmarc.a.example.com. TXT "v=DMARC1; p=reject"\n_dmarc.example.com. TXT "v=DMARC1; p=quarantine"',
      'example.com',
      'example.com',
    ],
  ])('%s', async (_title, start, zone, decides, organization) => {
    const { found } = await walk(start, zone);
    expect(decidingRecord(found)?.domain ?? null).toBe(decides);
    expect(organizationOf(found)).toBe(organization);
  });

  test('a failure on the way is told, not taken for "no record"', async () => {
    const { found } = await walk('a.example.com', '', ['_dmarc.example.com']);
    expect(found.failure).not.toBeNull();
  });
});
