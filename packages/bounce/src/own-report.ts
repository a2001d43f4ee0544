import { contains, type IpAddress, isSubdomainOf } from '@unsent/dns';
import type { CaseSubject, OwnReport } from './case.ts';
import { isPrivate } from './original-injector.ts';
import type { OwnDomain } from './own-domains.ts';
import type { MailRead } from './read.ts';
import type { ReceivedHop } from './report.ts';
import { domainOf } from './subject.ts';

/**
 * Did one of our own hosts write the report, about mail that it had taken itself?
 *
 * What the report says of itself can be forged, our own Received lines on top of it cannot: every client they name
 * must be one of ours or private.
 */
export function ownReportOf(read: MailRead, { own }: CaseSubject): OwnReport {
  const report = read.report;
  if (own === null || report === null || report.reportedBy === null) return NOT_OURS;
  const isLocal = read.received.length > 0 && read.received.every(({ ip }) => ip === null || isInside(ip, own));
  if (!isLocal || !isOwnName(report.reportedBy, own)) return NOT_OURS;
  const [first] = report.original?.receivedChain ?? [];
  return { isOurs: true, isSubmittedInside: first !== undefined && isSubmitted(first, own) };
}

const NOT_OURS: OwnReport = { isOurs: false, isSubmittedInside: false };

/** RFC 3848: ESMTPA and ESMTPSA say that the client proved who it is. */
function isSubmitted(hop: ReceivedHop, own: OwnDomain): boolean {
  if (hop.by === null || !isOwnName(hop.by, own)) return false;
  const isAuthenticated = /^(?:UTF8)?E?SMTPS?A$/i.test(hop.with ?? '');
  return isAuthenticated || (hop.ip !== null && isInside(hop.ip, own));
}

function isInside(ip: IpAddress, own: OwnDomain): boolean {
  return isPrivate(ip) || own.outbound.some((one) => typeof one !== 'string' && contains(one, ip));
}

function isOwnName(host: string, own: OwnDomain): boolean {
  const name = domainOf(`@${host}`);
  if (name === null) return false;
  return isSubdomainOf(name, own.name) || own.outbound.some((one) => typeof one === 'string' && one === name);
}
