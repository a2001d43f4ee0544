import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryJournal } from '../src/journal-memory.ts';
import { providerContract } from '../src/providers/contract.ts';
import { powerdnsProvider } from '../src/providers/powerdns.ts';
import type { DnsProvider } from '../src/providers/provider.ts';
import { fingerprint } from '../src/zone.ts';
import { lockdownOf, unlockOf } from './support/drive.ts';
import { hasServer, nsupdate, type RunningServer, startServer } from './support/servers.ts';
import { lines, NOW, name } from './support/zone.ts';

const ZONE = name('unused-one.test');

describe.skipIf(!hasServer('pdns'))('a real PowerDNS', { timeout: 30_000 }, () => {
  let server: RunningServer;
  let provider: DnsProvider;
  const open = (apiKey = 'unsent-test-key'): DnsProvider =>
    powerdnsProvider({ url: `http://127.0.0.1:${server.apiPort}`, server: 'localhost', apiKey, now: () => NOW });

  beforeAll(async () => {
    server = await startServer('pdns');
    provider = open();
  }, 40_000);
  afterAll(() => server.stop());

  test('is read whole: comments of a set stand at its records', async () => {
    const { records } = await provider.read(ZONE);
    expect(lines(records, ZONE)).toEqual([
      '@ A 192.0.2.10',
      '@ MX 10 mx1.mailhost.test',
      '@ MX 20 mx2.mailhost.test',
      '@ NS ns1.fake.test',
      '@ TXT google-site-verification=AbCdEf',
      '@ TXT v=spf1 include:_spf.mailhost.test ~all',
    ]);
    expect(records.filter(({ comment }) => comment?.includes('old mail host')).map(({ type }) => type)).toEqual([
      'MX',
      'MX',
    ]);
  });

  test('lockdown and unlock restore the zone, comments of the sets included', async () => {
    const before = await provider.read(ZONE);
    const journal = memoryJournal();
    expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
    expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
    expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
  });

  test.each([
    ['a wrong key', 'other', 'unused-one.test', 'provider-forbidden'],
    ['a zone it does not hold', 'unsent-test-key', 'nowhere.example', 'zone-unknown'],
  ])('%s may not write, and that is known without a write', async (_, apiKey, zone, code) => {
    await expect(open(apiKey).probeWrite(name(zone))).rejects.toMatchObject({ code });
  });

  test('a disabled record is kept as it is', async () => {
    const rrsets = [
      {
        name: 'unused-one.test.',
        type: 'MX',
        ttl: 3600,
        changetype: 'REPLACE',
        records: [
          { content: '10 mx1.mailhost.test.', disabled: false },
          { content: '30 mx3.mailhost.test.', disabled: true },
        ],
      },
    ];
    await fetch(`http://127.0.0.1:${server.apiPort}/api/v1/servers/localhost/zones/unused-one.test.`, {
      method: 'PATCH',
      headers: { 'x-api-key': 'unsent-test-key' },
      body: JSON.stringify({ rrsets }),
    });
    const before = await provider.read(ZONE);
    const journal = memoryJournal();
    await lockdownOf(ZONE, provider, journal);
    expect(lines((await provider.read(ZONE)).records, ZONE)).toContain('@ MX (disabled) 30 mx3.mailhost.test.');
    await unlockOf(ZONE, provider, journal);
    expect(fingerprint((await provider.read(ZONE)).records)).toBe(before.fingerprint);
  });

  test('records with a space in a name (RFC 6763 §4.1.1) are kept as text, and a lockdown leaves them alone', async () => {
    // The API refuses to write such names; a transfer or an update brings them.
    const lines = [
      `_ipp._tcp.${ZONE}. 300 IN PTR my\\032printer._ipp._tcp.${ZONE}.`,
      `my\\032printer._ipp._tcp.${ZONE}. 300 IN TXT "txtvers=1"`,
    ];
    nsupdate(server.dnsPort, ZONE, 'add', lines);
    const before = await provider.read(ZONE);
    expect([...before.unheld].sort()).toEqual(lines);
    const journal = memoryJournal();
    expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
    expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
    const after = await provider.read(ZONE);
    expect([after.fingerprint, after.unheld]).toEqual([before.fingerprint, before.unheld]);
    nsupdate(server.dnsPort, ZONE, 'delete', lines);
  });

  test('a wrong key, and a server that is not there, are one sentence each', async () => {
    await expect(open('wrong').read(ZONE)).rejects.toMatchObject({ code: 'provider-forbidden' });
    const nowhere = powerdnsProvider({ url: 'http://127.0.0.1:9', server: 'localhost', apiKey: 'k', now: () => NOW });
    await expect(nowhere.read(ZONE)).rejects.toMatchObject({ code: 'provider-unreachable' });
  });

  test('a change that the server refuses is told with its reason, and nothing of it is there', async () => {
    const base = await provider.read(ZONE);
    const bad = {
      name: ZONE,
      type: 'CAA',
      text: 'no caa at all',
      ttlSeconds: 300,
      comment: null,
      tags: [],
      proxied: false,
      settings: null,
    };
    await expect(provider.write(base, [{ op: 'create', record: bad, why: 'test' }])).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining('CAA'),
    });
    expect((await provider.read(ZONE)).fingerprint).toBe(base.fingerprint);
  });

  for (const { title, tell } of providerContract(async () => ({ provider, zone: name('bare-two.test') })))
    test(title, tell);
});
