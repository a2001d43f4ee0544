import { type DomainName, isSubdomainOf } from '@unsent/dns';
import { domainOf } from '@unsent/spf';
import type { CaseSubject, SentLogFacts, SentTime } from './case.ts';
import type { OwnDomains } from './own-domains.ts';
import type { MailRead } from './read.ts';
import type { OriginalMessage, ReceivedHop } from './report.ts';
import {
  isCovered,
  messageIdHost,
  type SentLog,
  sentIdHostKey,
  sentMessageKey,
  sentQueueKey,
  type TimeSpan,
} from './sent-log.ts';

export type SentLogQuestion = {
  readonly read: MailRead;
  readonly subject: CaseSubject;
  readonly sent: SentTime;
  readonly domains: OwnDomains;
};

/** RFC 5321 §4.5.4.1: a message may wait for four or five days before it is given up. */
export const LONGEST_WAIT_MS: number = 5 * 86_400_000;
const QUEUE_ID_WINDOW_MS = 2 * 86_400_000;
const MAX_KEYS = 40;

/** What the sent log knows about the returned message. */
export async function gatherSentLog(question: SentLogQuestion, log: SentLog): Promise<SentLogFacts> {
  const { read, subject, sent } = question;
  const original = read.report?.original ?? null;
  const { ids, seenIn } = idsOf(read, original);
  const messageId = ids[0] ?? null;
  const idHost = messageId === null ? null : messageIdHost(messageId);
  const queue = ownQueueIds(original, question);
  const keys = [
    ...ids.map(sentMessageKey),
    ...(idHost === null ? [] : [sentIdHostKey(idHost)]),
    ...queue.map(({ key }) => key),
  ];
  const found = await log.lookup([...new Set(keys)].slice(0, MAX_KEYS));
  const foundAt = ids.flatMap((id) => found.get(sentMessageKey(id)) ?? [])[0] ?? null;
  const isAsked = foundAt === null && messageId !== null && subject.domain !== null;
  return {
    messageId,
    seenIn,
    foundAt,
    queueIdFound: queue.find(({ key }) => isNear(found.get(key), sent.at))?.id ?? null,
    isCovered: isAsked && isCovered(await log.coverage(subject.own?.name ?? subject.domain), sentSpan(sent)),
    isIdOurs: idHost !== null && (found.has(sentIdHostKey(idHost)) || isOurIdHost(idHost, question)),
    claimsUs: claimsUs(original, question),
  };
}

/** The id that was returned; without an original, or for an answer, the id that is answered. */
function idsOf(read: MailRead, original: OriginalMessage | null): { ids: readonly string[]; seenIn: string } {
  if (original?.messageId != null) return { ids: [original.messageId], seenIn: 'returned Message-ID' };
  const answered = ['in-reply-to', 'references'].map((name) => bracketed(read.headers.get(name) ?? ''));
  const [inReplyTo = [], references = []] = answered;
  if (inReplyTo.length > 0) return { ids: [...new Set([...inReplyTo, ...references])], seenIn: 'In-Reply-To' };
  return { ids: [...references].reverse(), seenIn: 'References' };
}

const MAX_IDS = 20;

function bracketed(value: string): string[] {
  return [...value.slice(0, 10_000).matchAll(/<([^<>\s]{3,500})>/g)].slice(0, MAX_IDS).map((match) => match[1] ?? '');
}

/** Queue ids in returned lines that a host below one of our domains claims to have written. */
function ownQueueIds(original: OriginalMessage | null, question: SentLogQuestion): { id: string; key: string }[] {
  return (original?.receivedChain ?? []).slice(0, MAX_IDS).flatMap((hop: ReceivedHop) => {
    const by = hop.by === null ? null : domainOf(`@${hop.by}`);
    if (by === null || hop.by === null || hop.id === null || question.domains.find(by) === null) return [];
    return [{ id: hop.id, key: sentQueueKey(hop.by, hop.id) }];
  });
}

// Short queue ids are used again after a while.
function isNear(seenAt: Date | undefined, at: Date): boolean {
  return seenAt !== undefined && Math.abs(seenAt.getTime() - at.getTime()) <= LONGEST_WAIT_MS + QUEUE_ID_WINDOW_MS;
}

/** Our queue may have held the message for days before it was handed over. */
function sentSpan(sent: SentTime): TimeSpan {
  return { from: new Date(sent.at.getTime() - LONGEST_WAIT_MS), until: sent.at };
}

/** "localhost" and other single labels are nobody's service: such an id is made on the machine that sends. */
function isOurIdHost(idHost: string, { subject, domains }: SentLogQuestion): boolean {
  const name = domainOf(`@${idHost}`);
  if (name === null || !name.includes('.')) return true;
  return domains.find(name) !== null || isWithin(name, subject.domain);
}

function isWithin(name: DomainName, parent: DomainName | null): boolean {
  return parent !== null && isSubdomainOf(name, parent);
}

/** A returned bounce (null sender) or somebody else's mail is nothing that our log would hold. */
function claimsUs(original: OriginalMessage | null, { subject, domains }: SentLogQuestion): boolean {
  if (original === null) return true;
  if (original.envelopeSender === '') return false;
  const claimed = [original.envelopeSender, original.headerFrom].flatMap((address) => address ?? []);
  if (claimed.length === 0) return true;
  return claimed.some((address) => {
    const domain = domainOf(address);
    return domain !== null && (domain === subject.domain || domains.find(domain) !== null);
  });
}
