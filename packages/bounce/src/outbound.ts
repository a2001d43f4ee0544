import { contains, type IpAddress, type IpPrefix, networkOf, parseIp, type Resolver } from '@unsent/dns';
import type { OwnDomain } from './own-domains.ts';

/** The networks that a domain of ours sends from, its host names resolved. */
export async function outboundNetworks(own: OwnDomain | null, resolver: Resolver): Promise<readonly IpPrefix[]> {
  const networks: IpPrefix[] = [];
  for (const one of own?.outbound ?? []) {
    if (typeof one !== 'string') networks.push(one);
    else {
      for (const type of ['A', 'AAAA'] as const) {
        const answer = await resolver.resolve(one, type);
        if (answer.kind === 'records') networks.push(...answer.data.flatMap(hostNetwork));
      }
    }
  }
  return networks;
}

/** `host`: the address is one of our hosts; `network`: it lies in a network of ours; null: neither. */
export function placeOf(ip: IpAddress, networks: readonly IpPrefix[]): 'host' | 'network' | null {
  const within = networks.filter((network) => contains(network, ip));
  if (within.length === 0) return null;
  return within.some(({ length }) => length === bitsOf(ip)) ? 'host' : 'network';
}

function hostNetwork(text: string): IpPrefix[] {
  const ip = parseIp(text);
  return ip === null ? [] : [networkOf(ip, bitsOf(ip))];
}

function bitsOf({ family }: IpAddress): number {
  return family === 4 ? 32 : 128;
}
