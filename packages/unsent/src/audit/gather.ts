import { type DomainName, joinTxt, parseDomainName, type Resolver } from '@unsent/dns';
import { isSpfRecord, lintDomain } from '@unsent/spf';
import type { DelegationFacts, DomainFacts, DomainRole, HostFacts } from './facts.ts';
import { gatherDmarc } from './gather-dmarc.ts';
import { addressesOf, cnameAt, gatherMx } from './gather-mx.ts';

/** Asks the name servers of a zone themselves; `known` are those that the resolver knows. Null: not asked. */
export type AskServers = (
  domain: DomainName,
  known: readonly DomainName[],
  signal: AbortSignal,
) => Promise<DelegationFacts | null>;

/** A label that nobody has: whatever answers for it is a wildcard. */
const NOBODYS_LABEL = 'unsent-audit';

/** Everything that DNS says about one domain and mail. Read-only. Rejects only when `signal` aborts. */
export async function gatherFacts(
  domain: DomainName,
  role: DomainRole,
  resolver: Resolver,
  askServers: AskServers | null,
  signal: AbortSignal,
): Promise<Omit<DomainFacts, 'journal'>> {
  const ns = await resolver.resolve(domain, 'NS', signal);
  const { mx, addresses, failure } = await gatherMx(domain, resolver, signal);
  const known = ns.kind === 'records' ? ns.data : [];
  // No NS and no failure: a name within a zone, whose servers are not its own.
  const isZone = ns.kind === 'records' || ns.kind === 'failure';
  const asked = isZone && askServers !== null ? await askServers(domain, known, signal) : null;
  const isGone = ns.kind === 'nxdomain';
  return {
    domain,
    role,
    exists: isGone ? 'no' : failure !== null || ns.kind === 'failure' ? 'unknown' : 'yes',
    failure: failure ?? (ns.kind === 'failure' ? ns.detail : null),
    delegation: asked ?? (await gatherDelegation(known, resolver, signal)),
    cname: isGone ? null : await cnameAt(domain, resolver, signal),
    addresses,
    spf: await lintDomain(domain, resolver, signal),
    mx,
    dmarc: await gatherDmarc(domain, resolver, signal),
    dkimWildcard: await textsOf(below(`${NOBODYS_LABEL}._domainkey`, domain), resolver, signal),
    wildcard: await gatherHost(below(NOBODYS_LABEL, domain), resolver, signal),
    www: await gatherHost(below('www', domain), resolver, signal),
  };
}

/** Without asking them: do the name servers have an address at all? */
async function gatherDelegation(
  names: readonly DomainName[],
  resolver: Resolver,
  signal: AbortSignal,
): Promise<DelegationFacts> {
  const servers: DelegationFacts['servers'][number][] = [];
  for (const name of names) {
    const { addresses } = await addressesOf(name, resolver, signal);
    servers.push({ name, addresses, failure: null, says: null });
  }
  return { servers, delegated: null, wereAsked: false };
}

async function gatherHost(name: DomainName, resolver: Resolver, signal: AbortSignal): Promise<HostFacts> {
  const mx = await resolver.resolve(name, 'MX', signal);
  return {
    name,
    cname: await cnameAt(name, resolver, signal),
    addresses: (await addressesOf(name, resolver, signal)).addresses,
    mx: mx.kind === 'records' ? mx.data.map(({ exchange }) => exchange) : [],
    spf: (await textsOf(name, resolver, signal)).filter(isSpfRecord),
  };
}

async function textsOf(name: DomainName, resolver: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await resolver.resolve(name, 'TXT', signal);
  return answer.kind === 'records' ? answer.data.map(joinTxt) : [];
}

/** `label.domain`, or the domain itself when that would be longer than a name may be. */
function below(label: string, domain: DomainName): DomainName {
  return parseDomainName(`${label}.${domain}`) ?? domain;
}
