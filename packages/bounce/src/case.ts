import type { DomainName, IpAddress } from '@unsent/dns';
import type { SpfResult } from '@unsent/spf';
import type { BatvStatus } from './batv.ts';
import type { DkimResult } from './dkim/verify.ts';
import type { MessageKind } from './kind.ts';
import type { OwnDomain } from './own-domains.ts';

/** All that the rules look at: gathered once, then judged without input or output. */
export type CaseFacts = {
  readonly kind: MessageKind;
  /** When our side took the message: its topmost Received, else its Date, else the time of the scan. */
  readonly arrivedAt: Date;
  readonly subject: CaseSubject;
  readonly sent: SentTime;
  readonly path: PathFacts | null;
  /** Results of DKIM signatures of our domain on the returned message. */
  readonly dkim: readonly DkimResult[];
  readonly sentLog: SentLogFacts | null;
  readonly batv: BatvFacts;
  /** The domain's SPF record is nothing but `-all`. Asked only for a domain that nobody declared. */
  readonly dnsNeverSends: boolean;
  readonly ownReport: OwnReport;
};

/** Whose mail was returned, or seems to be. */
export type CaseSubject = {
  /** Lower-cased, without a BATV tag; null when no address was found. */
  readonly address: string | null;
  readonly domain: DomainName | null;
  readonly localPart: string | null;
  /** The entry that speaks for the domain; null when nobody declared it. */
  readonly own: OwnDomain | null;
  readonly seenIn: string;
};

/** When the returned message was handed to the reporter. `isObserved`: the reporter's Received line says so. */
export type SentTime = { readonly at: Date; readonly isObserved: boolean };

/** How the returned message reached the reporter. */
export type PathFacts = {
  /**
   * The host that handed it to the reporter's side. Where that was a user who logged in there, the reporter itself:
   * it is the host that sends, and a user's own address says nothing (`isSubmission`).
   */
  readonly injection: PathHop;
  readonly isSubmission: boolean;
  /** The reporter's own host wrote that line, so a stranger cannot have. */
  readonly isSeenByReporter: boolean;
  /** Further down, as long as each line joins the one above: a forwarder's lines, or a careful forgery. */
  readonly below: readonly PathHop[];
  /** A host of ours named in a line that does not join the one above it. */
  readonly unjoined: PathHop | null;
  /**
   * No Received line shows the address, only a field of the report (Received-From-MTA), and that may be what the
   * client called itself: it can speak against a message, never for it.
   */
  readonly isNamedOnly: boolean;
  /** The header block was returned whole and all of the way was looked at, so that a missing line is really missing. */
  readonly isWhole: boolean;
};

export type PathHop = {
  readonly ip: IpAddress;
  readonly name: string | null;
  /** Null when SPF cannot tell: not asked, or the record is known to be younger than the message. */
  readonly spf: SpfResult | null;
  /** The term that decided, as published; null when none did. */
  readonly spfTerm: string | null;
  /** `host`: it is one of our outbound hosts; `network`: it lies in a network of ours. */
  readonly outbound: 'host' | 'network' | null;
};

/**
 * Did one of our own hosts write the report? `submitted`: about mail that it took from inside or from a user who logged
 * in. `relayed`: about mail that a stranger had handed to it. `unclear`: the report does not say how it came.
 */
export type OwnReport = 'no' | 'submitted' | 'relayed' | 'unclear';

export type SentLogFacts = {
  /** The Message-ID that was looked for; null when the message names none. */
  readonly messageId: string | null;
  readonly seenIn: string;
  readonly foundAt: Date | null;
  /** The queue id of our own host in a returned Received line was found in the log. */
  readonly queueIdFound: string | null;
  /** Every host that sends for the domain was logged at the time when the message would have been sent. */
  readonly isCovered: boolean;
  /** The id claims to be made by a system whose ids the log knows, by the domain itself, or by no service at all. */
  readonly isIdOurs: boolean;
  /** The returned message says that it is from our domain (an answer always speaks to its sender). */
  readonly claimsUs: boolean;
};

export type BatvFacts = {
  readonly status: BatvStatus | 'absent';
  /** The tagged address, for people. */
  readonly address: string | null;
};
