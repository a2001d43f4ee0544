import type { IpAddress } from '@unsent/dns';
import type { BounceReason } from './bounce-reason.ts';

/** RFC 3464 §2.3.3, and 'unknown' where a text without the field does not tell. */
export type RecipientAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded' | 'unknown';

/** What a report says about one recipient. Texts are as reported (decoded, unfolded), never checked against DNS. */
export type RecipientStatus = {
  /** The address the reporter tried: Final-Recipient, or the address named in the text. */
  readonly address: string;
  /** Original-Recipient or an alias's name, when it differs from `address`. */
  readonly originalRecipient: string | null;
  readonly action: RecipientAction;
  /** "5.1.1" (RFC 3463); null when the report names none. */
  readonly status: string | null;
  /** "550" (RFC 5321 §4.2); null when the report quotes no reply. */
  readonly replyCode: string | null;
  readonly remoteMta: string | null;
  readonly diagnostic: string | null;
  readonly reason: BounceReason;
};

/** One Received header (RFC 5321 §4.4), as far as it could be read. */
export type ReceivedHop = {
  /** The name in the comment, which the receiver found by a PTR lookup; null when none or "unknown". */
  readonly fromName: string | null;
  /** What the client called itself. */
  readonly helo: string | null;
  /** The address the receiver saw, if it wrote one. */
  readonly ip: IpAddress | null;
  readonly by: string | null;
  readonly with: string | null;
  /** The receiver says that the client logged in (RFC 3848), so that the client is a user and no mail server. */
  readonly isAuthenticated: boolean;
  readonly id: string | null;
  readonly date: Date | null;
};

/** The message that was returned, as far as the report carries it. */
export type OriginalMessage = {
  /** `full` has a body, `headers` a complete-looking header block, `fragment` less than that. */
  readonly completeness: 'full' | 'headers' | 'fragment';
  /** The address in From, without the display name. */
  readonly headerFrom: string | null;
  /** Without angle brackets. */
  readonly messageId: string | null;
  /** Return-Path of the returned message or X-Envelope-From; '' is the null sender, null is unknown. */
  readonly envelopeSender: string | null;
  readonly date: Date | null;
  readonly subject: string | null;
  /** The returned header block as it came, with LF line ends and without the empty line. For DKIM. */
  readonly headerBytes: Uint8Array;
  /** The returned body with LF line ends; null unless `completeness` is 'full'. */
  readonly bodyBytes: Uint8Array | null;
  /** Topmost first: the first was written by the host that is closest to the reporter. */
  readonly receivedChain: readonly ReceivedHop[];
  /** The address that handed the message to the reporter's side; null when nothing trustworthy names one. */
  readonly injectedBy: IpAddress | null;
};

/** `dsn` is RFC 3464 or 6533, `text` any other delivery report, `arf` RFC 5965; the rest are answers by software. */
export type ReportForm = 'dsn' | 'text' | 'auto-reply' | 'challenge' | 'arf';

/** What one delivery report (or complaint, or automatic answer) says. */
export type BounceReport = {
  readonly form: ReportForm;
  /** Which reader understood it: 'rfc3464', 'qmail', 'exim', 'generic', … */
  readonly dialect: string;
  /** Reporting-MTA (RFC 3464 §2.2.2), else the host that the text or the From header names. */
  readonly reportedBy: string | null;
  readonly recipients: readonly RecipientStatus[];
  readonly original: OriginalMessage | null;
};
