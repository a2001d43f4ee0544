import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../../test/support/cloudflare-stand-in/server.ts';
import { parkedZone, standInZone } from '../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../test/support/require.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { cloudflareProvider } from '../src/providers/cloudflare.ts';
import { providerContract } from '../src/providers/contract.ts';
import type { DnsProvider } from '../src/providers/provider.ts';
import { lockdownOf, unlockOf } from './support/drive.ts';
import { lines, NOW, name } from './support/zone.ts';

const ZONE = name('parked.example');

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'Cloudflare (stand-in)',
  { timeout: 30_000 },
  () => {
    let standIn: StandIn;
    let provider: DnsProvider;
    const open = (token = standIn.token): DnsProvider =>
      cloudflareProvider({ token, url: standIn.url, now: () => NOW, pacer: null, timeoutMs: 2000 });

    beforeAll(async () => {
      standIn = await startStandIn([
        parkedZone('parked.example'),
        standInZone('contract.example', []),
        standInZone('printing.example', [
          ['MX', 'printing.example', 'mx.old.example', { priority: 5 }],
          ['TXT', 'my printer._ipp._tcp.printing.example', '"txtvers=1"'],
          ['PTR', '_ipp._tcp.printing.example', 'my\\032printer._ipp._tcp.printing.example'],
        ]),
        standInZone('pending.example', [], { status: 'pending' }),
        standInZone('partial.example', [], { type: 'partial' }),
        standInZone('free.example', [['MX', 'free.example', 'mx.old.example', { priority: 5 }]], { plan: 'free' }),
        standInZone(
          'wide.example',
          Array.from({ length: 230 }, (_, i) => ['A', `h${i}.wide.example`, '192.0.2.1'] as const),
          { plan: 'free' },
        ),
        standInZone('routed.example', [
          [
            'MX',
            'routed.example',
            'route1.mx.example',
            { priority: 5, meta: { email_routing: true, read_only: true } },
          ],
        ]),
        ...Array.from({ length: 100 }, (_, i) => standInZone(`z${i}.example`, [])),
      ]);
      provider = open();
    });
    afterAll(() => standIn.close());
    afterEach(() => expect(standIn.validator.lint).toEqual([]));

    test('a zone is read in one call, with comments, tags, proxied and settings', async () => {
      await provider.find(ZONE);
      const before = standIn.calls.length;
      const { records } = await provider.read(ZONE);
      expect(standIn.calls.length - before).toBe(1);
      expect(lines(records, ZONE)).toEqual([
        '@ A 192.0.2.10',
        '@ AAAA 2001:db8::10',
        '@ CAA 0 issue "ca.example"',
        '@ MX 10 mx1.old-host.example',
        '@ MX 20 mx2.old-host.example',
        '@ TXT site-verification=AbCdEf',
        '@ TXT v=spf1 include:_spf.|old-host.example ~all',
        '_dmarc TXT v=DMARC1; p=none; rua=mailto:d@reports.example',
        's1._domainkey CNAME s1.esp.example',
        'www CNAME parked.example',
      ]);
      const [mx] = records.filter(({ comment }) => comment === 'old mail host');
      expect(mx).toMatchObject({ tags: ['team:mail'], proxied: false });
      expect(records.filter(({ settings }) => settings !== null)).toMatchObject([
        { settings: '{"flatten_cname":true}' },
      ]);
    });

    test('a token that may only read is told apart without a write', async () => {
      const before = await provider.read(ZONE);
      await expect(open('read-only').probeWrite(ZONE)).rejects.toMatchObject({ code: 'provider-forbidden' });
      await provider.probeWrite(ZONE);
      expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
    });

    test('lockdown is one batch; unlock restores content, TTL, priority, comment, tags, proxied, settings', async () => {
      const before = await provider.read(ZONE);
      const foreign = standIn.zones[0]?.records.filter(({ type }) => /^A|^CAA/.test(type));
      const journal = memoryJournal();
      const start = standIn.calls.length;
      expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
      expect(standIn.calls.slice(start).map((call) => call.replace(/zone-[a-z-]+/, 'ID'))).toEqual([
        'GET /zones/ID/dns_records',
        'GET /zones/ID/dns_records',
        'POST /zones/ID/dns_records/batch',
        'GET /zones/ID/dns_records',
      ]);
      expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
      expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
      expect(standIn.zones[0]?.records.filter(({ type }) => /^A|^CAA/.test(type))).toEqual(foreign);
    });

    test('ambient keys of the environment are ignored', async () => {
      process.env['CLOUDFLARE_API_KEY'] = 'ambient';
      process.env['CLOUDFLARE_EMAIL'] = 'ambient@example.com';
      process.env['CLOUDFLARE_API_USER_SERVICE_KEY'] = 'ambient';
      try {
        await expect(open().find(ZONE)).resolves.toMatchObject({ name: ZONE });
      } finally {
        delete process.env['CLOUDFLARE_API_KEY'];
        delete process.env['CLOUDFLARE_EMAIL'];
        delete process.env['CLOUDFLARE_API_USER_SERVICE_KEY'];
      }
    });

    test('108 zones are listed in three calls', async () => {
      const before = standIn.calls.length;
      expect(await open().zones()).toHaveLength(108);
      expect(standIn.calls.length - before).toBe(3);
    });

    test.each([
      ['pending.example', 'pending'],
      ['partial.example', 'a CNAME setup, whose DNS is kept elsewhere'],
      ['parked.example', null],
    ])('%s is inactive because: %s', async (zone, inactive) => {
      expect((await provider.find(name(zone)))?.inactive).toBe(inactive);
    });

    test('a record with a space in its name (RFC 6763 §4.1.1) is kept as text, and a lockdown leaves it alone', async () => {
      const printing = name('printing.example');
      const before = await provider.read(printing);
      expect(before.records).toHaveLength(1);
      expect(before.unheld).toEqual([
        'my\\032printer._ipp._tcp.printing.example. 300 IN TXT "txtvers=1"',
        '_ipp._tcp.printing.example. 300 IN PTR my\\032printer._ipp._tcp.printing.example.',
      ]);
      const journal = memoryJournal();
      expect((await lockdownOf(printing, provider, journal)).kind).toBe('applied');
      expect((await unlockOf(printing, provider, journal)).kind).toBe('applied');
      const after = await provider.read(printing);
      expect([after.fingerprint, after.unheld]).toEqual([before.fingerprint, before.unheld]);
    });

    test('Email Routing is seen, so that it can be refused', async () => {
      expect((await provider.read(name('routed.example'))).emailRouting).toBe(true);
      expect((await provider.read(ZONE)).emailRouting).toBe(false);
    });

    test('the free plan, without tags, is locked and unlocked all the same', async () => {
      const free = name('free.example');
      const before = await provider.read(free);
      const journal = memoryJournal();
      expect((await lockdownOf(free, provider, journal)).kind).toBe('applied');
      expect((await unlockOf(free, provider, journal)).kind).toBe('applied');
      expect((await provider.read(free)).fingerprint).toBe(before.fingerprint);
    });

    test('a zone with more changes than one batch holds takes two, and comes back', async () => {
      const wide = name('wide.example');
      const before = await provider.read(wide);
      const journal = memoryJournal();
      const start = standIn.calls.length;
      expect((await lockdownOf(wide, provider, journal)).kind).toBe('applied');
      expect(standIn.calls.slice(start).filter((call) => call.startsWith('POST'))).toHaveLength(2);
      expect((await unlockOf(wide, provider, journal)).kind).toBe('applied');
      expect((await provider.read(wide)).fingerprint).toBe(before.fingerprint);
    });

    test.each([
      ['an unknown token', 'unknown', 'provider-token-refused'],
      ['a malformed token', 'with spaces in it', 'provider-token-refused'],
      ['a token without the permission', 'read-nothing', 'provider-forbidden'],
    ])('%s is one sentence that says what to do', async (_, token, code) => {
      const rejection = expect(open(token).read(ZONE)).rejects;
      await rejection.toMatchObject({ code, hint: expect.stringMatching(/CLOUDFLARE_API_TOKEN|DNS: Edit/) });
      // The token itself never stands in a message.
      await expect(open(token).read(ZONE)).rejects.not.toMatchObject({ message: expect.stringContaining(token) });
    });

    test('no token at all is said before any call', () => {
      const before = standIn.calls.length;
      expect(() => open('')).toThrow('There is no Cloudflare API token.');
      expect(standIn.calls.length).toBe(before);
    });

    test('a zone that is not there', async () => {
      await expect(provider.read(name('nowhere.example'))).rejects.toMatchObject({ code: 'zone-unknown' });
      expect(await provider.find(name('x.nowhere.test'))).toBe(null);
    });

    test.each([
      ['429', 'provider-rate-limited', 'wait 300 s'],
      ['502', 'provider-failed', 'read the DNS records'],
      ['reset', 'provider-unreachable', 'read the DNS records'],
      ['hang', 'provider-unreachable', 'it took too long'],
    ] as const)('a call that ends in %s is made once and told', async (fault, code, words) => {
      const quick = cloudflareProvider({
        token: standIn.token,
        url: standIn.url,
        now: () => NOW,
        pacer: null,
        timeoutMs: 150,
      });
      await quick.find(ZONE);
      const before = standIn.calls.length;
      standIn.faults = () => fault;
      try {
        await expect(quick.read(ZONE)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
      } finally {
        standIn.faults = () => null;
      }
      expect(standIn.calls.length - before).toBe(1);
    });

    for (const { title, tell } of providerContract(async () => ({
      provider: open(),
      zone: name('contract.example'),
    }))) {
      test(title, tell);
    }
  },
);
