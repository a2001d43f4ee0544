import { type DnsServer, type DomainName, dnsClient, type Resolver, UnsentError, zoneResolver } from '@unsent/dns';
import { type DnsProvider, modelledRecords, type NamedServer } from '@unsent/lockdown';
import { parseServerAddress } from '../config/server-address.ts';
import type { Shell } from '../shell.ts';
import { readDomain } from './request.ts';

const TIMEOUT_MS = 3000;
const TRIES = 2;
const DNS_PORT = 53;

/** Whom to ask whether the zone is as planned: the servers that were named, else the zone's own. */
export async function verificationServers(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  named: readonly string[],
): Promise<readonly NamedServer[]> {
  if (provider.name === 'memory') {
    const { records } = await provider.read(zone);
    return [{ label: 'memory', resolver: zoneResolver(modelledRecords(records)) }];
  }
  if (named.length > 0) return Promise.all(named.map((text) => namedServer(shell, text)));
  return ownServers(shell, zone);
}

/** `HOST[:PORT]` as typed; a host that is a name is looked up. */
async function namedServer(shell: Shell, text: string): Promise<NamedServer> {
  const place = parseServerAddress(text);
  if (place === null) {
    throw new UnsentError('usage', { message: `--authoritative wants HOST[:PORT], not "${text}"`, exitCode: 2 });
  }
  const isAddress = /^[0-9.]+$|:/.test(place.host);
  const addresses = isAddress ? [place.host] : await addressesOf(await shell.resolver(), readDomain(place.host));
  if (addresses.length === 0) {
    throw new UnsentError('server-unknown', { message: `The name server ${place.host} has no address.`, exitCode: 1 });
  }
  return { label: text, resolver: authoritative(shell, addresses, place.port) };
}

/** One for each NS record; a server whose address is not known is asked nothing and found wanting. */
async function ownServers(shell: Shell, zone: DomainName): Promise<readonly NamedServer[]> {
  const resolver = await shell.resolver();
  const answer = await resolver.resolve(zone, 'NS');
  if (answer.kind !== 'records') return [];
  return Promise.all(
    [...answer.data].sort().map(async (name): Promise<NamedServer> => {
      const addresses = await addressesOf(resolver, name);
      return { label: name, resolver: addresses.length === 0 ? NOBODY : authoritative(shell, addresses, DNS_PORT) };
    }),
  );
}

/** IPv4 first: many hosts that run this have no IPv6 route, and the server is the same. */
async function addressesOf(resolver: Resolver, name: DomainName): Promise<readonly string[]> {
  const [four, six] = await Promise.all([resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')]);
  return [...(four.kind === 'records' ? four.data : []), ...(six.kind === 'records' ? six.data : [])];
}

function authoritative(shell: Shell, addresses: readonly string[], port: number): Resolver {
  const servers = addresses.map((address): DnsServer => ({ address, port }));
  const client = dnsClient({ servers, timeoutMs: TIMEOUT_MS, tries: TRIES, isRecursive: false });
  shell.onClose(() => client.close());
  return client;
}

const NOBODY: Resolver = {
  resolve: () => ({ kind: 'failure', cause: 'unreachable', detail: 'the name server has no address' }),
};
