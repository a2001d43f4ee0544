import {
  type Answer,
  authoritativeResolvers,
  type DnsServer,
  type DomainName,
  formatDnsServer,
  type NameServer,
  type Resolver,
  type RrType,
  UnsentError,
  zoneResolver,
} from '@unsent/dns';
import { type DnsProvider, modelledRecords, type NamedServer } from '@unsent/lockdown';
import { parseServerAddress } from '../config/server-address.ts';
import type { Shell } from '../shell.ts';
import { readDomain } from './request.ts';

/** The servers to ask, and how long a secondary among them may lag behind by its own timer; null when nobody says. */
export type VerificationServers = {
  readonly servers: readonly NamedServer[];
  readonly refreshSeconds: number | null;
  /** Closes the sockets to the servers, which are not asked afterwards. */
  close(): void;
};

const TIMEOUT_MS = 3000;
const TRIES = 2;

/** Whom to ask whether the zone is as planned: the servers that were named, else the zone's own. Close it after use. */
export async function verificationServers(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  named: readonly string[],
): Promise<VerificationServers> {
  if (provider.name === 'memory') {
    const { records } = await provider.read(zone);
    const resolver = zoneResolver(modelledRecords(records));
    return { servers: [{ label: 'memory', resolver }], refreshSeconds: null, close: () => {} };
  }
  const addresses = await Promise.all(named.map((text) => namedAddress(shell, text)));
  const found = await authoritativeResolvers(zone, await shell.resolver(), {
    ...(named.length === 0 ? {} : { servers: addresses }),
    timeoutMs: TIMEOUT_MS,
    tries: TRIES,
  });
  if (found.kind !== 'servers') return { servers: [], refreshSeconds: null, close: () => {} };
  const silent = found.withoutAddress.map((name): NamedServer => ({ label: name, resolver: NOBODY }));
  return {
    servers: [...byName(found.servers), ...silent],
    refreshSeconds: await refreshOf(found.servers),
    close: () => found.close(),
  };
}

/** `HOST[:PORT]` as typed; a host that is a name is looked up. */
async function namedAddress(shell: Shell, text: string): Promise<DnsServer> {
  const place = parseServerAddress(text);
  if (place === null) {
    throw new UnsentError('usage', { message: `--authoritative wants HOST[:PORT], not "${text}"`, exitCode: 2 });
  }
  if (/^[0-9.]+$|:/.test(place.host)) return { address: place.host, port: place.port };
  const answer = await (await shell.resolver()).resolve(readDomain(place.host), 'A');
  const [address] = answer.kind === 'records' ? answer.data : [];
  if (address === undefined) {
    throw new UnsentError('server-unknown', {
      message: `The name server ${place.host} has no address.`,
      hint: 'Name it by its address: --authoritative ADDRESS[:PORT].',
    });
  }
  return { address, port: place.port };
}

/** One for each name server; its addresses are tried in turn, because many hosts have no route to the IPv6 one. */
function byName(servers: readonly NameServer[]): readonly NamedServer[] {
  const groups = new Map<string, NameServer[]>();
  for (const server of servers) {
    const label = server.name ?? formatDnsServer(server.server);
    groups.set(label, [...(groups.get(label) ?? []), server]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, group]) => ({ label, resolver: firstToAnswer(group.map(({ resolver }) => resolver)) }));
}

function firstToAnswer(resolvers: readonly Resolver[]): Resolver {
  return {
    async resolve<T extends RrType>(name: DomainName, type: T, signal?: AbortSignal): Promise<Answer<T>> {
      let last: Answer<T> = UNREACHABLE;
      for (const resolver of resolvers) {
        last = await resolver.resolve(name, type, signal);
        if (last.kind !== 'failure') return last;
      }
      return last;
    },
  };
}

async function refreshOf(servers: readonly NameServer[]): Promise<number | null> {
  for (const server of servers) {
    const answer = await server.readSoa();
    if (answer.kind === 'soa') return answer.soa.refreshSeconds;
  }
  return null;
}

/** What is said of a server that is named in the zone and cannot be asked. */
export const NO_ADDRESS = 'the name server has no address';

const UNREACHABLE = { kind: 'failure', cause: 'unreachable', detail: NO_ADDRESS } as const;

const NOBODY: Resolver = { resolve: () => UNREACHABLE };
