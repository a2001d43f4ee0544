import type { DomainName } from '@unsent/dns';
import { UnsentError } from '@unsent/dns';
import type { DnsProvider, HostedZone } from '@unsent/lockdown';
import type { Config } from '../config.ts';
import { openProvider } from '../lockdown/open-provider.ts';
import type { Shell } from '../shell.ts';
import { bad, type Check, failed, good } from './check.ts';

const ID = 'provider';
/** A portfolio of thousands is not asked for one by one. */
const MAX_DOMAINS = 20;

/**
 * Does the provider accept the token or key, hold the zones of the domains that are to be locked down, and let us read
 * and write them? Nothing is written.
 */
export async function checkProvider(shell: Shell, config: Config): Promise<readonly Check[]> {
  if (config.provider === null) return [good(ID, 'No provider is set; lockdown prints text to paste (--export).')];
  const domains = [...config.domains.unused, ...config.domains.receiving].map(({ name }) => name);
  const asked = config.provider.name === 'memory' ? domains.slice(0, 1) : domains.slice(0, MAX_DOMAINS);
  if (asked.length === 0) {
    const what = 'No domain is declared that could be locked down, so the provider was not asked for one.';
    return [bad(ID, 'warning', what, 'Name one under domains.unused or domains.receiving.')];
  }
  const provider = await openProvider(shell, {}, asked);
  const found: Check[] = [];
  for (const domain of asked) {
    const check = await checkDomain(provider, domain);
    found.push(check);
    // A token that is not accepted is not accepted for the next domain either.
    if (check.state === 'failure' && check.id === ID) return found;
  }
  return found.every(({ state }) => state === 'ok') ? [summary(provider, asked.length, domains.length)] : found;
}

async function checkDomain(provider: DnsProvider, domain: DomainName): Promise<Check> {
  let zone: HostedZone | null = null;
  try {
    zone = await provider.find(domain);
    if (zone === null) return unheld(provider, domain);
    await provider.read(zone.name);
    await provider.probeWrite(zone.name);
  } catch (error) {
    if (!(error instanceof UnsentError)) throw error;
    return failed(zone === null ? ID : 'provider-zone', error);
  }
  if (zone.inactive !== null) {
    const what = `${provider.title} holds ${zone.name}, but does not serve it: ${zone.inactive}.`;
    return bad('provider-zone', 'warning', what, 'Point its delegation to the name servers of this provider.');
  }
  return good('provider-zone', `${provider.title} lets us read and write ${zone.name}.`);
}

function unheld({ title }: DnsProvider, domain: DomainName): Check {
  const what = `${title} shows us no zone that holds ${domain}.`;
  return bad('provider-zone', 'warning', what, 'Check the spelling, and which zones the token or key covers.');
}

function summary({ title }: DnsProvider, asked: number, all: number): Check {
  const some = asked < all ? `the first ${asked} of ${all}` : `all ${all}`;
  return good(ID, `${title} accepts us; zones read, and writing allowed: ${some}.`);
}
