import { feedbackPart, isHotmailComplaint, readFeedback } from './forms/arf.ts';
import { type AutoReplyForm, autoReplyForm } from './forms/auto-reply.ts';
import { type Reading, readingOf, readStatusReport, readTextReport } from './forms/delivery.ts';
import { isStatusPart } from './forms/dsn.ts';
import { isDispositionNotification } from './forms/mdn.ts';
import { readNotice } from './forms/notice.ts';
import { isAggregateReport } from './forms/reports.ts';
import { findOriginal } from './forms/returned.ts';
import { speaksOfFailure } from './forms/vocabulary.ts';
import type { MessageKind } from './kind.ts';
import type { MailMessage } from './message.ts';
import { rawHeader } from './mime-header.ts';
import { once } from './once.ts';
import { messageIdOf, readOriginal } from './original.ts';
import type { HeaderSigns } from './prefilter.ts';
import type { BounceReport } from './report.ts';

/** A message's kind and what it reports. */
export type KindAndReport = { readonly kind: MessageKind; readonly report: BounceReport | null };

const ORDINARY: KindAndReport = { kind: 'ordinary', report: null };

/** Decides what a message is by trying each form in turn, the most explicit first. */
export function readReport(message: MailMessage, signs: HeaderSigns): KindAndReport {
  if (isAggregateReport(message, signs.subject)) return { kind: 'report', report: null };
  const complaint = readComplaint(message, signs);
  if (complaint !== null) return complaint;
  if (isDispositionNotification(message)) return { kind: 'mdn', report: null };
  const reading = readingOf(
    message,
    once(() => readNotice(message)),
  );
  if (message.parts.some(isStatusPart)) return { kind: 'bounce', report: readStatusReport(reading) };
  return readUnstructured(reading, signs);
}

function readComplaint(message: MailMessage, signs: HeaderSigns): KindAndReport | null {
  const part = feedbackPart(message);
  if (part === null) {
    if (!isHotmailComplaint(message, signs.subject)) return null;
    const original = findOriginal(message, () => null, null);
    return { kind: 'arf', report: { form: 'arf', dialect: 'hotmail-jmr', reportedBy: null, recipients: [], original } };
  }
  const feedback = readFeedback(message, part);
  // RFC 6591: an authentication failure report is what DMARC's ruf= asks for; nobody complained.
  if (feedback.type.startsWith('auth-failure')) return { kind: 'report', report: null };
  const original = findOriginal(message, () => null, feedback.source);
  const { reportedBy, recipients } = feedback;
  return { kind: 'arf', report: { form: 'arf', dialect: 'rfc5965', reportedBy, recipients, original } };
}

function readUnstructured(reading: Reading, signs: HeaderSigns): KindAndReport {
  if (isTextBounce(reading, signs)) return { kind: 'bounce', report: readTextReport(reading) };
  const { header } = reading.message;
  const form = autoReplyForm(header, signs.subject, () => reading.notice().lower.slice(0, 6000));
  return form === null ? ORDINARY : { kind: 'auto-reply', report: answerReport(reading.message, form) };
}

function isTextBounce(reading: Reading, signs: HeaderSigns): boolean {
  const fromSoftware = signs.isDaemon || signs.hasFailedRecipients;
  if (!fromSoftware && !signs.isFailureSubject) return false;
  if (isReplyOrForward(signs.subject) && !fromSoftware) return false;
  const { header } = reading.message;
  const speaks = speaksOfFailure(reading.notice().lower);
  if (fromSoftware) return signs.isFailureSubject || signs.hasFailedRecipients || speaks;
  if (signs.hasNullPath) return speaks || reading.text.named().length > 0;
  if (!speaks || header.byName.has('list-id') || header.byName.has('in-reply-to')) return false;
  return reading.notice().returned !== null && reading.text.named().length > 0;
}

function isReplyOrForward(subject: string): boolean {
  return /^\s{0,3}(?:re|fwd?|aw|wg|tr|sv|antw)\s?(?:\[\d+\])?:/i.test(subject);
}

function answerReport(message: MailMessage, form: AutoReplyForm): BounceReport {
  const messageId = messageIdOf(rawHeader(message.header, 'in-reply-to'));
  const original = messageId === null ? null : readOriginal(`Message-ID: <${messageId}>\n`, 'headers', null);
  return { form, dialect: 'rfc3834', reportedBy: null, recipients: [], original };
}
