import type { IpAddress } from '@unsent/dns';
import { feedbackPart, isHotmailComplaint, readFeedback } from './forms/arf.ts';
import { autoReplyForm } from './forms/auto-reply.ts';
import { type DeliveryStatus, isStatusPart, readStatusPart } from './forms/dsn.ts';
import { readTextReport } from './forms/legacy.ts';
import { isDispositionNotification } from './forms/mdn.ts';
import { isReturnedPart, type Notice, readNotice } from './forms/notice.ts';
import { isAggregateReport } from './forms/reports.ts';
import { type NamedRecipient, recipientsInText } from './forms/text-recipients.ts';
import { speaksOfFailure } from './forms/vocabulary.ts';
import type { MessageKind } from './kind.ts';
import { type MailMessage, partBytes } from './message.ts';
import { rawHeader } from './mime-header.ts';
import { messageIdOf, readOriginal } from './original.ts';
import type { HeaderSigns } from './prefilter.ts';
import type { BounceReport, OriginalMessage } from './report.ts';

/** A message's kind and what it reports. */
export type KindAndReport = { readonly kind: MessageKind; readonly report: BounceReport | null };

const ORDINARY: KindAndReport = { kind: 'ordinary', report: null };

/** Decides what a message is by trying each form in turn, the most explicit first. */
export function readReport(message: MailMessage, signs: HeaderSigns): KindAndReport {
  if (isAggregateReport(message, signs.subject)) return { kind: 'report', report: null };
  const feedback = readComplaint(message, signs);
  if (feedback !== null) return feedback;
  if (isDispositionNotification(message)) return { kind: 'mdn', report: null };
  return readDsn(message) ?? readAnswerOrText(message, signs);
}

function readComplaint(message: MailMessage, signs: HeaderSigns): KindAndReport | null {
  const part = feedbackPart(message);
  if (part === null) {
    if (!isHotmailComplaint(message, signs.subject)) return null;
    const original = originalOf(message, null, null);
    return { kind: 'arf', report: { form: 'arf', dialect: 'hotmail-jmr', reportedBy: null, recipients: [], original } };
  }
  const feedback = readFeedback(message, part);
  // RFC 6591: an authentication failure report is DMARC's (or SPF's, or DKIM's) report about mail, no complaint.
  const kind = feedback.type.startsWith('auth-failure') ? 'report' : 'arf';
  const original = originalOf(message, null, feedback.source);
  const report: BounceReport = {
    form: 'arf',
    dialect: 'rfc5965',
    reportedBy: feedback.reportedBy,
    recipients: feedback.recipients,
    original,
  };
  return { kind, report: kind === 'arf' ? report : null };
}

function readDsn(message: MailMessage): KindAndReport | null {
  const part = message.parts.find(isStatusPart);
  if (part === undefined) return null;
  const notice = once(() => readNotice(message));
  const named = once((): readonly NamedRecipient[] => recipientsInText(notice()));
  const status = readStatusPart(message, part, named);
  if (status.recipients.length === 0 && status.reportedBy === null && part.depth > 0 && named().length === 0)
    return null;
  return { kind: 'bounce', report: dsnReport(message, notice, status) };
}

function dsnReport(message: MailMessage, notice: () => Notice, status: DeliveryStatus): BounceReport {
  const recipients = status.recipients.length > 0 ? status.recipients : readTextReport(message, notice()).recipients;
  return {
    form: 'dsn',
    dialect: 'rfc3464',
    reportedBy: status.reportedBy,
    recipients,
    original: originalOf(message, notice, status.handedOver),
  };
}

function readAnswerOrText(message: MailMessage, signs: HeaderSigns): KindAndReport {
  const notice = once(() => readNotice(message));
  if (!signs.isFailureSubject && !signs.isDaemon && !signs.hasFailedRecipients) {
    const form = autoReplyForm(message.header, signs.subject, () => notice().lower.slice(0, 6000));
    return form === null ? ORDINARY : answer(message, form);
  }
  if (isTextBounce(message, signs, notice())) {
    const text = readTextReport(message, notice());
    const report: BounceReport = {
      form: 'text',
      dialect: text.dialect,
      reportedBy: null,
      recipients: text.recipients,
      original: originalOf(message, notice, null),
    };
    return { kind: 'bounce', report };
  }
  const form = autoReplyForm(message.header, signs.subject, () => notice().lower.slice(0, 6000));
  return form === null ? ORDINARY : answer(message, form);
}

function answer(message: MailMessage, form: 'auto-reply' | 'challenge'): KindAndReport {
  const messageId = messageIdOf(rawHeader(message.header, 'in-reply-to'));
  const original = messageId === null ? null : originalById(messageId);
  return { kind: 'auto-reply', report: { form, dialect: 'rfc3834', reportedBy: null, recipients: [], original } };
}

function originalById(messageId: string): OriginalMessage | null {
  return readOriginal(`Message-ID: <${messageId}>\n`, 'headers', null);
}

function isTextBounce(message: MailMessage, signs: HeaderSigns, notice: Notice): boolean {
  if (isReplyOrForward(signs.subject) && !signs.isDaemon) return false;
  const speaks = speaksOfFailure(notice.lower);
  if (signs.isDaemon || signs.hasNullPath) return signs.isFailureSubject || speaks || signs.hasFailedRecipients;
  return (
    signs.isFailureSubject &&
    speaks &&
    recipientsInText(notice).length > 0 &&
    !message.header.byName.has('list-id') &&
    notice.returned !== null
  );
}

function isReplyOrForward(subject: string): boolean {
  return /^\s{0,3}(?:re|fwd?|aw|wg|tr|sv|antw)\s?(?:\[\d+\])?:/i.test(subject);
}

function originalOf(
  message: MailMessage,
  notice: (() => Notice) | null,
  handedOver: IpAddress | null,
): OriginalMessage | null {
  for (const part of message.parts) {
    if (!isReturnedPart(part)) continue;
    const form =
      part.type === 'message/rfc822' || part.type === 'message/global' || part.type === 'message/partial'
        ? 'message'
        : 'headers';
    const original = readOriginal(partBytes(message, part, Number.POSITIVE_INFINITY), form, handedOver);
    if (original !== null) return original;
  }
  const returned = notice?.().returned ?? null;
  return returned === null ? null : readOriginal(Buffer.from(returned, 'utf8').toString('latin1'), 'text', handedOver);
}

function once<T>(compute: () => T): () => T {
  let value: { readonly it: T } | null = null;
  return () => {
    value ??= { it: compute() };
    return value.it;
  };
}
