import { type DomainName, parseIp, parseZoneText, type Resolver, zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { checkHost } from '../src/check-host.ts';
import { laxOutcome } from '../src/lax.ts';

const ORIGIN = 'example.com' as DomainName;

async function check(zone: string | Resolver, client = '192.0.2.1', options = {}, domain = 'example.com') {
  const ip = parseIp(client);
  if (ip === null) throw new Error(client);
  const resolver = typeof zone === 'string' ? zoneResolver(parseZoneText(zone, { origin: ORIGIN }).records) : zone;
  const query = {
    ip,
    domain,
    sender: 'a@example.com',
    helo: 'h.example',
    receiver: '',
    now: new Date(0),
  };
  const strict = await checkHost(query, resolver, options);
  return { strict, lax: await laxOutcome(strict, query, resolver, options) };
}

describe('the result under lax rules beside a permerror', () => {
  test.each([
    ['a space after ip4:', '@ TXT "v=spf1 ip4: 192.0.2.1 -all"', 'pass', 'v=spf1 ip4:192.0.2.1 -all'],
    ['a space missing before -all', '@ TXT "v=spf1 ip4:192.0.2.0/25-all"', 'pass', 'v=spf1 ip4:192.0.2.0/25 -all'],
    ['a term that means nothing', '@ TXT "v=spf1 foo ip4:192.0.2.1 -all"', 'pass', 'v=spf1 ip4:192.0.2.1 -all'],
    [
      'a broken term after the match',
      '@ TXT "v=spf1 ip4:198.51.100.1 -all ip4:x"',
      'fail',
      'v=spf1 ip4:198.51.100.1 -all',
    ],
    [
      'two records',
      '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n@ TXT "v=spf1 mx ~all"\n@ MX 1 m\nm A 198.51.100.1',
      'pass',
      'v=spf1 ip4:192.0.2.1 mx ~all',
    ],
    [
      'a broken record below',
      '@ TXT "v=spf1 include:b.example.com -all"\nb TXT "v=spf1 ipv4:192.0.2.1 -all"',
      'pass',
      'v=spf1 ip4:192.0.2.1 -all',
    ],
    [
      'two redirects',
      '@ TXT "v=spf1 redirect=b.example.com redirect=c.example.com"\nb TXT "v=spf1 ip4:192.0.2.1 -all"',
      'pass',
      'v=spf1 redirect=b.example.com',
    ],
  ])('%s', async (_title, zone, result, record) => {
    const { strict, lax } = await check(zone);
    expect(strict.result).toBe('permerror');
    expect(lax?.outcome.result).toBe(result);
    expect(lax?.corrected.map((one) => one.record)).toEqual([record]);
    expect(lax?.problems.length).toBeGreaterThan(0);
  });

  test('of two records each is mended before they are merged, and other texts stay out of it', async () => {
    const { strict, lax } = await check(
      '@ TXT "v=spf1 foo ip4: 192.0.2.1 -all"\n@ TXT "hello"\n@ TXT "v=spf1 mx ~all"\n@ MX 1 m\nm A 198.51.100.1',
    );
    expect(lax?.corrected).toEqual([
      {
        domain: 'example.com',
        published: 'v=spf1 foo ip4: 192.0.2.1 -all\nv=spf1 mx ~all',
        record: 'v=spf1 ip4:192.0.2.1 mx ~all',
        repairs: [],
      },
    ]);
    expect(lax?.problems).toEqual(strict.result === 'permerror' ? [strict.problem] : []);
  });

  test('what was dropped of two redirects is told without a repair', async () => {
    const { lax } = await check('@ TXT "v=spf1 redirect=b.example.com redirect=c.example.com"\nb TXT "v=spf1 -all"');
    expect(lax?.corrected).toMatchObject([
      { published: 'v=spf1 redirect=b.example.com redirect=c.example.com', repairs: [] },
    ]);
  });

  test('more questions are let through', async () => {
    const { strict, lax } = await check('@ TXT "v=spf1 a:gone.example.com ip4:192.0.2.1 -all"', '192.0.2.1', {
      limits: { queries: 1 },
    });
    expect(strict).toMatchObject({ result: 'permerror', problem: { code: 'too-many-queries' } });
    expect(lax).toMatchObject({ outcome: { result: 'pass' }, corrected: [] });
  });

  test('two mistakes in two records are both mended', async () => {
    const { lax } = await check('@ TXT "v=spf1 include: b.example.com -all"\nb TXT "v=spf1 ip4:192.0.2.0/24-all"');
    expect(lax?.outcome.result).toBe('pass');
    expect(lax?.corrected.map((one) => one.domain)).toEqual(['example.com', 'b.example.com']);
  });

  test('an include without a record matches nobody', async () => {
    const { strict, lax } = await check('@ TXT "v=spf1 include:gone.example.com ip4:192.0.2.1 -all"');
    expect(strict).toMatchObject({ result: 'permerror', problem: { code: 'include-has-no-record' } });
    expect(lax).toMatchObject({ outcome: { result: 'pass' }, corrected: [] });
  });

  test('more than ten lookups are let through, and counted', async () => {
    const includes = Array.from({ length: 12 }, (_, i) => `include:i${i}.example`).join(' ');
    const inner = Array.from({ length: 12 }, (_, i) => `i${i}.example. TXT "v=spf1 -all"`).join('\n');
    const { strict, lax } = await check(`@ TXT "v=spf1 ${includes} ip4:192.0.2.1 -all"\n${inner}`);
    expect(strict).toMatchObject({ result: 'permerror', problem: { code: 'too-many-lookups' } });
    expect(lax?.outcome).toMatchObject({ result: 'pass', lookups: 12 });
  });

  test('a record that includes itself stays a permerror', async () => {
    const { lax } = await check('@ TXT "v=spf1 include:example.com ip4:192.0.2.1 -all"');
    expect(lax?.outcome.result).toBe('permerror');
  });
});

describe('beside none', () => {
  test.each(['"\\"v=spf1 ip4:192.0.2.1 -all\\""', '"v=spf1; ip4:192.0.2.1; -all"', '"spf1 ip4:192.0.2.1 -all"'])(
    'a record that nobody recognises: %s',
    async (txt) => {
      const { strict, lax } = await check(`@ TXT ${txt}`);
      expect(strict.result).toBe('none');
      expect(lax?.outcome.result).toBe('pass');
      expect(lax?.corrected[0]?.record).toBe('v=spf1 ip4:192.0.2.1 -all');
      expect(lax?.problems).toEqual([]);
    },
  );

  test('the record is found among other texts', async () => {
    const { lax } = await check('@ TXT "hello"\n@ TXT "spf1 ip4:192.0.2.1 -all"');
    expect(lax?.corrected).toMatchObject([{ published: 'spf1 ip4:192.0.2.1 -all' }]);
  });

  test.each([
    ['another text', '@ TXT "hello"'],
    ['no text at all', '@ A 192.0.2.1'],
    ['no such name', 'other A 192.0.2.1'],
    ['a good record', '@ TXT "v=spf1 -all"'],
  ])('%s needs no lax reading', async (_title, zone) => {
    expect((await check(zone)).lax).toBeNull();
  });

  test('a domain that is no name needs none, and nothing is asked', async () => {
    const asked: string[] = [];
    const resolver: Resolver = {
      resolve(name) {
        asked.push(name);
        return { kind: 'nxdomain', ttlSeconds: 0 };
      },
    };
    for (const domain of ['[192.0.2.1]', 'localhost', 'a..b']) {
      const { strict, lax } = await check(resolver, '192.0.2.1', {}, domain);
      expect([strict.result, lax, asked]).toEqual(['none', null, []]);
    }
  });
});
