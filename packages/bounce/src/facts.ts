import { type IpPrefix, isSubdomainOf, type Resolver } from '@unsent/dns';
import { domainOf, isSpfRecord, parseSpf } from '@unsent/spf';
import { checkBatvTag, readBatvTag } from './batv.ts';
import type { BatvFacts, CaseFacts, CaseSubject, SentTime } from './case.ts';
import { type DkimResult, verifyDkim } from './dkim/verify.ts';
import type { MessageKind } from './kind.ts';
import { outboundNetworks } from './outbound.ts';
import type { OwnDomains } from './own-domains.ts';
import { ownReportOf } from './own-report.ts';
import { gatherPath } from './path.ts';
import type { MailRead } from './read.ts';
import type { OriginalMessage } from './report.ts';
import { gatherSentLog } from './sent-facts.ts';
import type { SentLog } from './sent-log.ts';
import { subjectOf } from './subject.ts';

/** What judging needs besides the message. All input and output goes through `resolver` and `sentLog`. */
export type CaseContext = {
  readonly domains: OwnDomains;
  readonly resolver: Resolver;
  /** Null when nothing was imported. */
  readonly sentLog: SentLog | null;
  readonly now: Date;
};

/** True for the kinds that have a verdict: delivery reports and answers by software. */
export function isJudged(kind: MessageKind): boolean {
  return kind === 'bounce' || kind === 'auto-reply';
}

/** Gathers what the rules look at. Asks nothing for a message that gets no verdict. */
export async function gatherFacts(read: MailRead, context: CaseContext): Promise<CaseFacts> {
  const { domains, resolver, sentLog, now } = context;
  const subject = subjectOf(read, domains);
  const arrivedAt = arrivalOf(read, now);
  const original = read.report?.original ?? null;
  const sent = sentTime(original, arrivedAt);
  const networks = isJudged(read.kind) ? await outboundNetworks(subject.own, resolver) : [];
  const facts: CaseFacts = {
    kind: read.kind,
    arrivedAt,
    subject,
    sent,
    path: null,
    dkim: [],
    sentLog: null,
    batv: batvFacts(read, subject, arrivedAt),
    dnsNeverSends: false,
    ownReport: ownReportOf(read, subject, networks),
  };
  if (!isJudged(read.kind) || subject.domain === null) return facts;
  return {
    ...facts,
    path: facts.ownReport === 'submitted' ? null : await pathFacts(read, facts, networks, context),
    dkim: original === null ? [] : await dkimFacts(original, subject, sent, context),
    sentLog: sentLog === null ? null : await gatherSentLog({ read, subject, sent, domains }, sentLog),
    dnsNeverSends: subject.own === null && (await neverSends(subject, resolver)),
  };
}

/** When our side took the message: its topmost Received, else its Date, else `now`; never later than `now`. */
export function arrivalOf(read: MailRead, now: Date): Date {
  const written = read.received[0]?.date ?? read.date ?? now;
  return written > now ? now : written;
}

const OLDEST_HANDOVER_MS = 30 * 86_400_000;
const CLOCK_SKEW_MS = 3_600_000;

// The reporter's line is believed only where it fits the time at which its report came.
function sentTime(original: OriginalMessage | null, arrivedAt: Date): SentTime {
  const hop = original?.receivedChain.find((one) => one.ip !== null && one.ip.text === original.injectedBy?.text);
  const at = hop?.date ?? null;
  if (at === null) return { at: arrivedAt, isObserved: false };
  const age = arrivedAt.getTime() - at.getTime();
  return age >= -CLOCK_SKEW_MS && age <= OLDEST_HANDOVER_MS
    ? { at, isObserved: true }
    : { at: arrivedAt, isObserved: false };
}

function pathFacts(
  read: MailRead,
  facts: CaseFacts,
  networks: readonly IpPrefix[],
  context: CaseContext,
): Promise<CaseFacts['path']> | null {
  const { report, received } = read;
  if (report === null || report.original === null) return null;
  const { subject, sent } = facts;
  const recordSince = Math.max(subject.own?.since?.getTime() ?? 0, subject.own?.lockedAt?.getTime() ?? 0);
  const isSpfTelling = recordSince <= sent.at.getTime();
  const question = { report, received, networks, original: report.original, subject, isSpfTelling, now: context.now };
  return gatherPath(question, context.resolver);
}

function dkimFacts(
  original: OriginalMessage,
  { domain, own }: CaseSubject,
  sent: SentTime,
  { domains, resolver }: CaseContext,
): Promise<readonly DkimResult[]> {
  const ours = own?.name ?? domain;
  // The domain itself or one below it. One above speaks for it only where it is ours as well: who signs for hosting.example
  // does not speak for a page below it.
  const isWanted = (signer: DkimResult['domain']): boolean =>
    ours !== null && (isSubdomainOf(signer, ours) || (isSubdomainOf(ours, signer) && domains.find(signer) !== null));
  const { headerBytes, bodyBytes } = original;
  return verifyDkim({ headerBytes, bodyBytes, isWanted, at: sent.at }, resolver);
}

/** The tag of any address that the message went to, or that the returned message names as its envelope sender. */
function batvFacts(read: MailRead, subject: CaseSubject, arrivedAt: Date): BatvFacts {
  const { deliveredTo, to } = read.envelope;
  const addresses = [...deliveredTo, ...to, read.report?.original?.envelopeSender ?? ''];
  for (const address of addresses) {
    const tag = readBatvTag(address);
    if (tag === null || domainOf(tag.address) !== subject.domain) continue;
    return { status: checkBatvTag(tag, subject.own?.batvKeys ?? [], arrivedAt), address };
  }
  return { status: 'absent', address: null };
}

/** RFC 7208 §5.1: a record of nothing but `-all` says that no host may send. */
async function neverSends({ domain }: CaseSubject, resolver: Resolver): Promise<boolean> {
  if (domain === null) return false;
  const answer = await resolver.resolve(domain, 'TXT');
  if (answer.kind !== 'records') return false;
  const records = answer.data.map((strings) => strings.join('')).filter(isSpfRecord);
  const [record] = records;
  if (record === undefined || records.length > 1) return false; // RFC 7208 §4.5: two records are none
  const parsed = parseSpf(record);
  if (!('record' in parsed) || parsed.record.redirect !== null) return false;
  const [directive, ...more] = parsed.record.directives;
  return more.length === 0 && directive?.mechanism.name === 'all' && directive.qualifier === '-';
}
