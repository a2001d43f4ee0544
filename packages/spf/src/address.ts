import { type DomainName, parseDomainName } from '@unsent/dns';

/** The domain of a mail address: what follows its last `@`. Null when there is none, or none that DNS could hold. */
export function domainOf(address: string): DomainName | null {
  const at = address.lastIndexOf('@');
  return at === -1 ? null : parseDomainName(address.slice(at + 1));
}
