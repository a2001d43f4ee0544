import { type DomainName, type IpText, ipFromRdata, isThisHost, type Resolver } from '@unsent/dns';
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
  const ownFailure = own.addresses.length === 0 ? own.failure : null;
  const failure = answer.kind === 'failure' ? answer.detail : ownFailure;
  if (answer.kind !== 'records') {
    const kind = failure !== null ? 'unknown' : own.addresses.length > 0 ? 'implicit' : 'none';
    return { mx: { kind, hosts: [], hasNullBesideOthers: false }, addresses: own.addresses, failure };
  }
  const hosts: MxHost[] = [];
  for (const { exchange, preference } of answer.data.slice(0, MAX_HOSTS)) {
    if (exchange === '.') continue;
    const { addresses, failure: hostFailure } = await addressesOf(exchange, resolver, signal);
    hosts.push({
      name: exchange,
      preference,
      addresses,
      failure: hostFailure,
      cname: await cnameAt(exchange, resolver, signal),
    });
  }
  hosts.sort((a, b) => a.preference - b.preference);
  const hasNull = answer.data.some(({ exchange }) => exchange === '.');
  const mx = { kind: kindOf(hosts, hasNull), hosts, hasNullBesideOthers: hasNull && hosts.length > 0 };
  return { mx, addresses: own.addresses, failure };
}

function kindOf(hosts: readonly MxHost[], hasNull: boolean): MxFacts['kind'] {
  if (hosts.length === 0) return hasNull ? 'null' : 'none';
  const addresses = hosts.flatMap((host) => host.addresses);
  if (!addresses.every(isAtSender)) return 'hosts';
  // What could not be looked up may be a real host.
  if (hosts.some(({ failure }) => failure !== null)) return 'unknown';
  return addresses.length === 0 ? 'dead' : 'loopback';
}

/** True if mail to this address ends at the host that sends it. */
export function isAtSender(text: IpText): boolean {
  return isThisHost(ipFromRdata(text));
}

/** A and AAAA of a name, and the failure of either: then `addresses` may not be all. */
export async function addressesOf(
  name: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<{ readonly addresses: readonly IpText[]; readonly failure: string | null }> {
  const four = await resolver.resolve(name, 'A', signal);
  const six = await resolver.resolve(name, 'AAAA', signal);
  const addresses = [...(four.kind === 'records' ? four.data : []), ...(six.kind === 'records' ? six.data : [])];
  const failed = [four, six].find((answer) => answer.kind === 'failure');
  return { addresses, failure: failed?.detail ?? null };
}

/** The CNAME that stands at `name` itself, or null. */
export async function cnameAt(name: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DomainName | null> {
  const answer = await resolver.resolve(name, 'CNAME', signal);
  return answer.kind === 'records' ? (answer.data[0] ?? null) : null;
}
