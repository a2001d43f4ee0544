import { parseIp, parsePrefix, parseZoneText, type Resolver, type RrType, zoneResolver } from '@unsent/dns';
import { createRecordCache } from '@unsent/spf';
import { describe, expect, test } from 'vitest';
import { name } from '../../../test/support/names.ts';
import { newBasis } from '../src/basis.ts';
import { createInvestigator } from '../src/investigator.ts';
import { type Policy, presetPolicy } from '../src/policy.ts';
import type { PolicyRequest } from '../src/request.ts';

const ZONE = `
null.example.        IN MX 0 .
loop.example.        IN MX 0 loopback.loop.example.
loopback.loop.example. IN A 127.0.0.1
loopback.loop.example. IN AAAA ::1
half.example.        IN MX 0 loopback.loop.example.
half.example.        IN MX 10 mx.example.net.
alive.example.       IN MX 0 mx.example.net.
hollow.example.      IN MX 0 nowhere.example.
mx.example.net.      IN A 192.0.2.7
mx.example.net.      IN TXT "v=spf1 a -all"
relay.example.       IN A 192.0.2.7
relay.example.       IN TXT "v=spf1 ip4:192.0.2.7 -all"
other.example.       IN A 192.0.2.8
other.example.       IN TXT "v=spf1 -all"
7.2.0.192.in-addr.arpa. IN PTR mx.example.net.
9.2.0.192.in-addr.arpa. IN PTR mx.example.net.
`;

const STANDARD = presetPolicy('standard', 'mx.example.com');
const NOW = new Date('2026-01-01T00:00:00Z');
const resolver = zoneResolver(parseZoneText(ZONE, { origin: name('example'), ttlSeconds: 300 }).records, {
  failing: [{ name: name('dead.example'), cause: 'servfail' }],
});
const investigator = createInvestigator({
  resolver,
  recordCache: createRecordCache(10),
  clock: { now: () => 0, after: () => () => {} },
  now: () => NOW,
});

describe('a dead MX', () => {
  test.each([
    ['null.example', 'null-mx'],
    ['loop.example', 'loopback-mx'],
    ['half.example', 'alive'],
    ['alive.example', 'alive'],
    ['hollow.example', 'alive'], // no address at all is no statement
    ['missing.example', 'alive'],
    ['dead.example', 'alive'], // nobody is called dead for a failing name server
    ['not a name', 'alive'],
  ])('%s is %s', async (domain, found) => {
    expect(await investigator.deadMx(domain, STANDARD, newBasis())).toBe(found);
  });

  test('is found without a promise when DNS answers at once', () => {
    expect(investigator.deadMx('loop.example', STANDARD, newBasis())).toBe('loopback-mx');
  });
});

describe('trusted hosts', () => {
  test.each<[string, Partial<Policy['trusted']>, string, string, boolean]>([
    ['a network', { networks: prefixes('192.0.2.0/29') }, '192.0.2.7', 'x', true],
    ['a HELO name with its address', { heloNames: [name('relay.example')] }, '192.0.2.7', 'relay.example', true],
    ['a HELO name without it', { heloNames: [name('relay.example')] }, '192.0.2.9', 'relay.example', false],
    ['another HELO name', { heloNames: [name('relay.example')] }, '192.0.2.8', 'other.example', false],
    ['a domain whose SPF it passes', { spfDomains: [name('relay.example')] }, '192.0.2.7', 'x', true],
    ['a domain whose SPF it fails', { spfDomains: [name('other.example')] }, '192.0.2.7', 'x', false],
    ['a PTR name that points back', { ptrDomains: [name('example.net')] }, '192.0.2.7', 'x', true],
    [
      'a PTR name that does not: anybody can publish one',
      { ptrDomains: [name('example.net')] },
      '192.0.2.9',
      'x',
      false,
    ],
    ['a PTR namesake', { ptrDomains: [name('ample.net')] }, '192.0.2.7', 'x', false],
  ])('%s', async (_, trusted, client, helo, isTrusted) => {
    const policy = { ...STANDARD, trusted: { ...STANDARD.trusted, ...trusted } };
    const found = await investigator.trust({ ...REQUEST, client: parseIp(client), helo }, policy, newBasis());
    expect(found !== 'no').toBe(isTrusted);
  });

  test('a list of ours that DNS cannot tell about now refuses nobody', async () => {
    const policy = { ...STANDARD, trusted: { ...STANDARD.trusted, heloNames: [name('dead.example')] } };
    const found = await investigator.trust(
      { ...REQUEST, client: parseIp('192.0.2.9'), helo: 'dead.example' },
      policy,
      newBasis(),
    );
    expect(found).toEqual({ entry: 'HELO name dead.example (not verified: DNS failed)' });
  });

  test.each<[string, Partial<Policy['trusted']>, RrType, object | string]>([
    ['PTR zone of the client makes it nobody', { ptrDomains: [name('example.net')] }, 'PTR', 'no'],
    ['zone that such a PTR name lies in neither', { ptrDomains: [name('example.net')] }, 'A', 'no'],
    [
      'zone of a HELO name of ours refuses nobody',
      { heloNames: [name('relay.example')], ptrDomains: [name('example.net')] },
      'A',
      { entry: 'not verified: DNS took too long' },
    ],
  ])('a silent %s', async (_, trusted, silentType, expected) => {
    const silent: Resolver = {
      resolve: (owner, type) => (String(type) === silentType ? new Promise(() => {}) : resolver.resolve(owner, type)),
    };
    const impatient = createInvestigator({
      resolver: silent,
      recordCache: createRecordCache(10),
      clock: {
        now: () => 0,
        after: (_ms, callback) => {
          const timer = setTimeout(callback, 10);
          return () => clearTimeout(timer);
        },
      },
      now: () => NOW,
    });
    const policy = { ...STANDARD, trusted: { ...STANDARD.trusted, ...trusted } };
    const request = { ...REQUEST, client: parseIp('192.0.2.7'), helo: 'relay.example' };
    expect(await impatient.trust(request, policy, newBasis())).toEqual(expected);
  });
});

const REQUEST: PolicyRequest = {
  protocolState: 'RCPT',
  client: null,
  helo: '',
  sender: 'a@example.net',
  recipient: 'u@example.com',
  instance: '',
  queueId: '',
  saslUsername: '',
  text: '',
};

function prefixes(text: string) {
  const prefix = parsePrefix(text);
  return prefix === null ? [] : [prefix];
}
