import { type DomainName, type IpText, parseIp, type Resolver } from '@unsent/dns';
import type { MxFacts, MxHost } from './facts.ts';

/** More MX hosts than these say nothing new. */
const MAX_HOSTS = 10;

/** The MX of a domain and the addresses behind it. `addresses` are the domain's own, for the implicit MX. */
export async function gatherMx(
  domain: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<{ readonly mx: MxFacts; readonly addresses: readonly IpText[]; readonly failure: string | null }> {
  const answer = await resolver.resolve(domain, 'MX', signal);
  const own = await addressesOf(domain, resolver, signal);
  const failure = answer.kind === 'failure' ? answer.detail : own.failure;
  if (answer.kind !== 'records') {
    const kind = failure !== null ? 'unknown' : own.addresses.length > 0 ? 'implicit' : 'none';
    return { mx: { kind, hosts: [], hasNullBesideOthers: false }, addresses: own.addresses, failure };
  }
  const hosts: MxHost[] = [];
  let hasFailed = false;
  for (const { exchange, preference } of answer.data.slice(0, MAX_HOSTS)) {
    if (exchange === '.') continue;
    const found = await addressesOf(exchange, resolver, signal);
    hasFailed ||= found.failure !== null;
    hosts.push({
      name: exchange,
      preference,
      addresses: found.addresses,
      cname: await cnameAt(exchange, resolver, signal),
    });
  }
  hosts.sort((a, b) => a.preference - b.preference);
  const hasNull = answer.data.some(({ exchange }) => exchange === '.');
  const mx = { kind: kindOf(hosts, hasNull, hasFailed), hosts, hasNullBesideOthers: hasNull && hosts.length > 0 };
  return { mx, addresses: own.addresses, failure };
}

function kindOf(hosts: readonly MxHost[], hasNull: boolean, hasFailed: boolean): MxFacts['kind'] {
  if (hosts.length === 0) return hasNull ? 'null' : 'none';
  const addresses = hosts.flatMap((host) => host.addresses);
  if (addresses.length === 0) return hasFailed ? 'unknown' : 'dead';
  return addresses.every(isLoopback) ? 'loopback' : 'hosts';
}

/** 127.0.0.0/8 and ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3); 0.0.0.0 and :: mean this host as well. */
export function isLoopback(text: IpText): boolean {
  const ip = parseIp(text);
  if (ip === null) return false;
  if (ip.family === 4) return ip.w0 >>> 24 === 127 || ip.w0 === 0;
  return ip.w0 === 0 && ip.w1 === 0 && ip.w2 === 0 && ip.w3 <= 1;
}

/** A and AAAA of a name; the failure of either, when nothing was found. */
export async function addressesOf(
  name: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<{ readonly addresses: readonly IpText[]; readonly failure: string | null }> {
  const four = await resolver.resolve(name, 'A', signal);
  const six = await resolver.resolve(name, 'AAAA', signal);
  const addresses = [...(four.kind === 'records' ? four.data : []), ...(six.kind === 'records' ? six.data : [])];
  const failed = [four, six].find((answer) => answer.kind === 'failure');
  return { addresses, failure: addresses.length === 0 && failed !== undefined ? failed.detail : null };
}

/** The CNAME that stands at `name` itself, or null. */
export async function cnameAt(name: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DomainName | null> {
  const answer = await resolver.resolve(name, 'CNAME', signal);
  return answer.kind === 'records' ? (answer.data[0] ?? null) : null;
}
