import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { needs } from '../../../test/support/require.ts';
import { type DnsClient, type DomainName, dnsClient, parseZoneText, RR_TYPES, zoneResolver } from '../src/index.ts';
import { gist } from './support/answers.ts';
import { name } from './support/names.ts';
import { type Nsd, nsdProgram, startNsd } from './support/nsd.ts';
import { standIn } from './support/stand-in.ts';

const SOA = '@ 300 SOA ns host 1 3600 600 86400 120\n@ 300 NS ns\nns 300 A 127.0.0.1\n';

const BY_HAND = `${SOA}
@           60 MX 0 .
@           60 TXT "v=spf1 -all"
*           60 TXT "wild"
*           60 A 192.0.2.9
host        60 A 192.0.2.1
host        60 AAAA 2001:db8::1
a.b.c.host  60 A 192.0.2.2
*.c.host    60 MX 10 host
alias       30 CNAME host
far         90 CNAME alias
tothewild   30 CNAME anything.at.all
*.alias2    30 CNAME host
loop        60 CNAME loop
loop1       60 CNAME loop2
loop2       60 CNAME loop1
dangling    60 CNAME gone.c.host
sub.*       60 TXT "no wildcard"
two         60 TXT "one" " two" ""
octets      60 TXT "\\000\\255\\034\\092;"
_dmarc      60 TXT "v=DMARC1; p=reject"
UPPER       60 PTR MiXeD
`;

/** Zones drawn at random from few labels, so that wildcards, empty non-terminals and CNAMEs meet. */
const random = fc.sample(
  fc.array(
    fc.record({
      owner: fc.array(fc.constantFrom('a', 'b', 'c', '*'), { minLength: 1, maxLength: 4 }),
      data: fc.oneof(
        fc.constantFrom('A 192.0.2.1', 'A 192.0.2.2', 'AAAA 2001:db8::1', 'TXT "x" "y"', 'MX 5 a', 'PTR a.b'),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((to) => `CNAME ${to.join('.')}`),
      ),
      ttl: fc.integer({ min: 1, max: 99 }),
    }),
    { minLength: 3, maxLength: 14 },
  ),
  { numRuns: 25, seed: 4592 },
);

/** A CNAME stands alone (RFC 1034 §3.6.2) and a set has one TTL (RFC 2181 §5.2): NSD would reject the zone. */
function zoneText(records: (typeof random)[number]): string {
  const kept = new Map<string, { data: string; ttl: number }[]>();
  for (const { owner, data, ttl } of records) {
    const at = owner.join('.');
    const others = kept.get(at) ?? [];
    if (others.some((other) => other.data.startsWith('CNAME')) || (others.length > 0 && data.startsWith('CNAME')))
      continue;
    const type = data.split(' ')[0] ?? '';
    const same = others.find((other) => other.data.startsWith(`${type} `));
    kept.set(at, [...others, { data, ttl: same?.ttl ?? ttl }]);
  }
  return SOA + [...kept].flatMap(([at, all]) => all.map(({ data, ttl }) => `${at} ${ttl} ${data}\n`)).join('');
}

const BIG = `${SOA}big 60 TXT ${Array.from({ length: 24 }, (_, i) => `"${String.fromCharCode(97 + i).repeat(250)}"`).join(' ')}\n`;
const zones: Record<string, string> = {
  'hand.example': BY_HAND,
  'big.example': BIG,
  ...Object.fromEntries(random.map((records, i) => [`r${i}.example`, zoneText(records)])),
};

describe.skipIf(!needs('nsd, from Debian', nsdProgram !== null))('against NSD (skipped where nsd is missing)', () => {
  let nsd: Nsd;
  let client: DnsClient;

  beforeAll(async () => {
    nsd = await startNsd(zones);
    client = dnsClient({ servers: [nsd.server], timeoutMs: 5_000 });
  }, 30_000);
  afterAll(async () => {
    client.close();
    await nsd[Symbol.asyncDispose]();
  });

  test.each(Object.keys(zones))('the in-memory zone answers like the server: %s', async (origin) => {
    const { records, negativeTtlSeconds } = parseZoneText(zones[origin] ?? '', { origin: name(origin) });
    const zone = zoneResolver(records, { negativeTtlSeconds });
    const questions = namesToAsk(
      origin,
      records.map((record) => record.name),
    ).flatMap((asked) => RR_TYPES.map((type) => ({ asked, type })));
    const differences = await Promise.all(
      questions.map(async ({ asked, type }) => {
        const [ours, theirs] = [zone.resolve(asked, type), await client.resolve(asked, type)];
        const brief = [ours, theirs].map((one) => `${gist(one)} ${one.kind === 'failure' ? '' : one.ttlSeconds}`);
        return brief[0] === brief[1] ? [] : [`${asked} ${type}: ours ${brief[0]}, theirs ${brief[1]}`];
      }),
    );
    expect(differences.flat()).toEqual([]);
    expect(questions.length).toBeGreaterThan(100);
  });

  test('a TXT of 6 kB comes over TCP', async () => {
    const before = client.stats();
    const found = await client.resolve(name('big.big.example'), 'TXT');
    expect(found.kind === 'records' ? found.data[0]?.join('').length : 0).toBe(6_000);
    expect(client.stats()).toMatchObject({ sentTcp: before.sentTcp + 1, truncated: before.truncated + 1 });
  });

  test('a zone that the server does not serve is refused', async () => {
    expect(await client.resolve(name('elsewhere.example'), 'A')).toMatchObject({ kind: 'failure', cause: 'refused' });
  });

  test('a dead and a failing first server: the answer comes from the third', async () => {
    await using failing = await standIn((query) => [
      Buffer.concat([query.octets.subarray(0, 2), Buffer.of(0x80, 2), query.octets.subarray(4)]),
    ]);
    const gone = { address: '127.0.0.1', port: await freePort() };
    const own = dnsClient({ servers: [gone, failing.server, nsd.server], timeoutMs: 5_000 });
    expect(await own.resolve(name('host.hand.example'), 'A')).toMatchObject({ kind: 'records', data: ['192.0.2.1'] });
    expect(failing.asked).toHaveLength(1);
    own.close();
  });

  test('a silent first server costs one timeout', async () => {
    await using silent = await standIn(() => []);
    const own = dnsClient({ servers: [silent.server, nsd.server], timeoutMs: 100 });
    expect(await own.resolve(name('host.hand.example'), 'A')).toMatchObject({ kind: 'records' });
    expect(silent.asked).toHaveLength(1);
    own.close();
  });

  test('IPv6 is a way to ask like any other', async () => {
    await using six = await startNsd({ 'hand.example': BY_HAND }, '::1');
    const own = dnsClient({ servers: [six.server], timeoutMs: 5_000 });
    expect(await own.resolve(name('host.hand.example'), 'AAAA')).toMatchObject({ data: ['2001:db8::1'] });
    own.close();
  });
});

/** Every owner, its ancestors inside the zone, and names beside and below them. */
function namesToAsk(origin: string, owners: readonly DomainName[]): readonly DomainName[] {
  const found = new Set<string>([origin]);
  for (const owner of owners)
    for (let at: string = owner; at !== origin && at.endsWith(origin); at = at.slice(at.indexOf('.') + 1))
      found.add(at);
  for (const known of [...found])
    for (const label of ['a', 'b', 'zz', '*', 'a.b', 'zz.zz', '*.zz']) found.add(`${label}.${known}`);
  return [...found].map(name);
}
