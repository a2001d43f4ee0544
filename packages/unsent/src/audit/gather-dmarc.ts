import { type DomainName, joinTxt, parseDomainName, type Resolver } from '@unsent/dns';
import { mailtoDomain } from '@unsent/lockdown';
import type { DmarcFacts, ReportTarget } from './dmarc-facts.ts';
import { type DmarcRecord, type Policy, parseDmarc } from './dmarc-record.ts';
import { type DmarcWalk, decidingRecord, organizationOf, walkDmarc } from './dmarc-walk.ts';
import { gatherMx } from './gather-mx.ts';

/** No record lists more places worth asking about. */
const MAX_REPORT_TARGETS = 5;

/** The DMARC policy of a domain, and where its reports go. */
export async function gatherDmarc(domain: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DmarcFacts> {
  const walk = await walkDmarc(domain, resolver, signal);
  const deciding = decidingRecord(walk);
  const organization = organizationOf(walk);
  // RFC 9989 §4.10.1: its own record decides, whatever stands further up.
  const failure = deciding?.domain === domain ? null : walk.failure;
  const targets = deciding?.record.rua.slice(0, MAX_REPORT_TARGETS) ?? [];
  const reports: ReportTarget[] = [];
  for (const uri of targets) reports.push(await gatherTarget(uri, deciding?.domain ?? domain, walk, resolver, signal));
  return {
    failure,
    record: deciding?.record ?? null,
    foundAt: deciding?.domain ?? null,
    organization,
    policy: deciding === null ? null : effectivePolicy(deciding.record, deciding.domain === domain),
    multipleAt: walk.multipleAt,
    unreadable: walk.unreadable,
    danglingCname: deciding === null ? await cnameOf(domain, resolver, signal) : null,
    reports,
  };
}

/** RFC 9989 §4.10.1: p for the domain itself; sp, and np for names that do not exist, for all below the record. */
function effectivePolicy(record: DmarcRecord, isOwn: boolean): DmarcFacts['policy'] {
  const below: Policy = record.invalidTags.length > 0 ? 'none' : (record.sp ?? record.p);
  const nonexistent: Policy = record.invalidTags.length > 0 ? 'none' : (record.np ?? below);
  return { domain: isOwn ? record.p : below, subdomains: below, nonexistent };
}

async function cnameOf(domain: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<DomainName | null> {
  const name = parseDomainName(`_dmarc.${domain}`);
  const answer = name === null ? null : await resolver.resolve(name, 'CNAME', signal);
  return answer?.kind === 'records' ? (answer.data[0] ?? null) : null;
}

async function gatherTarget(
  uri: string,
  policyDomain: DomainName,
  walk: DmarcWalk,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<ReportTarget> {
  const domain = mailtoDomain(uri);
  if (domain === null) return { uri, domain, receives: 'unknown', detail: 'is no mailto: address', isAuthorised: null };
  const { receives, detail } = await canReceive(domain, resolver, signal);
  const isAuthorised = await hasLeave(domain, policyDomain, walk, resolver, signal);
  return { uri, domain, receives, detail, isAuthorised };
}

async function canReceive(
  domain: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<Pick<ReportTarget, 'receives' | 'detail'>> {
  const { mx } = await gatherMx(domain, resolver, signal);
  switch (mx.kind) {
    case 'hosts':
    case 'implicit':
      return { receives: 'yes', detail: '' };
    case 'null':
      return { receives: 'no', detail: 'has a null MX' };
    case 'loopback':
      return { receives: 'no', detail: 'has only loopback MX hosts' };
    case 'dead':
      return { receives: 'no', detail: 'has MX hosts without an address' };
    case 'none':
      return { receives: 'no', detail: 'has neither an MX nor an address' };
    case 'unknown':
      return { receives: 'unknown', detail: 'cannot be looked up now' };
  }
}

/** RFC 9990 §4: a target of another organisation must agree, by a TXT record at its own name. */
async function hasLeave(
  target: DomainName,
  policyDomain: DomainName,
  walk: DmarcWalk,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<boolean | null> {
  const there = await walkDmarc(target, resolver, signal);
  // A walk that was cut short does not know the organisation.
  if (walk.failure !== null || there.failure !== null) return null;
  if (organizationOf(there) === organizationOf(walk)) return null;
  const name = parseDomainName(`${policyDomain}._report._dmarc.${target}`);
  const answer = name === null ? null : await resolver.resolve(name, 'TXT', signal);
  if (answer === null || answer.kind === 'failure') return null;
  return answer.kind === 'records' && answer.data.some((strings) => parseDmarc(joinTxt(strings)) !== null);
}
