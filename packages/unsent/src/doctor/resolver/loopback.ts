import {
  authoritativeResolvers,
  type DnsServer,
  type DomainName,
  dnsClient,
  formatDnsServer,
  isLoopback,
  parentOf,
  parseIp,
  type Resolver,
} from '@unsent/dns';
import { bad, type Check, good } from '../check.ts';

export type LoopbackOptions = {
  readonly timeoutMs: number;
  /** Where name servers listen. Default 53. */
  readonly port?: number;
};

/** For all the name servers of one domain: a closed port 53 must not cost minutes. */
const PATIENCE_MS = 5000;
const ID = 'resolver-loopback';

/** What a resolver makes of the MX of a domain. */
type Sight =
  | { readonly kind: 'shown' | 'no-loopback' }
  /** The resolver gives no address for `host`. `isSure`: the zone's own server gives a loopback one. */
  | { readonly kind: 'hidden'; readonly host: DomainName; readonly isSure: boolean };

/**
 * Does the resolver show an MX that is 127.0.0.1? Filters against DNS rebinding (dnsmasq `stop-dns-rebind`, unbound
 * `private-address`, many routers) take such addresses away. Only a domain that has such an MX can tell.
 */
export async function checkLoopback(
  server: DnsServer,
  domains: readonly DomainName[],
  options: LoopbackOptions,
): Promise<readonly Check[]> {
  const client = dnsClient({ servers: [server], timeoutMs: options.timeoutMs });
  try {
    const sights = await Promise.all(domains.map((domain) => look(domain, client, options)));
    return say(`Resolver ${formatDnsServer(server).replace(/^([^[].*):53$/, '$1')}`, sights);
  } finally {
    client.close();
  }
}

function say(resolver: string, sights: readonly Sight[]): readonly Check[] {
  const hidden = sights.flatMap((sight) => (sight.kind === 'hidden' ? [sight] : []));
  const worst = hidden.find(({ isSure }) => isSure) ?? hidden[0];
  if (worst !== undefined) {
    const what = worst.isSure
      ? `${resolver} hides that ${worst.host} is 127.0.0.1: it filters against DNS rebinding.`
      : `${resolver} gives no address for the MX ${worst.host}: it is missing, or filtered against DNS rebinding.`;
    const zone = parentOf(worst.host) ?? worst.host;
    const todo = `audit and policyd misjudge such domains. dnsmasq: rebind-domain-ok=/${zone}/ or rebind-localhost-ok; unbound: private-domain: "${zone}".`;
    return [bad(ID, 'warning', what, todo)];
  }
  if (!sights.some(({ kind }) => kind === 'shown')) return [];
  return [good(ID, `${resolver} shows a loopback MX as it is.`)];
}

async function look(domain: DomainName, client: Resolver, options: LoopbackOptions): Promise<Sight> {
  const mx = await client.resolve(domain, 'MX');
  if (mx.kind !== 'records') return { kind: 'no-loopback' };
  for (const { exchange: host } of mx.data) {
    if (host === '.') continue;
    const addresses = await client.resolve(host, 'A');
    if (addresses.kind === 'records') {
      if (addresses.data.some(isLoopbackText)) return { kind: 'shown' };
      continue;
    }
    const own = await ownAnswer(domain, host, client, options);
    if (own === 'loopback') return { kind: 'hidden', host, isSure: true };
    if (own === 'silent' && host.startsWith('loopback.')) return { kind: 'hidden', host, isSure: false };
  }
  return { kind: 'no-loopback' };
}

/** What the domain's own name servers say about `host`, past the resolver. */
async function ownAnswer(
  domain: DomainName,
  host: DomainName,
  client: Resolver,
  { port = 53, timeoutMs }: LoopbackOptions,
): Promise<'loopback' | 'other' | 'silent'> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const opened = await authoritativeResolvers(domain, client, { port, timeoutMs, tries: 1, signal });
    if (opened.kind !== 'servers') return 'silent';
    try {
      for (const { resolver } of opened.servers) {
        const answer = await resolver.resolve(host, 'A', signal);
        if (answer.kind === 'failure') continue;
        return answer.kind === 'records' && answer.data.some(isLoopbackText) ? 'loopback' : 'other';
      }
      return 'silent';
    } finally {
      opened.close();
    }
  } catch (error) {
    if (signal.aborted) return 'silent';
    throw error;
  }
}

function isLoopbackText(text: string): boolean {
  const ip = parseIp(text);
  return ip !== null && isLoopback(ip);
}
