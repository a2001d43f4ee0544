import { authoritativeResolvers, type DomainName, findDelegation, type IpText, type Resolver } from '@unsent/dns';
import type { DelegationFacts, NameServer } from './facts.ts';
import { addressesOf } from './gather-mx.ts';

export type AskOptions = {
  /** Where name servers listen. Default 53. */
  readonly port?: number;
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 2000;
/** More name servers than these say nothing new. */
const MAX_SERVERS = 13;

/**
 * What the parent zone says about `domain`, and what each of its name servers says itself.
 *
 * `known` are the name servers that the resolver knows; they are asked when the parent's servers cannot be.
 */
export async function askNameServers(
  domain: DomainName,
  known: readonly DomainName[],
  resolver: Resolver,
  signal: AbortSignal,
  options: AskOptions = {},
): Promise<DelegationFacts> {
  const asking = { timeoutMs: TIMEOUT_MS, tries: 2, ...options, signal };
  const delegation = await findDelegation(domain, resolver, asking);
  const delegated = delegation.kind === 'delegated' ? delegation.nameServers : null;
  const glue = delegation.kind === 'delegated' ? delegation.glue : [];
  const servers: NameServer[] = [];
  for (const name of (delegated ?? known).slice(0, MAX_SERVERS)) {
    const found = (await addressesOf(name, resolver, signal)).addresses;
    const addresses = found.length > 0 ? found : glue.filter((record) => record.name === name).map(({ data }) => data);
    servers.push(await askServer(domain, name, addresses, resolver, asking));
  }
  return { servers, delegated, wereAsked: true };
}

/** A name server is good when one of its addresses answers for the domain. */
async function askServer(
  domain: DomainName,
  name: DomainName,
  addresses: readonly IpText[],
  resolver: Resolver,
  options: AskOptions & { readonly signal: AbortSignal },
): Promise<NameServer> {
  const silent: NameServer = { name, addresses, failure: null, says: null };
  const { port = 53 } = options;
  const servers = addresses.map((address) => ({ address, port }));
  if (servers.length === 0) return silent;
  const opened = await authoritativeResolvers(domain, resolver, { ...options, servers });
  if (opened.kind !== 'servers') return silent;
  try {
    const failures: string[] = [];
    for (const { resolver: server, readSoa, server: at } of opened.servers) {
      const soa = await readSoa(options.signal);
      if (soa.kind === 'soa') {
        const answer = await server.resolve(domain, 'NS', options.signal);
        return { ...silent, says: answer.kind === 'records' ? answer.data : [] };
      }
      // A host without IPv6 cannot reach such an address; that is no fault of the server's.
      const isOurFault = soa.kind === 'failure' && soa.cause === 'unreachable' && at.address.includes(':');
      if (!isOurFault) failures.push(soa.kind === 'lame' ? 'not its server' : soa.detail);
    }
    return { ...silent, failure: failures[0] ?? null };
  } finally {
    opened.close();
  }
}
