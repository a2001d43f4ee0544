import type { MailMessage } from '../message.ts';
import { partText } from '../message.ts';
import type { MailPart } from '../mime-walk.ts';
import type { BounceReport } from '../report.ts';
import { readFieldGroups, recipientOf } from './dsn-fields.ts';
import { textRecipient } from './legacy.ts';
import type { Reading } from './reading.ts';
import { findOriginal } from './returned.ts';

const NOTIFICATION = /^message\/(?:global-)?disposition-notification$/;

/** True if the message is a disposition notification (RFC 8098): a receipt that somebody read or deleted a mail. */
export function isDispositionNotification(message: MailMessage): boolean {
  const kind = message.contentType.parameters.get('report-type')?.toLowerCase();
  if (message.contentType.value === 'multipart/report' && kind?.endsWith('disposition-notification') === true)
    return true;
  return notificationPart(message) !== null;
}

const MAX_LENGTH = 65_536;

/**
 * Reads a notification by which software says that it threw the mail away: Dovecot's delivery agent and Sieve's
 * `reject` (RFC 5429 §2.1.1) tell of a full mailbox or a refusal in this form. Null for all other notifications.
 */
export function readRejection(reading: Reading): BounceReport | null {
  const part = notificationPart(reading.message);
  if (part === null) return null;
  const fields = new Map(readFieldGroups(partText(reading.message, part, MAX_LENGTH)).flatMap((group) => [...group]));
  const disposition = fields.get('disposition')?.toLowerCase() ?? '';
  if (!disposition.startsWith('automatic-action') || !disposition.includes('deleted')) return null;
  const address = recipientOf(fields.get('final-recipient')) ?? reading.text.named()[0]?.address ?? null;
  if (address === null || !/reject|refus|abgelehnt|rechaz|rifiut/.test(reading.notice().lower)) return null;
  const own = reading.text.own(address);
  return {
    form: 'text',
    dialect: 'mdn-rejection',
    reportedBy: fields.get('reporting-ua')?.split(';')[0]?.trim() ?? null,
    recipients: [textRecipient({ address, originalRecipient: null, diagnostic: own }, 'failed', reading)],
    original: findOriginal(reading.message, () => reading.notice().returned, null),
  };
}

function notificationPart(message: MailMessage): MailPart | null {
  return message.parts.find((part) => NOTIFICATION.test(part.type)) ?? null;
}
