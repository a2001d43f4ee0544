import { addressKey } from './address.ts';
import { complainantIn, feedbackPart, isHotmailComplaint, readFeedback } from './forms/arf.ts';
import { type AutoReplyForm, autoReplyForm } from './forms/auto-reply.ts';
import { readStatusReport, readTextReport } from './forms/delivery.ts';
import { isStatusPart } from './forms/dsn.ts';
import { isDispositionNotification, readRejection } from './forms/mdn.ts';
import { isReturnedPart } from './forms/notice.ts';
import { type Reading, readingOf } from './forms/reading.ts';
import { isReceiptSubject, isReceiptText } from './forms/receipt.ts';
import { aggregateReportKind, isFailureReport } from './forms/reports.ts';
import { findOriginal } from './forms/returned.ts';
import { hasCode } from './forms/text-recipients.ts';
import { isServerLog, speaksOfFailure } from './forms/vocabulary.ts';
import { isAnswerSubject } from './forms/vocabulary-answers.ts';
import type { MessageKind } from './kind.ts';
import type { MailMessage } from './message.ts';
import { rawHeader } from './mime-header.ts';
import { messageIdOf, readOriginal } from './original.ts';
import { type HeaderSigns, mayBeSpecial } from './prefilter.ts';
import type { BounceReport } from './report.ts';

/** A message's kind and what it reports. */
export type KindAndReport = { readonly kind: MessageKind; readonly report: BounceReport | null };

const ORDINARY: KindAndReport = { kind: 'ordinary', report: null };

/** Decides what a message is by trying each form in turn, the most explicit first. */
export function readReport(message: MailMessage, signs: HeaderSigns, isLate: () => boolean): KindAndReport {
  const aggregate = aggregateReportKind(message, signs.subject);
  if (aggregate !== null) return { kind: aggregate, report: null };
  const complaint = readComplaint(message, signs);
  if (complaint !== null) return complaint;
  const reading = readingOf(message, isLate);
  if (isDispositionNotification(message)) {
    const rejection = readRejection(reading);
    return rejection === null ? { kind: 'mdn', report: null } : { kind: 'bounce', report: rejection };
  }
  if (message.parts.some(isStatusPart)) return { kind: 'bounce', report: readStatusReport(reading) };
  return readUnstructured(reading, signs);
}

function readComplaint(message: MailMessage, signs: HeaderSigns): KindAndReport | null {
  const part = feedbackPart(message);
  if (part === null) {
    const isOwnWord = !signs.isDaemon && !isReplyOrForward(signs.subject) && !message.parts.some(isStatusPart);
    if (isOwnWord && isFailureReport(message, signs.subject)) return { kind: 'report', report: null };
    if (!isHotmailComplaint(message, signs.subject)) return null;
    const original = findOriginal(message, () => null, null);
    const recipients = complainantIn(original);
    return { kind: 'arf', report: { form: 'arf', dialect: 'hotmail-jmr', reportedBy: null, recipients, original } };
  }
  const feedback = readFeedback(message, part);
  // RFC 6591: an authentication failure report is what DMARC's ruf= asks for; nobody complained.
  if (feedback.type.startsWith('auth-failure')) return { kind: 'report', report: null };
  const original = findOriginal(message, () => null, feedback.source);
  const { reportedBy, recipients } = feedback;
  return { kind: 'arf', report: { form: 'arf', dialect: 'rfc5965', reportedBy, recipients, original } };
}

function readUnstructured(reading: Reading, signs: HeaderSigns): KindAndReport {
  const special = mayBeSpecial(reading.message) ? readSpecial(reading) : null;
  if (special !== null) return special;
  if (isTextBounce(reading, signs)) return { kind: 'bounce', report: readTextReport(reading) };
  const { header } = reading.message;
  if (isReceiptSubject(signs.subject) && isReceiptText(reading.notice().text)) return { kind: 'mdn', report: null };
  const form = autoReplyForm(header, signs.subject, () => reading.notice().lower.slice(0, 6000));
  return form === null ? ORDINARY : { kind: 'auto-reply', report: answerReport(reading.message, form) };
}

// Dialects whose messages look like ordinary mail, except to those who know them.
function readSpecial(reading: Reading): KindAndReport | null {
  const dialect = reading.dialect();
  if (dialect?.isProof !== true) return null;
  if (dialect.read === undefined) return { kind: 'bounce', report: readTextReport(reading) };
  const read = dialect.read(reading.message, reading.notice());
  if (read === null) return null;
  const { kind, reportedBy, recipients, original } = read;
  return {
    kind,
    report: { form: kind === 'arf' ? 'arf' : 'text', dialect: dialect.id, reportedBy, recipients, original },
  };
}

function isTextBounce(reading: Reading, signs: HeaderSigns): boolean {
  if (isServerLog(signs.subject)) return false;
  if (signs.isDaemon || signs.hasFailedRecipients) return isBounceOfSoftware(reading, signs);
  if (!signs.isFailureSubject && !signs.hasNullPath) return false;
  if (isReplyOrForward(signs.subject) || isAnswerSubject(signs.subject.toLowerCase())) return false;
  const speaks = speaksOfFailure(reading.notice().lower);
  const isNamed = reading.text.named().length > 0;
  if (signs.hasNullPath && signs.isFailureSubject) return speaks || isNamed;
  const { header } = reading.message;
  if (!speaks || !isNamed || header.byName.has('list-id') || header.byName.has('in-reply-to')) return false;
  return holdsReturned(reading) || (signs.hasNullPath && quotesReply(reading));
}

function isBounceOfSoftware(reading: Reading, signs: HeaderSigns): boolean {
  // A postmaster who answers has an address of his own to be answered at.
  if (signs.hasSenderPath && isReplyOrForward(signs.subject) && !signs.hasFailedRecipients) return false;
  if (signs.isFailureSubject || signs.hasFailedRecipients) return true;
  // In whatever language: a stranger's address, and an SMTP reply that goes with it or the message itself.
  if (signs.hasNullPath && namesStranger(reading) && (quotesReply(reading) || holdsReturned(reading))) return true;
  return speaksOfFailure(reading.notice().lower) && (holdsReturned(reading) || namesStranger(reading));
}

function holdsReturned(reading: Reading): boolean {
  return reading.notice().returned !== null || reading.message.parts.some(isReturnedPart);
}

// Postmasters also write to their own users, of full mailboxes among other things.
function namesStranger(reading: Reading): boolean {
  const own = reading.notice().ownAddresses;
  return reading.text.named().some((one) => !own.has(addressKey(one.address)));
}

function quotesReply(reading: Reading): boolean {
  return reading.text.named().some((one) => one.diagnostic !== null && hasCode(one.diagnostic));
}

function isReplyOrForward(subject: string): boolean {
  return /^\s{0,3}(?:re|fwd?|aw|wg|tr|sv|antw)\s?(?:\[\d+\])?:/i.test(subject);
}

function answerReport(message: MailMessage, form: AutoReplyForm): BounceReport {
  const messageId = messageIdOf(rawHeader(message.header, 'in-reply-to'));
  const original = messageId === null ? null : readOriginal(`Message-ID: <${messageId}>\n`, 'headers', null);
  return { form, dialect: 'rfc3834', reportedBy: null, recipients: [], original };
}
