import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDomainName, parseZoneText, type Resolver, UnsentError, zoneResolver } from '@unsent/dns';
import type { Config } from './config.ts';
import { errorFromSystem } from './output/file-error.ts';
import type { GlobalOptions, Surroundings } from './shell.ts';

const ZONE_PREFIX = 'zone:';

/**
 * Opens the resolver that --dns, `dns.servers` or the system names.
 *
 * `--dns zone:FILE` answers from a zone file, which may hold any number of zones, and asks nobody.
 */
export async function openResolver(
  options: GlobalOptions,
  config: Config,
  surroundings: Surroundings,
  _onClose: (close: () => void | Promise<void>) => void,
): Promise<Resolver> {
  if (options.dns?.startsWith(ZONE_PREFIX)) {
    return readZoneResolver(resolve(surroundings.cwd, options.dns.slice(ZONE_PREFIX.length)));
  }
  throw new UnsentError('resolver-missing', { message: `The resolver is not wired yet. ${config.dns.timeoutMs}` });
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
