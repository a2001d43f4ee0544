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
