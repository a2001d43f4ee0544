import {
  contains,
  type DomainName,
  type IpAddress,
  ipFromRdata,
  isSubdomainOf,
  parseDomainName,
  type Resolver,
  reverseName,
  sameIp,
} from '@unsent/dns';
import type { SpfOutcome, SpfQuery } from '@unsent/spf';
import type { Answers } from './decision.ts';
import type { TrustedHosts } from './policy.ts';

export type TrustQuestion = {
  readonly client: IpAddress;
  readonly helo: string;
  readonly now: Date;
};

/** Names of one PTR answer that are looked at, as in RFC 7208 §4.6.4. */
const MAX_PTR_NAMES = 10;

export type Trust = Exclude<Answers['trust'], null>;

/**
 * The entry that vouches for the client by its address, its HELO name or an SPF record, or `'no'`.
 *
 * Where our own list cannot be looked up the client is not refused for it.
 */
export async function findTrust(
  question: TrustQuestion,
  trusted: TrustedHosts,
  resolver: Resolver,
  spf: (query: SpfQuery) => SpfOutcome | Promise<SpfOutcome>,
): Promise<Trust> {
  const { client, helo, now } = question;
  const network = trusted.networks.find((one) => contains(one, client));
  if (network !== undefined) return { entry: `network ${network.address.text}/${network.length}` };

  const heloName = parseDomainName(helo);
  if (heloName !== null && trusted.heloNames.includes(heloName)) {
    const found = await holdsAddress(heloName, client, resolver);
    if (found !== 'no')
      return { entry: `HELO name ${heloName}${found === 'unknown' ? ' (not verified: DNS failed)' : ''}` };
  }
  for (const domain of trusted.spfDomains) {
    const query = { ip: client, domain, sender: `postmaster@${domain}`, helo, receiver: '', now };
    const { result } = await spf(query);
    if (result === 'pass') return { entry: `SPF of ${domain}` };
    if (result === 'temperror') return { entry: `SPF of ${domain} (not verified: DNS failed)` };
  }
  return 'no';
}

/**
 * The client's PTR name below one of `domains`, once its own addresses hold the client (RFC 7208 §5.5), or `'no'`.
 *
 * Where the client's own PTR zone fails, it gains nothing by that.
 */
export async function findPtrTrust(
  client: IpAddress,
  domains: readonly DomainName[],
  resolver: Resolver,
): Promise<Trust> {
  const answer = await resolver.resolve(reverseName(client), 'PTR');
  if (answer.kind !== 'records') return 'no';
  for (const name of answer.data.slice(0, MAX_PTR_NAMES)) {
    if (!domains.some((domain) => isSubdomainOf(name, domain))) continue;
    if ((await holdsAddress(name, client, resolver)) === 'yes') return { entry: `PTR name ${name}` };
  }
  return 'no';
}

async function holdsAddress(
  name: DomainName,
  client: IpAddress,
  resolver: Resolver,
): Promise<'yes' | 'no' | 'unknown'> {
  const answer = await resolver.resolve(name, client.family === 4 ? 'A' : 'AAAA');
  if (answer.kind === 'failure') return 'unknown';
  if (answer.kind !== 'records') return 'no';
  return answer.data.some((text) => sameIp(ipFromRdata(text), client)) ? 'yes' : 'no';
}
