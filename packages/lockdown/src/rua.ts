import { type DomainName, parseDomainName, type Resolver } from '@unsent/dns';
import type { PlanNote } from './change.ts';
import { isOwnDestination, mailtoDomain } from './dmarc.ts';
import { isDmarcText } from './kinds.ts';

/**
 * Asks whether the domains behind `uris` accept reports about `zone` (RFC 9990 §4): somebody else's domain has to say
 * so in DNS, or nobody sends any. Resolves to a note for each that does not, or could not be asked.
 */
export async function checkReportAddresses(
  zone: DomainName,
  uris: readonly string[],
  resolver: Resolver,
): Promise<readonly PlanNote[]> {
  const destinations = new Set(uris.map(mailtoDomain).filter((domain) => domain !== null));
  const notes = await Promise.all([...destinations].map((destination) => checkOne(zone, destination, resolver)));
  return notes.filter((note) => note !== null);
}

async function checkOne(zone: DomainName, destination: DomainName, resolver: Resolver): Promise<PlanNote | null> {
  if (isOwnDestination(zone, destination)) return null;
  const name = parseDomainName(`${zone}._report._dmarc.${destination}`);
  if (name === null) return null;
  const answer = await resolver.resolve(name, 'TXT');
  if (answer.kind === 'failure') {
    return { code: 'rua', message: `It could not be asked whether ${destination} accepts reports (${answer.detail}).` };
  }
  const accepts = answer.kind === 'records' && answer.data.some((strings) => isDmarcText(strings.join('')));
  if (accepts) return null;
  return {
    code: 'rua',
    message: `${destination} does not accept reports about ${zone} yet: publish ${name} TXT "v=DMARC1" there, or nobody sends any.`,
  };
}
