import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  cachedResolver,
  type DnsServer,
  dnsClient,
  parseDnsServer,
  parseDomainName,
  parseZoneText,
  type Resolver,
  systemServers,
  UnsentError,
  zoneResolver,
} from '@unsent/dns';
import { parseServerAddress } from './config/server-address.ts';
import type { Config } from './config.ts';
import { errorFromSystem } from './output/file-error.ts';
import type { GlobalOptions, Surroundings } from './surroundings.ts';

const ZONE_PREFIX = 'zone:';
const CACHED_NAMES = 20_000;

/**
 * Opens the resolver that --dns, `dns.servers` or the system names.
 *
 * `--dns zone:FILE` answers from a zone file, which may hold any number of zones, and asks nobody.
 */
export async function openResolver(
  options: GlobalOptions,
  config: Config,
  surroundings: Pick<Surroundings, 'cwd' | 'now'>,
  onClose: (close: () => void | Promise<void>) => void,
): Promise<Resolver> {
  const zone = zoneFileOf(options, config);
  if (zone !== null) return readZoneResolver(resolve(surroundings.cwd, zone));
  const servers = options.dns === null ? configuredServers(config) : [await serverOf(options.dns)];
  return resolverOf(servers, config, surroundings.now, onClose);
}

/** A cached resolver that asks these servers; `maxEntries` is names in its cache. */
export function resolverOf(
  servers: readonly DnsServer[],
  config: Pick<Config, 'dns'>,
  now: () => Date,
  onClose: (close: () => void | Promise<void>) => void,
  maxEntries: number = CACHED_NAMES,
): Resolver {
  const client = dnsClient({ servers, timeoutMs: config.dns.timeoutMs });
  onClose(() => client.close());
  return cachedResolver(client, { now: () => now().getTime(), maxEntries });
}

/** The zone file that stands in for DNS (`--dns zone:FILE` or `dns.zone`), or null when servers are asked. */
export function zoneFileOf(options: GlobalOptions, config: Config): string | null {
  if (options.dns === null) return config.dns.zone;
  return options.dns.startsWith(ZONE_PREFIX) ? options.dns.slice(ZONE_PREFIX.length) : null;
}

function configuredServers(config: Config): readonly DnsServer[] {
  if (config.dns.servers === null) return systemServers();
  // The schema has refused what is no server.
  return config.dns.servers.flatMap((text) => parseDnsServer(text) ?? []);
}

/** `--dns` may name its server by host name too, such as localhost:5300; the system looks that up. */
async function serverOf(text: string): Promise<DnsServer> {
  const server = parseDnsServer(text);
  if (server !== null) return server;
  const named = parseServerAddress(text);
  if (named === null) {
    throw new UnsentError('usage', {
      message: `"${text}" is no resolver`,
      hint: 'Give --dns an address, HOST or HOST:PORT, or zone:FILE.',
      exitCode: 2,
    });
  }
  try {
    return { address: (await lookup(named.host)).address, port: named.port };
  } catch (cause) {
    throw new UnsentError('usage', { message: `the host ${named.host} of --dns is not known`, exitCode: 2, cause });
  }
}

async function readZoneResolver(path: string): Promise<Resolver> {
  const origin = parseDomainName('invalid');
  if (origin === null) throw new Error('"invalid" is a domain name');
  try {
    const { records, negativeTtlSeconds } = parseZoneText(await readFile(path, 'utf8'), { origin });
    return zoneResolver(records, { negativeTtlSeconds });
  } catch (cause) {
    if (cause instanceof UnsentError) {
      throw new UnsentError(cause.code, { message: `${path}: ${cause.message}`, exitCode: 2, cause });
    }
    const known = errorFromSystem(cause, 'read the zone file', path);
    if (known === null) throw cause;
    throw new UnsentError(known.code, { message: known.message, exitCode: 2, cause });
  }
}
