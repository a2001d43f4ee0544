import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, portOf } from '../../../test/support/ports.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { providerContract } from '../src/providers/contract.ts';
import type { DnsProvider } from '../src/providers/provider.ts';
import { rfc2136Provider } from '../src/providers/rfc2136.ts';
import type { TsigKey } from '../src/providers/tsig.ts';
import { NO_META } from '../src/zone.ts';
import { snapshotText } from '../src/zone-text.ts';
import { lockdownOf, unlockOf } from './support/drive.ts';
import { hasServer, KEY, nsupdate, type RunningServer, startServer } from './support/servers.ts';
import { lines, name, records } from './support/zone.ts';

const ZONE = name('unused-one.test');

describe.each(['bind', 'knot', 'pdns'] as const)('dynamic update on a real %s', (kind) => {
  describe.skipIf(!hasServer(kind))('', { timeout: 30_000 }, () => {
    let server: RunningServer;
    let provider: DnsProvider;
    const open = (key: TsigKey | null = KEY, zones = [ZONE]): DnsProvider =>
      rfc2136Provider({ host: '127.0.0.1', port: server.dnsPort, key, zones, now: () => new Date(), timeoutMs: 5000 });

    beforeAll(async () => {
      server = await startServer(kind);
      provider = open();
    }, 40_000);
    afterAll(() => server.stop());

    test('lockdown and unlock restore the zone', async () => {
      const before = await provider.read(ZONE);
      expect(lines(before.records, ZONE)).toContain('@ TXT google-site-verification=AbCdEf');
      const journal = memoryJournal();
      expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
      expect(lines((await provider.read(ZONE)).records, ZONE)).toContain('@ MX 0 loopback.unused-one.test');
      expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
      expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
    });

    test('compare and swap: a plan for a zone that has changed is refused by the server itself', async () => {
      const base = await provider.read(ZONE);
      const [mx] = base.records.filter(({ type }) => type === 'MX');
      if (mx === undefined) throw new Error('no MX');
      const { id: _, ...content } = mx;
      const replace = (ttlSeconds: number) => [
        {
          op: 'replace' as const,
          before: mx,
          after: { ...content, type: 'MX' as const, data: { preference: 0, exchange: '.' as const }, ttlSeconds },
          why: '',
        },
      ];
      const rest = base.records.filter((record) => record.type === 'MX' && record !== mx);
      const alone = [...replace(300), ...rest.map((record) => ({ op: 'delete' as const, record, why: '' }))];
      await provider.write(base, alone);
      const after = await provider.read(ZONE);
      await expect(provider.write(base, alone)).rejects.toMatchObject({ code: 'zone-changed' });
      expect((await provider.read(ZONE)).fingerprint).toBe(after.fingerprint);
    });

    test('a name that somebody took in the meantime is not written to', async () => {
      const base = await provider.read(ZONE);
      const free = name(`new.${ZONE}`);
      const meta = { comment: null, tags: [], proxied: false, settings: null, ttlSeconds: 300 };
      const cname = { name: free, type: 'CNAME' as const, data: name('elsewhere.example'), ...meta };
      await provider.write(base, [{ op: 'create', record: cname, why: '' }]);
      const txt = { name: free, type: 'TXT' as const, data: ['v=spf1 -all'], ...meta };
      await expect(provider.write(base, [{ op: 'create', record: txt, why: '' }])).rejects.toMatchObject({
        code: 'zone-changed',
      });
    });

    test('a CAA tag in capitals is replaced, and comes back as it was', async () => {
      const before = await provider.read(ZONE);
      const put = async (text: string): Promise<void> => {
        const base = await provider.read(ZONE);
        const old = base.records.filter(({ type }) => type === 'CAA');
        const record = { name: ZONE, type: 'CAA', text, ttlSeconds: 300, ...NO_META };
        const away = old.map((one) => ({ op: 'delete' as const, record: one, why: '' }));
        await provider.write(base, [...away, { op: 'create', record, why: '' }]);
      };
      const loud = '0 ISSUE "ca.example"';
      for (const text of [loud, '0 issue ";"', loud]) {
        await put(text);
        expect(lines((await provider.read(ZONE)).records, ZONE)).toContain(`@ CAA ${text}`);
      }
      const base = await provider.read(ZONE);
      const caa = base.records.filter(({ type }) => type === 'CAA');
      await provider.write(
        base,
        caa.map((record) => ({ op: 'delete', record, why: '' })),
      );
      expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
    });

    test('a zone with more hosts than one message can hold is locked and unlocked all the same', async () => {
      const before = await provider.read(ZONE);
      const hosts = Array.from({ length: 700 }, (_, i) => `host-${i} 300 A 192.0.2.${i % 250}`).join('\n');
      await provider.write(
        before,
        records(hosts, ZONE).map((record) => ({ op: 'create', record, why: '' })),
      );
      const full = await provider.read(ZONE);
      const journal = memoryJournal();
      expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
      const locked = lines((await provider.read(ZONE)).records, ZONE);
      expect(locked.filter((line) => /^host-.* TXT v=spf1 -all$/.test(line))).toHaveLength(700);
      expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
      const after = await provider.read(ZONE);
      expect(after.fingerprint).toBe(full.fingerprint);
      const gone = after.records.filter((record) => record.name.startsWith('host-'));
      await provider.write(
        after,
        gone.map((record) => ({ op: 'delete', record, why: '' })),
      );
      expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
    });

    test('a name with more records than one message can hold is named, and nothing is written', async () => {
      const base = await provider.read(ZONE);
      const some = name(`some.${ZONE}`);
      const much = name(`much.${ZONE}`);
      const text = (at: typeof ZONE, data: readonly string[]) => ({
        op: 'create' as const,
        record: { name: at, type: 'TXT' as const, data, ttlSeconds: 300, ...NO_META },
        why: '',
      });
      const changes = Array.from({ length: 300 }, (_, i) => text(much, [String(i).padEnd(255, '.')]));
      await expect(provider.write(base, [text(some, ['x']), ...changes])).rejects.toMatchObject({
        code: 'record-unsupported',
        message: expect.stringContaining(much),
      });
      expect((await provider.read(ZONE)).fingerprint).toBe(base.fingerprint);
    });

    test('records with a space in a name (RFC 6763 §4.1.1) are kept as text, and a lockdown leaves them alone', async () => {
      const lines = [
        `my\\032printer._ipp._tcp.${ZONE}. 300 IN SRV 0 0 631 printer.${ZONE}.`,
        `my\\032printer._ipp._tcp.${ZONE}. 300 IN TXT "txtvers=1"`,
        `_ipp._tcp.${ZONE}. 300 IN PTR my\\032printer._ipp._tcp.${ZONE}.`,
      ];
      nsupdate(server.dnsPort, ZONE, 'add', lines);
      const before = await provider.read(ZONE);
      expect([...before.unheld].sort()).toEqual([...lines].sort());
      expect(snapshotText(before)).toContain(`\n${lines[0]}\n`);
      const journal = memoryJournal();
      expect((await lockdownOf(ZONE, provider, journal)).kind).toBe('applied');
      expect((await unlockOf(ZONE, provider, journal)).kind).toBe('applied');
      const after = await provider.read(ZONE);
      expect(after.fingerprint).toBe(before.fingerprint);
      expect([...after.unheld].sort()).toEqual([...lines].sort());
      nsupdate(server.dnsPort, ZONE, 'delete', lines);
    });

    test('the zone of a name is found by its SOA record when no zones are listed', async () => {
      const asking = rfc2136Provider({
        host: '127.0.0.1',
        port: server.dnsPort,
        key: KEY,
        zones: null,
        now: () => new Date(),
      });
      expect((await asking.find(name(`a.b.${ZONE}`)))?.name).toBe(ZONE);
      expect(await asking.zones()).toBe(null);
      expect(await asking.find(name('not-here.example'))).toBe(null);
    });

    test('a zone that is not there', async () => {
      await expect(provider.read(name('nowhere.example'))).rejects.toMatchObject({ code: 'zone-unknown' });
    });

    /** Knot and BIND sign their refusal; PowerDNS says NOTAUTH, as of a zone it does not hold. */
    const refusal = { message: expect.stringMatching(/BADKEY|BADSIG|BADTIME|missing|forged|does not accept the key/) };

    test.each([
      ['an unknown key', { ...KEY, name: name('other-key') }],
      ['a wrong secret', { ...KEY, secret: Buffer.alloc(32, 1) }],
    ])('%s is one sentence that names the key', async (_, key) => {
      await expect(open(key).read(ZONE)).rejects.toMatchObject(refusal);
      await expect(open(key).read(ZONE)).rejects.toMatchObject({ message: expect.stringContaining(key.name) });
      await expect(open(key).probeWrite(ZONE)).rejects.toMatchObject({ message: expect.stringContaining(key.name) });
    });

    test('a clock that is wrong is one sentence', async () => {
      const host = { host: '127.0.0.1', port: server.dnsPort, key: KEY, zones: [ZONE] };
      const late = rfc2136Provider({ ...host, now: () => new Date(Date.now() - 3_600_000) });
      await expect(late.read(ZONE)).rejects.toMatchObject(refusal);
    });

    for (const { title, tell } of providerContract(async () => ({ provider: open(), zone: ZONE }))) test(title, tell);
  });
});

describe('a server that misbehaves', () => {
  /** A TCP server that answers each connection as `answer` says. */
  async function withServer<T>(answer: Buffer | null, work: (provider: DnsProvider) => Promise<T>): Promise<T> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => (answer === null ? socket.destroy() : socket.write(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = portOf(server);
    try {
      return await work(
        rfc2136Provider({ host: '127.0.0.1', port, key: KEY, zones: [ZONE], now: () => new Date(), timeoutMs: 300 }),
      );
    } finally {
      server.close();
    }
  }

  test.each([
    ['closes the connection', null],
    ['says nothing', Buffer.alloc(0)],
    ['sends rubbish', Buffer.from('0005abcdefgh', 'hex')],
    ['sends half a message', Buffer.from('00ff0000', 'hex')],
  ])('%s: one sentence, in time', async (_, answer) => {
    await withServer(answer, (provider) =>
      expect(provider.read(ZONE)).rejects.toMatchObject({
        code: expect.stringMatching(/^provider-(unreachable|failed)$/),
      }),
    );
  });

  test('nobody listens', async () => {
    const provider = rfc2136Provider({
      host: '127.0.0.1',
      port: await freePort(),
      key: null,
      zones: null,
      now: () => new Date(),
    });
    await expect(provider.find(ZONE)).rejects.toMatchObject({ code: 'provider-unreachable' });
  });
});
