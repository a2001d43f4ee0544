import { type IpPrefix, parseIp, parsePrefix } from '@unsent/dns';
import { name as domain } from '../../../../test/support/names.ts';
import type { CaseFacts, PathFacts, PathHop, SentLogFacts } from '../../src/case.ts';
import type { OwnDomain } from '../../src/own-domains.ts';

export { domain };

export const AT: Date = new Date('2026-03-02T10:00:00Z');

export function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === null) throw new Error(`no prefix: ${text}`);
  return parsed;
}

/** A domain of ours: sending from 192.0.2.7 unless told otherwise. */
export function own(change: Partial<OwnDomain> = {}): OwnDomain {
  return {
    name: domain('example.com'),
    use: 'sending',
    since: null,
    lockedAt: null,
    outbound: change.use === undefined || change.use === 'sending' ? [prefix('192.0.2.7')] : [],
    batvKeys: [],
    batvSignsAll: false,
    localParts: null,
    ...change,
  };
}

export function hop(ip: string, change: Partial<PathHop> = {}): PathHop {
  const address = parseIp(ip);
  if (address === null) throw new Error(`no address: ${ip}`);
  return { ip: address, name: null, spf: null, spfTerm: null, outbound: null, ...change };
}

export function path(injection: PathHop, change: Partial<PathFacts> = {}): PathFacts {
  return {
    injection,
    isSubmission: false,
    isSeenByReporter: true,
    below: [],
    unjoined: null,
    isNamedOnly: false,
    isWhole: true,
    ...change,
  };
}

export function sentLogFacts(change: Partial<SentLogFacts> = {}): SentLogFacts {
  return {
    messageId: 'one@example.com',
    seenIn: 'returned Message-ID',
    foundAt: null,
    queueIdFound: null,
    isCovered: true,
    isIdOurs: true,
    claimsUs: true,
    ...change,
  };
}

export type CaseChange = Partial<Omit<CaseFacts, 'subject'>> & { readonly own?: OwnDomain | null };

/** A bounce about anna@example.com, a sending domain, about which nothing else is known. */
export function caseFacts({ own: entry = own(), ...change }: CaseChange = {}): CaseFacts {
  return {
    kind: 'bounce',
    arrivedAt: AT,
    subject: {
      address: 'anna@example.com',
      domain: domain('example.com'),
      localPart: 'anna',
      own: entry,
      seenIn: 'To',
    },
    sent: { at: AT, isObserved: true },
    path: null,
    dkim: [],
    sentLog: null,
    batv: { status: 'absent', address: null },
    dnsNeverSends: false,
    ownReport: 'no',
    ...change,
  };
}
