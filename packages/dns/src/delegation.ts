import { type AuthoritativeOptions, serversOf } from './authoritative.ts';
import { dnsClient } from './client.ts';
import type { DnsMessage } from './message.ts';
import { type DomainName, parentOf } from './name.ts';
import type { DnsRecord } from './record.ts';
import type { FailedAnswer, Resolver } from './resolver.ts';
import type { DnsServer } from './server.ts';

/** What the parent zone says about a zone. */
export type Delegation =
  | {
      readonly kind: 'delegated';
      readonly parent: DomainName;
      readonly nameServers: readonly DomainName[];
      /** Addresses that the parent gives along. */
      readonly glue: readonly DnsRecord<'A' | 'AAAA'>[];
    }
  /** The parent has no NS records for it; `exists` is false when it does not know the name at all. */
  | { readonly kind: 'not-delegated'; readonly parent: DomainName; readonly exists: boolean }
  | FailedAnswer;

/**
 * Asks the parent's own servers which name servers they hand out for `zone`: whether records written elsewhere count.
 * `options.servers` names the parent's servers.
 */
export async function findDelegation(
  zone: DomainName,
  resolver: Resolver,
  options: AuthoritativeOptions = {},
): Promise<Delegation> {
  const parent = await findParent(zone, resolver, options);
  if (parent.kind === 'failure') return parent;
  const client = dnsClient({ ...options, servers: parent.servers, isRecursive: false });
  try {
    const message = await client.query(zone, 'NS', options.signal);
    return message.kind === 'failure' ? message : delegationIn(message, zone, parent.name);
  } finally {
    client.close();
  }
}

type Parent = { readonly kind: 'parent'; readonly name: DomainName; readonly servers: readonly DnsServer[] };

/** The closest ancestor that is a zone, and its servers. */
async function findParent(
  zone: DomainName,
  resolver: Resolver,
  options: AuthoritativeOptions,
): Promise<Parent | FailedAnswer> {
  for (let name = parentOf(zone); name !== null; name = parentOf(name)) {
    const found = await resolver.resolve(name, 'NS', options.signal);
    if (found.kind === 'failure') return found;
    if (found.kind !== 'records') continue;
    const hosts = options.servers === undefined ? await serversOf(found.data, resolver, options) : [];
    return { kind: 'parent', name, servers: options.servers ?? hosts.flatMap(({ servers }) => servers) };
  }
  return { kind: 'failure', cause: 'unreachable', detail: `no zone above ${zone} was found` };
}

function delegationIn(message: DnsMessage, zone: DomainName, parent: DomainName): Delegation {
  const nameServers: DomainName[] = [];
  const glue: DnsRecord<'A' | 'AAAA'>[] = [];
  // In the answer if the parent's servers serve the child as well, in a referral otherwise.
  for (const record of [...message.answers, ...message.authority])
    if (record.name === zone && 'data' in record && record.type === 'NS' && !nameServers.includes(record.data))
      nameServers.push(record.data);
  for (const record of message.additional)
    if ('data' in record && (record.type === 'A' || record.type === 'AAAA') && nameServers.includes(record.name))
      glue.push(record);
  if (nameServers.length === 0) return { kind: 'not-delegated', parent, exists: !message.isNxdomain };
  return { kind: 'delegated', parent, nameServers, glue };
}
