import { type IpAddress, type IpPrefix, isPrivate, isSubdomainOf } from '@unsent/dns';
import { domainOf } from '@unsent/spf';
import type { CaseSubject, OwnReport } from './case.ts';
import { placeOf } from './outbound.ts';
import type { OwnDomain } from './own-domains.ts';
import type { MailRead } from './read.ts';
import type { ReceivedHop } from './report.ts';

/**
 * Did one of our own hosts write the report, and how had it taken the mail?
 *
 * What the report says of itself can be forged, our own Received lines on top of it cannot: every client they name
 * must be one of ours or private.
 */
export function ownReportOf(read: MailRead, { own }: CaseSubject, networks: readonly IpPrefix[]): OwnReport {
  const { report, received } = read;
  if (own === null || report === null || report.reportedBy === null) return 'no';
  const isInside = (ip: IpAddress): boolean => isPrivate(ip) || placeOf(ip, networks) !== null;
  const isLocal = received.length > 0 && received.every(({ ip }) => ip === null || isInside(ip));
  if (!isLocal || !isOwnName(report.reportedBy, own)) return 'no';
  return origin(report.original?.receivedChain ?? [], own, isInside);
}

/**
 * Read downwards as long as our own hosts wrote the lines: a content filter on the loopback and a relay inside hand a
 * message on, and say nothing about where it came from.
 */
function origin(chain: readonly ReceivedHop[], own: OwnDomain, isInside: (ip: IpAddress) => boolean): OwnReport {
  let isSeen = false;
  for (const hop of chain) {
    if (hop.by === null || !isOwnName(hop.by, own)) break;
    isSeen = true;
    if (hop.isAuthenticated) return 'submitted';
    if (hop.ip !== null && !isInside(hop.ip)) return 'relayed';
  }
  return isSeen ? 'submitted' : 'unclear';
}

function isOwnName(host: string, own: OwnDomain): boolean {
  const name = domainOf(`@${host}`);
  if (name === null) return false;
  return isSubdomainOf(name, own.name) || own.outbound.some((one) => typeof one === 'string' && one === name);
}
