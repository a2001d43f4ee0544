import { createServer, type Server } from 'node:net';
import { type DnsServer, type DomainName, parseDomainName } from '@unsent/dns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNsd, type Nsd, startNsd } from '../../../../test/support/nsd.ts';
import { freePort, portOf } from '../../../../test/support/ports.ts';
import { needs } from '../../../../test/support/require.ts';
import { hasResolvers, type RealResolver, startDnsmasq, startUnbound } from '../../../../test/support/resolvers.ts';
import { checkServer } from '../../src/doctor/resolver/check-server.ts';
import { checkLoopback } from '../../src/doctor/resolver/loopback.ts';

const ZONE = `
  locked.example. NS ns.servers.example.
  plain.example. MX 10 mx.plain.example.
  mx.plain.example. A 192.0.2.25
  broken-mx.example. NS ns.servers.example.
  ns.servers.example. A 127.0.0.1`;

const CHILDREN = {
  'locked.example': `
    locked.example. NS ns.servers.example.
    locked.example. MX 0 loopback.locked.example.
    loopback.locked.example. A 127.0.0.1`,
  'broken-mx.example': `
    broken-mx.example. NS ns.servers.example.
    broken-mx.example. MX 10 gone.broken-mx.example.`,
};

const at = (port: number): DnsServer => ({ address: '127.0.0.1', port });

describe.skipIf(!needs('nsd, unbound and dnsmasq', hasNsd && hasResolvers))(
  'resolvers of the kinds that people have (needs nsd, unbound, dnsmasq)',
  () => {
    let nsd: Nsd;
    const resolvers = new Map<string, RealResolver>();
    beforeAll(async () => {
      nsd = await startNsd(ZONE, { children: CHILDREN });
      const ok = '--rebind-domain-ok=/servers.example/';
      resolvers.set('unbound', await startUnbound(nsd.port));
      resolvers.set(
        'unbound, private-address',
        await startUnbound(nsd.port, 'private-address: 127.0.0.0/8', 'private-domain: "servers.example"'),
      );
      resolvers.set('dnsmasq', await startDnsmasq(nsd.port));
      resolvers.set('dnsmasq, stop-dns-rebind', await startDnsmasq(nsd.port, '--stop-dns-rebind', ok));
      resolvers.set('dnsmasq that hides the name server too', await startDnsmasq(nsd.port, '--stop-dns-rebind'));
    }, 60_000);
    afterAll(async () => {
      for (const resolver of resolvers.values()) await resolver.stop();
      await nsd.stop();
    });

    const serverOf = (name: string): DnsServer => at(resolvers.get(name)?.port ?? 0);
    const loopback = async (name: string, ...domains: string[]) => {
      const checks = await checkLoopback(serverOf(name), domains.map(domain), { timeoutMs: 2000, port: nsd.port });
      return checks.map(({ state, what }) => `${state}: ${what.replace(/127\.0\.0\.1:\d+/, 'R')}`);
    };

    test.each([
      ['unbound', 'ok: Resolver R shows a loopback MX as it is.'],
      ['dnsmasq', 'ok: Resolver R shows a loopback MX as it is.'],
      [
        'unbound, private-address',
        'warning: Resolver R hides that loopback.locked.example is 127.0.0.1: it filters against DNS rebinding.',
      ],
      [
        'dnsmasq, stop-dns-rebind',
        'warning: Resolver R hides that loopback.locked.example is 127.0.0.1: it filters against DNS rebinding.',
      ],
      [
        'dnsmasq that hides the name server too',
        'warning: Resolver R gives no address for the MX loopback.locked.example: it is missing, or filtered against DNS rebinding.',
      ],
    ])('%s and a loopback MX', async (name, expected) => {
      expect(await loopback(name, 'plain.example', 'locked.example')).toEqual([expected]);
    });

    test.each(['unbound', 'dnsmasq, stop-dns-rebind'])(
      '%s is not blamed for an MX that has no address',
      async (name) => {
        expect(await loopback(name, 'broken-mx.example', 'plain.example')).toEqual([]);
      },
    );

    test.each(['unbound', 'dnsmasq'])('%s answers by UDP and TCP, and speaks EDNS', async (name) => {
      const checks = await checkServer(serverOf(name), [domain('plain.example')], 5000);
      expect(checks.map(({ id, state }) => `${id} ${state}`)).toEqual([
        'resolver ok',
        'resolver-tcp ok',
        'resolver-dnssec ok',
      ]);
    });
  },
);

test('a port where nobody listens is a failure that says which to change', async () => {
  const [check] = await checkServer(at(await freePort()), [domain('plain.example')], 200);
  expect(check).toMatchObject({ id: 'resolver', state: 'failure' });
  expect(check?.todo).toContain('dns.servers');
});

describe('signatures', () => {
  test.each([
    [
      'signed, with signatures',
      { ds: true, rrsig: true, edns: true },
      'ok: Resolver R hands DNSSEC signatures through.',
    ],
    [
      'signed, without signatures',
      { ds: true, rrsig: false, edns: true },
      'warning: Resolver R strips DNSSEC signatures from zones that have them.',
    ],
    [
      'no EDNS',
      { ds: false, rrsig: false, edns: false },
      'warning: Resolver R does not speak EDNS (RFC 6891), so it strips DNSSEC.',
    ],
    [
      'unsigned',
      { ds: false, rrsig: false, edns: true },
      'ok: Resolver R speaks EDNS; none of your zones that were asked for is signed.',
    ],
  ])('%s', async (_, answers, expected) => {
    const { server, udp } = await stubResolver(answers);
    try {
      const checks = await checkServer(at(portOf(server)), [domain('signed.example')], 1000);
      expect(checks.map(({ state, what }) => `${state}: ${what.replace(/127\.0\.0\.1:\d+/, 'R')}`)).toContain(expected);
    } finally {
      server.close();
      udp.close();
    }
  });
});

function domain(text: string): DomainName {
  const name = parseDomainName(text);
  if (name === null) throw new RangeError(text);
  return name;
}

type Stub = { readonly ds: boolean; readonly rrsig: boolean; readonly edns: boolean };

/** A resolver of our own: no real one strips signatures when it is asked for them, but routers do. */
async function stubResolver(stub: Stub): Promise<{ server: Server; udp: import('node:dgram').Socket }> {
  const { createSocket } = await import('node:dgram');
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const answer = answerTo(chunk.subarray(2), stub);
      socket.write(Buffer.concat([Buffer.of(answer.length >>> 8, answer.length & 255), answer]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const udp = createSocket('udp4');
  udp.on('message', (query, from) =>
    udp.send(answerTo(query, { ...stub, ds: false, rrsig: false }), from.port, from.address),
  );
  await new Promise<void>((resolve) => udp.bind(portOf(server), '127.0.0.1', resolve));
  return { server, udp };
}

const [SOA, DS, RRSIG] = [6, 43, 46];

function answerTo(query: Buffer, { ds, rrsig, edns }: Stub): Buffer {
  let end = 12;
  while (query[end] !== 0) end += (query[end] ?? 0) + 1;
  const type = query.readUInt16BE(end + 1);
  const types = type === DS ? (ds ? [DS] : []) : type === SOA ? [SOA, ...(rrsig ? [RRSIG] : [])] : [];
  const header = Buffer.concat([
    query.subarray(0, 2),
    Buffer.of(0x81, 0x80, 0, 1, 0, types.length, 0, 0, 0, edns ? 1 : 0),
  ]);
  const records = types.map((one) => Buffer.of(0xc0, 12, 0, one, 0, 1, 0, 0, 0, 60, 0, 1, 0));
  const opt = edns ? [Buffer.of(0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0)] : [];
  return Buffer.concat([header, query.subarray(12, end + 5), ...records, ...opt]);
}
