import { type DnsClient, type OpenClient, openClient } from './client.ts';
import type { IpText } from './ip.ts';
import { type DomainName, isSubdomainOf } from './name.ts';
import type { RrType } from './record.ts';
import {
  type Answer,
  type FailedAnswer,
  lowerTtl,
  MAX_CNAMES,
  type NegativeAnswer,
  type Resolver,
} from './resolver.ts';
import type { DnsServer } from './server.ts';
import { parseSoa, type Soa } from './soa.ts';

export type AuthoritativeOptions = {
  /** Asks these instead of the servers that the NS records name: split horizon, tests. */
  readonly servers?: readonly DnsServer[];
  /** Where name servers listen. Default 53. */
  readonly port?: number;
  readonly timeoutMs?: number;
  readonly tries?: number;
  readonly signal?: AbortSignal;
};

/** One address of one name server of a zone. */
export type NameServer = {
  /** Null when the server was given by address. */
  readonly name: DomainName | null;
  readonly server: DnsServer;
  /** What this server says. Names outside the zone, and in zones delegated from it, are asked elsewhere. */
  readonly resolver: Resolver;
  /** Its SOA; 'lame' if it does not answer for the zone with authority. */
  readSoa(signal?: AbortSignal): Promise<SoaAnswer>;
  /** As `DnsClient.query`, to this server. */
  readonly query: DnsClient['query'];
};

export type SoaAnswer =
  | { readonly kind: 'soa'; readonly soa: Soa; readonly ttlSeconds: number }
  | { readonly kind: 'lame' }
  | FailedAnswer;

export type ZoneServers = {
  readonly kind: 'servers';
  /** Every address of every name server. */
  readonly servers: readonly NameServer[];
  /** Names in NS records that have no address. */
  readonly withoutAddress: readonly DomainName[];
  close(): void;
};

/**
 * A resolver for each of the zone's own name servers, found through `resolver`, which also answers for other zones.
 *
 * Returns what the NS lookup found when it found no records. Close it after use.
 */
export async function authoritativeResolvers(
  zone: DomainName,
  resolver: Resolver,
  options: AuthoritativeOptions = {},
): Promise<ZoneServers | NegativeAnswer | FailedAnswer> {
  const hosts = options.servers?.map((server) => ({ name: null, servers: [server] })) ?? null;
  const found = hosts ?? (await findHosts(zone, resolver, options));
  if (!Array.isArray(found)) return found;
  const opened = found.flatMap(({ name, servers }) =>
    servers.map((server) => ({
      name,
      server,
      client: openClient({ ...options, servers: [server], isRecursive: false }),
    })),
  );
  return {
    kind: 'servers',
    servers: opened.map(({ name, server, client }) => ({
      name,
      server,
      resolver: zoneOnly(zone, client, resolver),
      readSoa: (signal) => readSoa(zone, client, signal),
      query: client.query,
    })),
    withoutAddress: found.flatMap(({ name, servers }) => (name !== null && servers.length === 0 ? [name] : [])),
    close: () => {
      for (const { client } of opened) client.close();
    },
  };
}

type Host = { readonly name: DomainName | null; readonly servers: readonly DnsServer[] };

async function findHosts(
  zone: DomainName,
  resolver: Resolver,
  options: AuthoritativeOptions,
): Promise<Host[] | NegativeAnswer | FailedAnswer> {
  const names = await resolver.resolve(zone, 'NS', options.signal);
  if (names.kind !== 'records') return names;
  return serversOf(names.data, resolver, options);
}

/** The addresses of name servers, both families, as servers to ask. */
export function serversOf(
  names: readonly DomainName[],
  resolver: Resolver,
  options: Pick<AuthoritativeOptions, 'port' | 'signal'>,
): Promise<Host[]> {
  const { port = 53, signal } = options;
  return Promise.all(
    names.map(async (name) => {
      const [four, six] = await Promise.all([
        resolver.resolve(name, 'A', signal),
        resolver.resolve(name, 'AAAA', signal),
      ]);
      return { name, servers: [...addresses(four), ...addresses(six)].map((address) => ({ address, port })) };
    }),
  );
}

function addresses(answer: Answer<'A' | 'AAAA'>): readonly IpText[] {
  return answer.kind === 'records' ? answer.data : [];
}

/** Asks the server for what lies in its zone, and `elsewhere` for the rest, whether asked for or led to by a CNAME. */
function zoneOnly(zone: DomainName, client: OpenClient, elsewhere: Resolver): Resolver {
  async function askServer<T extends RrType>(
    name: DomainName,
    type: T,
    signal: AbortSignal | undefined,
    cnamesLeft: number,
  ): Promise<Answer<T>> {
    const reading = await client.read(name, type, signal);
    if (reading.kind === 'failure') return reading;
    if (reading.kind === 'answer') return reading.answer;
    if (reading.kind === 'referral') {
      // For the zone itself: the server is lame, and others must not answer in its place.
      if (name === zone) return notServed(zone);
      return elsewhere.resolve(name, type, signal);
    }
    const { target, ttlSeconds } = reading;
    const isOurs = isSubdomainOf(target, zone) && cnamesLeft > 0;
    const answer = isOurs ? askServer(target, type, signal, cnamesLeft - 1) : elsewhere.resolve(target, type, signal);
    return lowerTtl(await answer, ttlSeconds);
  }
  return {
    resolve: (name, type, signal) =>
      isSubdomainOf(name, zone) ? askServer(name, type, signal, MAX_CNAMES) : elsewhere.resolve(name, type, signal),
  };
}

function notServed(zone: DomainName): FailedAnswer {
  return { kind: 'failure', cause: 'refused', detail: `the server does not answer for ${zone}` };
}

async function readSoa(zone: DomainName, client: OpenClient, signal?: AbortSignal): Promise<SoaAnswer> {
  const message = await client.query(zone, 'SOA', signal);
  if (message.kind === 'failure') return message.cause === 'refused' ? { kind: 'lame' } : message;
  const line = message.answers.find((record) => record.name === zone && record.type === 'SOA');
  const soa = line === undefined || 'data' in line ? null : parseSoa(line.text);
  if (soa === null || line === undefined || !message.isAuthoritative) return { kind: 'lame' };
  return { kind: 'soa', soa, ttlSeconds: line.ttlSeconds };
}
