import { type Answer, type DomainName, ipFromRdata, isLoopback, type Resolver } from '@unsent/dns';
import type { DeadMx } from './decision.ts';
import { whenKnown } from './when-known.ts';

/** More MX hosts than any real domain has are not followed: the sender chooses how many there are. */
const MAX_HOSTS = 10;

/**
 * Can mail to `domain` arrive anywhere? `null-mx` is RFC 7505; `loopback-mx` means that every address of every MX host
 * is the asker's own. What cannot be looked up counts as alive.
 */
export function findDeadMx(domain: DomainName, resolver: Resolver): DeadMx | 'alive' | Promise<DeadMx | 'alive'> {
  return whenKnown(resolver.resolve(domain, 'MX'), (answer) => {
    if (answer.kind !== 'records') return 'alive';
    const hosts = answer.data.map(({ exchange }) => exchange);
    if (hosts.every((host) => host === '.')) return 'null-mx';
    const named = hosts.flatMap((host) => (host === '.' ? [] : [host]));
    return named.length > MAX_HOSTS ? 'alive' : allLoopback(named, 0, false, resolver);
  });
}

/** Looks at the hosts one by one and stops at the first that is somewhere. */
function allLoopback(
  hosts: readonly DomainName[],
  index: number,
  isSeen: boolean,
  resolver: Resolver,
): DeadMx | 'alive' | Promise<DeadMx | 'alive'> {
  const host = hosts[index];
  if (host === undefined) return isSeen ? 'loopback-mx' : 'alive';
  return whenKnown(resolver.resolve(host, 'A'), (a) => {
    const four = whereabouts(a);
    if (four === 'elsewhere') return 'alive';
    return whenKnown(resolver.resolve(host, 'AAAA'), (aaaa) => {
      const six = whereabouts(aaaa);
      if (six === 'elsewhere') return 'alive';
      return allLoopback(hosts, index + 1, isSeen || four === 'loopback' || six === 'loopback', resolver);
    });
  });
}

/** A failed lookup is 'elsewhere': nobody is called dead for a name server that is down. */
function whereabouts(answer: Answer<'A'> | Answer<'AAAA'>): 'loopback' | 'elsewhere' | 'nowhere' {
  if (answer.kind === 'failure') return 'elsewhere';
  if (answer.kind !== 'records') return 'nowhere';
  const isHere = answer.data.every((text) => isLoopback(ipFromRdata(text)));
  return isHere ? 'loopback' : 'elsewhere';
}
