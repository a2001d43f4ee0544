import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { needs } from '../../../test/support/require.ts';
import {
  authoritativeResolvers,
  findDelegation,
  formatDnsServer,
  type NameServer,
  parseZoneText,
  type Resolver,
  zoneResolver,
} from '../src/index.ts';
import { gist } from './support/answers.ts';
import { respond, soa } from './support/messages.ts';
import { name } from './support/names.ts';
import { type Nsd, nsdProgram, startNsd } from './support/nsd.ts';
import { standIn } from './support/stand-in.ts';

const zone = name('child.example.com');
const soaLine = (serial: number): string => `@ 300 SOA ns1 host.master ${serial} 7200 600 86400 120\n`;
const SERVERS = '@ 300 NS ns1\n@ 300 NS ns2\n@ 300 NS ns3\n@ 300 NS gone\n';
const HOSTS = 'ns1 60 A 127.0.0.2\nns2 60 A 127.0.0.3\nns3 60 A 127.0.0.4\n';
const CHILD = `${SERVERS}${HOSTS}
@        60 TXT "v=spf1 -all"
outside  30 CNAME www.example.net.
inside   30 CNAME @
grand    60 NS ns.elsewhere.example.
`;
const PARENT = `@ 300 SOA ns host 1 7200 600 86400 120
@ 300 NS ns
ns 60 A 127.0.0.1
child 300 NS ns1.child
child 300 NS ns2.child
ns1.child 60 A 127.0.0.2
ns2.child 60 A 127.0.0.3
plain 60 TXT "no zone"
`;

/** What the world at large would answer. */
const world: Resolver = zoneResolver([
  ...parseZoneText(PARENT, { origin: name('example.com') }).records.filter(({ name: of }) => !of.includes('child')),
  ...parseZoneText(SERVERS + HOSTS, { origin: zone }).records,
  ...parseZoneText('www 20 TXT "elsewhere"\nx.grand.child.example.com. 60 TXT "of the grandchild"', {
    origin: name('example.net'),
  }).records,
]);

describe.skipIf(!needs('nsd, from Debian', nsdProgram !== null))('against NSD (skipped where nsd is missing)', () => {
  const running: Nsd[] = [];
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
    const started = [
      startNsd({ 'example.com': PARENT }, '127.0.0.1', port),
      startNsd({ [zone]: soaLine(2) + CHILD }, '127.0.0.2', port),
      // the second is a secondary that has not fetched the latest change; the third does not know the zone
      startNsd({ [zone]: soaLine(1) + CHILD.replace('-all', '+all') }, '127.0.0.3', port),
      startNsd({ 'other.example': `${soaLine(1)}@ 300 NS ns1\nns1 60 A 127.0.0.4\n` }, '127.0.0.4', port),
    ];
    running.push(...(await Promise.all(started)));
  }, 30_000);
  afterAll(async () => {
    await Promise.all(running.map((nsd) => nsd[Symbol.asyncDispose]()));
  });

  async function withServers(
    work: (servers: readonly NameServer[], without: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const found = await authoritativeResolvers(zone, world, { port, timeoutMs: 2_000 });
    if (found.kind !== 'servers') throw new Error(found.kind);
    await work(found.servers, found.withoutAddress).finally(found.close);
  }

  test('each server of the zone is asked for itself', async () => {
    await withServers(async (servers, without) => {
      expect(servers.map((one) => `${one.name} ${formatDnsServer(one.server)}`)).toEqual([
        `ns1.child.example.com 127.0.0.2:${port}`,
        `ns2.child.example.com 127.0.0.3:${port}`,
        `ns3.child.example.com 127.0.0.4:${port}`,
      ]);
      expect(without).toEqual(['gone.child.example.com']);
      const texts = await Promise.all(servers.map((one) => one.resolver.resolve(zone, 'TXT')));
      expect(texts.map(gist)).toEqual(['["[\\"v=spf1 -all\\"]"]', '["[\\"v=spf1 +all\\"]"]', 'refused']);
    });
  });

  test('serials tell who is behind, and who does not serve the zone', async () => {
    await withServers(async (servers) => {
      const soas = await Promise.all(servers.map((one) => one.readSoa()));
      expect(soas).toMatchObject([
        { kind: 'soa', ttlSeconds: 300, soa: { serial: 2, refreshSeconds: 7200, primary: 'ns1.child.example.com' } },
        { kind: 'soa', soa: { serial: 1 } },
        { kind: 'lame' },
      ]);
    });
  });

  test.each([
    ['outside.child.example.com', '["[\\"elsewhere\\"]"]', 20],
    ['inside.child.example.com', '["[\\"v=spf1 -all\\"]"]', 30],
    ['x.grand.child.example.com', '["[\\"of the grandchild\\"]"]', 60],
    ['www.example.net', '["[\\"elsewhere\\"]"]', 20],
    ['nothing.child.example.com', 'nxdomain', 120],
  ])('%s: what is not in the zone is asked elsewhere', async (asked, expected, ttlSeconds) => {
    await withServers(async ([first]) => {
      const found = await first?.resolver.resolve(name(asked), 'TXT');
      expect(found === undefined ? '' : gist(found)).toBe(expected);
      expect(found).toMatchObject({ ttlSeconds });
    });
  });

  test.each([
    [
      'child.example.com',
      {
        kind: 'delegated',
        parent: 'example.com',
        nameServers: ['ns1.child.example.com', 'ns2.child.example.com'],
        glue: [{ data: '127.0.0.2' }, { data: '127.0.0.3' }],
      },
    ],
    ['plain.example.com', { kind: 'not-delegated', parent: 'example.com', exists: true }],
    ['nobody.example.com', { kind: 'not-delegated', parent: 'example.com', exists: false }],
    ['zone.without.parent', { kind: 'failure' }],
  ])('the delegation of %s', async (asked, expected) => {
    expect(await findDelegation(name(asked), world, { port })).toMatchObject(expected);
  });
});

test('servers can be given by address; then nobody is asked for NS records', async () => {
  await using server = await standIn((query) => [
    respond(query, { isAuthoritative: true, answers: query.type === 'SOA' ? [soa(zone, 300, 60)] : [] }),
  ]);
  const found = await authoritativeResolvers(zone, zoneResolver([]), { servers: [server.server] });
  if (found.kind !== 'servers') throw new Error(found.kind);
  expect(found.servers.map((one) => one.name)).toEqual([null]);
  expect(await found.servers[0]?.readSoa()).toMatchObject({ kind: 'soa', soa: { serial: 1 } });
  found.close();
});

test.each([
  ['an answer without authority is lame', { answers: [soa(zone, 300, 60)] }, { kind: 'lame' }],
  [
    'an SOA of another zone is lame',
    { isAuthoritative: true, answers: [soa('example.com', 300, 60)] },
    { kind: 'lame' },
  ],
  ['SERVFAIL is a failure', { rcode: 2 }, { kind: 'failure', cause: 'servfail' }],
])('%s', async (_what, response, expected) => {
  await using server = await standIn((query) => [respond(query, response)]);
  const found = await authoritativeResolvers(zone, zoneResolver([]), { servers: [server.server], timeoutMs: 500 });
  if (found.kind !== 'servers') throw new Error(found.kind);
  expect(await found.servers[0]?.readSoa()).toMatchObject(expected);
  found.close();
});

test('a server that refers to others for its own zone is lame: nobody answers in its place', async () => {
  const ns = { name: 'com', type: 'NS', ttl: 60, data: 'ns.example' };
  await using server = await standIn((query) => [respond(query, { authorities: [ns], isRecursionAvailable: false })]);
  const elsewhere = zoneResolver([{ name: zone, type: 'TXT', data: ['of another'], ttlSeconds: 60 }]);
  const found = await authoritativeResolvers(zone, elsewhere, { servers: [server.server] });
  if (found.kind !== 'servers') throw new Error(found.kind);
  expect(await found.servers[0]?.resolver.resolve(zone, 'TXT')).toMatchObject({ kind: 'failure', cause: 'refused' });
  found.close();
});

test.each([
  ['nxdomain', zoneResolver([])],
  ['failure', zoneResolver([], { failing: [{ name: zone }] })],
])('without NS records the answer to that question comes back: %s', async (kind, resolver) => {
  expect(await authoritativeResolvers(zone, resolver)).toMatchObject({ kind });
});
