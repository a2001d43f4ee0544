import { type IpAddress, isPrivate } from '@unsent/dns/addresses';
import type { ReceivedHop } from './report.ts';
import { isSameSite } from './site.ts';

/**
 * The address that handed the message to the reporter's side.
 *
 * Read downwards from the reporter: a hop whose client is private, or whose client's verified name lies in the
 * domain of the host that wrote the line, is still inside the reporter's network. The first other client is the one
 * we want. Everything below that line was written by strangers and may be forged, so it is never looked at. What a
 * client called itself (HELO) never makes it an insider. While the list of sites is awaited, no other host is one.
 */
export function injectingAddress(chain: Iterable<ReceivedHop>): IpAddress | null {
  for (const hop of chain) {
    if (hop.ip === null) {
      if (isLocalHandover(hop)) continue;
      return null;
    }
    if (isPrivate(hop.ip) || isInsider(hop)) continue;
    return hop.ip;
  }
  return null;
}

// "(qmail 1234 invoked from network)", "by host with LMTP", "by host (Postfix, from userid 33)": no client named.
function isLocalHandover(hop: ReceivedHop): boolean {
  return hop.helo === null && hop.fromName === null;
}

function isInsider(hop: ReceivedHop): boolean {
  if (hop.fromName === null || hop.by === null || isCustomerName(hop.fromName, hop.ip)) return false;
  return isSameSite(hop.fromName, hop.by);
}

// "dsl-203-0-113-77.example.net" is a customer of the site, not one of its relays: the last two octets stand in it.
function isCustomerName(name: string, ip: IpAddress | null): boolean {
  if (ip === null || ip.family !== 4) return false;
  const numbers = new Set((name.match(/\d+/g) ?? []).map(Number));
  const hex = (ip.w0 >>> 0).toString(16).padStart(8, '0');
  return (numbers.has(ip.w0 & 255) && numbers.has((ip.w0 >>> 8) & 255)) || name.toLowerCase().includes(hex);
}
