import { parseDomainName } from '@unsent/dns';

/**
 * An address, or a domain, as two that mean the same compare: lower case, and the domain as DNS holds it. Of what has no
 * domain that DNS could hold, the lower case alone.
 */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = parseDomainName(address.slice(at));
  return domain === null ? address.toLowerCase() : address.slice(0, at).toLowerCase() + domain;
}

/** What stands before the last `@`; all of it when there is none. */
function localPartOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at === -1 ? address : address.slice(0, at);
}

/**
 * An address that must take bounces even at a domain that never sends: postmaster and abuse (RFC 5321 §4.5.1,
 * RFC 2142), and an SRS address, which returns a bounce to whoever sent through us.
 */
export function mustTakeBounces(address: string): boolean {
  const local = localPartOf(address).toLowerCase();
  return local === 'postmaster' || local === 'abuse' || /^srs[01][-+=]/.test(local);
}
