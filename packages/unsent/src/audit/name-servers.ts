import { authoritativeResolvers, type DomainName, findDelegation, type IpText, type Resolver } from '@unsent/dns';
import type { DelegationFacts, NameServer } from './facts.ts';
import type { AskServers } from './gather.ts';
import { addressesOf } from './gather-mx.ts';

export type AskOptions = {
  /** Where name servers listen. Default 53. */
  readonly port?: number;
  /** For one try. Default 1500. */
  readonly timeoutMs?: number;
};

type Asking = { readonly resolver: Resolver; readonly signal: AbortSignal; readonly options: AskOptions };

/** What one server said; `isReached` is false when nothing came back at all. */
type Said = { readonly server: NameServer; readonly isReached: boolean };

const TIMEOUT_MS = 1500;
/** For all the servers of a parent zone, or for one name server: a closed port 53 must not cost minutes. */
const PATIENCE_MS = 5000;
/** More name servers than these say nothing new. */
const MAX_SERVERS = 13;
/** After so many domains without one server that answers, it is our own port 53 that is closed. */
const GIVE_UP_AFTER = 3;

/**
 * Asks the parent zone which name servers a domain has, and each of them what it says itself.
 *
 * Where not one of them answers nothing is concluded, and after three such domains nobody is asked any more: networks
 * that let only their own resolver out are common.
 */
export function nameServerAsker(resolver: Resolver, options: AskOptions = {}): AskServers {
  let reached = 0;
  let unreached = 0;
  return async (domain, known, signal) => {
    if (reached === 0 && unreached >= GIVE_UP_AFTER) return null;
    const facts = await askNameServers(domain, known, { resolver, signal, options });
    if (facts.wereAsked) reached++;
    else if (facts.servers.length > 0) unreached++;
    return facts;
  };
}

async function askNameServers(
  domain: DomainName,
  known: readonly DomainName[],
  asking: Asking,
): Promise<DelegationFacts> {
  const { resolver, signal } = asking;
  const found = await patiently(signal, (limit) => findDelegation(domain, resolver, clientOptions(asking, limit)));
  const delegation = found?.kind === 'delegated' ? found : null;
  const said: Said[] = [];
  for (const name of (delegation?.nameServers ?? known).slice(0, MAX_SERVERS)) {
    const own = (await addressesOf(name, resolver, signal)).addresses;
    const glue = delegation?.glue.filter((record) => record.name === name).map(({ data }) => data) ?? [];
    said.push(await askServer(domain, name, own.length > 0 ? own : glue, asking));
  }
  const servers = said.map(({ server }) => server);
  if (!said.some(({ isReached }) => isReached)) return silence(servers);
  return { servers, delegated: delegation?.nameServers ?? null, wereAsked: true };
}

function silence(servers: readonly NameServer[]): DelegationFacts {
  return { servers: servers.map((server) => ({ ...server, failure: null })), delegated: null, wereAsked: false };
}

function clientOptions({ options }: Asking, signal: AbortSignal): AskOptions & { tries: number; signal: AbortSignal } {
  return { timeoutMs: TIMEOUT_MS, ...options, tries: 2, signal };
}

/** A name server is good when one of its addresses answers for the domain. */
async function askServer(
  domain: DomainName,
  name: DomainName,
  addresses: readonly IpText[],
  asking: Asking,
): Promise<Said> {
  const server: NameServer = { name, addresses, failure: null, says: null };
  const said = await patiently(asking.signal, (signal) => askAddresses(domain, server, asking, signal));
  return said ?? { server: { ...server, failure: 'it does not answer' }, isReached: false };
}

async function askAddresses(
  domain: DomainName,
  server: NameServer,
  asking: Asking,
  signal: AbortSignal,
): Promise<Said> {
  const { port = 53 } = asking.options;
  const servers = server.addresses.map((address) => ({ address, port }));
  const nobody = { server, isReached: false };
  if (servers.length === 0) return nobody;
  const opened = await authoritativeResolvers(domain, asking.resolver, { ...clientOptions(asking, signal), servers });
  if (opened.kind !== 'servers') return nobody;
  try {
    let worst: Said = nobody;
    for (const one of opened.servers) {
      const soa = await one.readSoa(signal);
      if (soa.kind === 'soa') {
        const answer = await one.resolver.resolve(domain, 'NS', signal);
        return { server: { ...server, says: answer.kind === 'records' ? answer.data : [] }, isReached: true };
      }
      const isReached = soa.kind === 'lame' || (soa.cause !== 'timeout' && soa.cause !== 'unreachable');
      const failure = soa.kind === 'lame' ? 'it is not its server' : soa.detail;
      // A host without IPv6 reaches no such address: what the others say counts.
      if (isReached || !one.server.address.includes(':')) worst = { server: { ...server, failure }, isReached };
    }
    return worst;
  } finally {
    opened.close();
  }
}

/** What `work` found within the time there is, or null. Rejects when `signal` aborts. */
async function patiently<T>(signal: AbortSignal, work: (limit: AbortSignal) => Promise<T>): Promise<T | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    return await work(limit);
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return null;
  }
}
