import { type DnsClient, dnsClient } from '@unsent/dns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { name } from '../../../../test/support/names.ts';
import { hasNsd, type Nsd, startNsd } from '../../../../test/support/nsd.ts';
import { freePort } from '../../../../test/support/ports.ts';
import { needs } from '../../../../test/support/require.ts';
import { assess } from '../../src/audit/assess.ts';
import { gatherFacts } from '../../src/audit/gather.ts';
import { nameServerAsker } from '../../src/audit/name-servers.ts';

const PARENT = `
  @ NS ns1.servers.example.
  ns1.servers.example. A 127.0.0.1
  ns2.servers.example. A 127.0.0.2
  good.example. NS ns2.servers.example.
  moved.example. NS ns2.servers.example.
  lame.example. NS ns2.servers.example.
  half.example. NS ns2.servers.example.
  half.example. NS gone.servers.example.`;

const zone = (servers: string): string => `@ NS ${servers}\n@ TXT "v=spf1 -all"\n@ MX 0 .`;

describe.skipIf(!needs('nsd', hasNsd))('asking the name servers themselves (needs nsd)', () => {
  let parent: Nsd;
  let child: Nsd;
  let client: DnsClient;
  beforeAll(async () => {
    const delegated = 'example. NS ns1.servers.example.\nns1.servers.example. A 127.0.0.1';
    parent = await startNsd(delegated, { children: { example: PARENT } });
    child = await startNsd('', {
      address: '127.0.0.2',
      port: parent.port,
      children: {
        'good.example': zone('ns2.servers.example.'),
        'moved.example': zone('ns9.servers.example.'),
        'half.example': `${zone('ns2.servers.example.')}\n@ NS gone.servers.example.`,
      },
    });
    client = dnsClient({ servers: [{ address: '127.0.0.1', port: parent.port }], timeoutMs: 1000 });
  });
  afterAll(async () => {
    client.close();
    await parent.stop();
    await child.stop();
  });

  const codes = async (domain: string): Promise<readonly string[]> => {
    const { signal } = new AbortController();
    const facts = await gatherFacts(
      name(domain),
      'unknown',
      client,
      nameServerAsker(client, { port: parent.port, timeoutMs: 1000 }),
      signal,
    );
    return assess({ ...facts, journal: null })
      .findings.filter(({ subject }) => subject === 'dns')
      .map(({ code }) => code)
      .filter((code) => code !== 'dns-failure');
  };

  test.each([
    ['good.example', []],
    ['moved.example', ['servers-differ']],
    ['lame.example', ['lame-server', 'no-name-server']],
    ['half.example', ['server-without-address']],
  ])('%s: %j', async (domain, expected) => expect(await codes(domain)).toEqual(expected));

  test('servers that nobody answers for prove nothing, and after three domains nobody is asked any more', async () => {
    const { signal } = new AbortController();
    const closed = await freePort();
    const ask = nameServerAsker(client, { port: closed, timeoutMs: 200 });
    const known = [name('ns1.servers.example')];
    for (let i = 0; i < 3; i++) {
      const facts = await ask(name(`d${i}.example`), known, signal);
      expect(facts).toMatchObject({ wereAsked: false, delegated: null, servers: [{ failure: null }] });
    }
    expect(await ask(name('d4.example'), known, signal)).toBeNull();
  });
});
