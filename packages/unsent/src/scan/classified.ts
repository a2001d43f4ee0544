import type { LedgerEntry, MessageKind, RecipientStatus } from '@unsent/bounce';
import type { DomainName, IpText } from '@unsent/dns';

/** What is kept of one judged message: plain data, so that it can come out of a worker thread. */
export type Classified = {
  readonly kind: MessageKind;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly arrivedAt: Date;
  readonly recipients: readonly RecipientStatus[];
  readonly original: ReturnedMessage | null;
  readonly backscatter: LedgerEntry['backscatter'];
  readonly isDecisive: boolean;
  readonly evidence: readonly string[];
  readonly domain: DomainName | null;
  readonly localPart: string | null;
  readonly reporter: string | null;
  readonly originIp: IpText | null;
  readonly originNetwork: string | null;
  readonly originSpf: string | null;
  readonly error: string | null;
};

/** `originIp`: the host that handed it to the reporter, or, of genuine mail that was forwarded, our own host. */
export type ReturnedMessage = {
  readonly messageId: string | null;
  readonly from: string | null;
  readonly originIp: IpText | null;
};

/** Where a message was, and what it is known by. */
export type MessagePlace = { readonly identity: string; readonly source: string; readonly place: string };

const MAX_TEXT = 1000;

/** What a message is that could not be judged at all. */
export function unjudged(arrivedAt: Date, error: string): Classified {
  return {
    kind: 'ordinary',
    messageId: null,
    subject: null,
    arrivedAt,
    recipients: [],
    original: null,
    backscatter: 'unknown',
    isDecisive: false,
    evidence: [],
    domain: null,
    localPart: null,
    reporter: null,
    originIp: null,
    originNetwork: null,
    originSpf: null,
    error,
  };
}

/** The ledger's entry for a judged message. Times before 1970 are somebody's joke and count as 1970. */
export function ledgerEntry(at: MessagePlace, found: Classified): LedgerEntry {
  return {
    identity: at.identity,
    source: at.source,
    place: at.place,
    arrivedAt: new Date(Math.max(0, found.arrivedAt.getTime())),
    kind: found.kind,
    backscatter: found.backscatter,
    isDecisive: found.isDecisive,
    domain: found.domain,
    localPart: shorten(found.localPart),
    reporter: shorten(found.reporter),
    originIp: found.originIp,
    originNetwork: found.originNetwork,
    originSpf: found.originSpf,
    evidence: found.evidence,
    messageId: shorten(found.messageId),
    subject: shorten(found.subject),
    error: shorten(found.error),
  };
}

/** One line of `--json`. `isKnown`: it was counted before, in this mailbox or another. */
export function jsonLine(at: MessagePlace, found: Classified, isKnown: boolean): string {
  const { original } = found;
  return JSON.stringify({
    id: at.place,
    messageId: found.messageId,
    kind: found.kind,
    recipients: found.recipients.map((one) => ({
      address: one.address,
      originalRecipient: one.originalRecipient,
      status: one.status,
      replycode: one.replyCode,
      action: one.action,
      reason: one.reason,
      remoteMta: one.remoteMta,
      diagnostic: shorten(one.diagnostic),
    })),
    original,
    backscatter: found.backscatter,
    decisive: found.isDecisive,
    evidence: found.evidence,
    domain: found.domain,
    reporter: found.reporter,
    originSpf: found.originSpf,
    subject: found.subject,
    arrivedAt: found.arrivedAt.toISOString(),
    known: isKnown,
    error: found.error,
  });
}

function shorten(text: string | null): string | null {
  return text === null || text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
