import { type DomainName, zoneResolver } from '@unsent/dns';
import { type DnsProvider, modelledRecords, type NamedServer } from '@unsent/lockdown';
import type { Shell } from '../shell.ts';

/** Whom to ask whether the zone is as planned: the servers that were named, else the zone's own. */
export async function verificationServers(
  _shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  _named: readonly string[],
): Promise<readonly NamedServer[]> {
  if (provider.name === 'memory') {
    const { records } = await provider.read(zone);
    return [{ label: 'memory', resolver: zoneResolver(modelledRecords(records)) }];
  }
  return [];
}
