import {
  type DomainName,
  type IpAddress,
  type IpPrefix,
  ipFromBytes,
  networkOf,
  parseDomainName,
  parseIp,
  parsePrefix,
  type Resolver,
} from '@unsent/dns';
import { checkHost, type LookupTree, lookupTree } from '@unsent/spf';
import type { Config } from '../config.ts';
import type { Store } from '../store.ts';

/** A host that must be able to send, and how we know. */
export type KnownSender = { readonly ip: IpAddress; readonly why: string };

/** A record with more hosts than this is looked at no further. */
const MAX_HOSTS = 400;

/** Hosts that pass with the record as it is published: both ends of its networks, the addresses of `a` and `mx`. */
export async function passingHosts(domain: DomainName, resolver: Resolver, now: Date): Promise<readonly KnownSender[]> {
  const candidates = await candidatesOf(await lookupTree(domain, resolver), resolver);
  const passing: KnownSender[] = [];
  for (const ip of candidates.slice(0, MAX_HOSTS)) {
    if ((await spfOf(domain, ip, resolver, now, null)) === 'pass') passing.push({ ip, why: 'passes today' });
  }
  return passing;
}

/** Hosts that the configuration names as outbound, and those whose log says that they sent for the domain. */
export async function declaredHosts(
  domain: DomainName,
  config: Config,
  store: Store | null,
  resolver: Resolver,
): Promise<readonly KnownSender[]> {
  const outbound = config.domains.sending.filter(({ name }) => name === domain).flatMap((one) => one.outbound);
  const senders = store === null ? [] : (await store.sentLog.status()).senders.filter((one) => one.domain === domain);
  const configured = await Promise.all(outbound.map((host) => addressesOf(host, resolver)));
  const hosts = senders.map(({ host }) => parseIp(host) ?? parseDomainName(host)).filter((host) => host !== null);
  const logged = await Promise.all(hosts.map((host) => addressesOf(host, resolver)));
  return [
    ...configured.flat().map((ip) => ({ ip, why: 'outbound host of the configuration' })),
    ...logged.flat().map((ip) => ({ ip, why: 'stands in the sent log' })),
  ];
}

/** Those of `hosts` that would not pass with `record` in the place of the published one. */
export async function lostHosts(
  domain: DomainName,
  record: string,
  hosts: readonly KnownSender[],
  resolver: Resolver,
  now: Date,
): Promise<readonly KnownSender[]> {
  const lost: KnownSender[] = [];
  const seen = new Set<string>();
  for (const host of hosts) {
    if (seen.has(host.ip.text)) continue;
    seen.add(host.ip.text);
    if ((await spfOf(domain, host.ip, resolver, now, record)) !== 'pass') lost.push(host);
  }
  return lost;
}

/** The SPF result of a host, with `record` instead of the published one unless it is null. */
export async function spfOf(
  domain: DomainName,
  ip: IpAddress,
  resolver: Resolver,
  now: Date,
  record: string | null,
): Promise<string> {
  const query = { ip, domain, sender: `postmaster@${domain}`, helo: domain, receiver: '', now };
  const override = (asked: DomainName): string | null => (asked === domain ? record : null);
  return (await checkHost(query, resolver, record === null ? {} : { override })).result;
}

async function candidatesOf(tree: LookupTree, resolver: Resolver): Promise<readonly IpAddress[]> {
  const found: IpAddress[] = [];
  for (const { term, name, target, inner } of tree.terms) {
    if (found.length >= MAX_HOSTS) break;
    if (inner !== null) found.push(...(await candidatesOf(inner, resolver)));
    else if (name === 'ip4' || name === 'ip6') found.push(...endsOf(parsePrefix(term.slice(term.indexOf(':') + 1))));
    else if (name === 'a' && target !== null) found.push(...(await addressesOf(target, resolver)));
    else if (name === 'mx' && target !== null) found.push(...(await mxAddresses(target, resolver)));
  }
  return found;
}

async function mxAddresses(name: DomainName, resolver: Resolver): Promise<readonly IpAddress[]> {
  const answer = await resolver.resolve(name, 'MX');
  const hosts =
    answer.kind === 'records' ? answer.data.flatMap(({ exchange }) => (exchange === '.' ? [] : [exchange])) : [];
  return (await Promise.all(hosts.map((host) => addressesOf(host, resolver)))).flat();
}

async function addressesOf(host: IpPrefix | DomainName | IpAddress, resolver: Resolver): Promise<readonly IpAddress[]> {
  if (typeof host !== 'string') return 'address' in host ? endsOf(host) : [host];
  const [four, six] = await Promise.all([resolver.resolve(host, 'A'), resolver.resolve(host, 'AAAA')]);
  const texts = [...(four.kind === 'records' ? four.data : []), ...(six.kind === 'records' ? six.data : [])];
  return texts.map(parseIp).filter((ip) => ip !== null);
}

/** The first and the last address of a network: what lets both ends pass lets all of it pass, or has a hole on purpose. */
function endsOf(network: IpPrefix | null): readonly IpAddress[] {
  if (network === null) return [];
  const { address, length } = network;
  const octets = Buffer.alloc(16);
  for (const [i, word] of [address.w0, address.w1, address.w2, address.w3].entries()) octets.writeUInt32BE(word, i * 4);
  const used = octets.subarray(0, address.family === 4 ? 4 : 16);
  for (let bit = length; bit < used.length * 8; bit++) used[bit >> 3] = (used[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const last = ipFromBytes(used);
  return [networkOf(address, length).address, ...(last === null ? [] : [last])];
}
