import { type IpAddress, parseIp } from '@unsent/dns/addresses';
import { firstAddress, mailboxOf } from '../address.ts';
import { type MailMessage, partBytes } from '../message.ts';
import { decodeCharset } from '../mime-charset.ts';
import { rawHeader } from '../mime-header.ts';
import type { MailPart } from '../mime-walk.ts';
import type { OriginalMessage, RecipientStatus } from '../report.ts';
import { type FieldGroup, readFieldGroups, recipientOf } from './dsn-fields.ts';

/** What a feedback report says (RFC 5965 §3). */
export type Feedback = {
  /** "abuse", "auth-failure", …; lower case. */
  readonly type: string;
  readonly recipients: readonly RecipientStatus[];
  readonly envelopeSender: string | null;
  readonly source: IpAddress | null;
  readonly reportedBy: string | null;
};

const MAX_LENGTH = 262_144;

/** The part that holds the feedback fields, if the message is such a report. */
export function feedbackPart(message: MailMessage): MailPart | null {
  const part = message.parts.find((one) => one.type === 'message/feedback-report');
  return part ?? null;
}

/** Reads the fields of a feedback report; all recipients get the reason 'feedback'. */
export function readFeedback(message: MailMessage, part: MailPart): Feedback {
  const groups = readFieldGroups(decodeCharset(partBytes(message, part, MAX_LENGTH), null));
  const field = (name: string): string | undefined => groups.find((group: FieldGroup) => group.has(name))?.get(name);
  const address = recipientOf(field('original-rcpt-to') ?? field('removal-recipient') ?? field('redacted-address'));
  return {
    type: field('feedback-type')?.toLowerCase() ?? '',
    recipients: address === null ? [] : [complained(address)],
    envelopeSender: mailboxOf(field('original-mail-from') ?? ''),
    source: parseIp(
      field('source-ip')
        ?.replace(/^\[|\]$/g, '')
        .trim() ?? '',
    ),
    reportedBy: field('reporting-mta')?.replace(/^[a-z]+\s*;\s*/i, '') ?? null,
  };
}

/** A recipient who complained. */
export function complained(address: string): RecipientStatus {
  const nothing = { originalRecipient: null, status: null, replyCode: null, remoteMta: null, diagnostic: null };
  return { address, ...nothing, action: 'delivered', reason: 'feedback' };
}

/**
 * Microsoft's junk mail reporting, which is no RFC 5965: one message/rfc822 part that begins with the complainant in
 * X-HmXmrOriginalRecipient, below a subject about a complaint.
 */
export function isHotmailComplaint(message: MailMessage, subject: string): boolean {
  if (!/^\s*complaint about message from/i.test(subject)) return false;
  return (
    message.parts.some((part) => part.type === 'message/rfc822') ||
    rawHeader(message.header, 'x-hmxmroriginalrecipient') !== ''
  );
}

const COMPLAINANT = /^x-hmxmroriginalrecipient:[ \t]{0,8}([^\n]{3,320})/im;

/** Who complained, by the header that Microsoft puts on top of the returned message. */
export function complainantIn(original: OriginalMessage | null): readonly RecipientStatus[] {
  const header = original === null ? '' : Buffer.from(original.headerBytes).toString('latin1');
  const address = firstAddress(COMPLAINANT.exec(header)?.[1] ?? '');
  return address === null ? [] : [complained(address)];
}
