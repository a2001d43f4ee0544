import { addressList, findAddresses } from '../address.ts';
import { partBytes, readParts } from '../message.ts';
import { rawHeader } from '../mime-header.ts';
import { decodeHeaderValue } from '../mime-words.ts';
import { messageIdOf, readOriginal } from '../original.ts';
import type { BounceReport, OriginalMessage, RecipientStatus } from '../report.ts';
import { type DeliveryStatus, readStatusFields, statusText } from './dsn.ts';
import { actionInText, readTextRecipients, textRecipient } from './legacy.ts';
import type { Notice } from './notice.ts';
import type { Reading } from './reading.ts';
import { findOriginal } from './returned.ts';
import type { NamedRecipient } from './text-recipients.ts';

/** Reads a report that has delivery-status fields (RFC 3464). */
export function readStatusReport(reading: Reading): BounceReport {
  const status = readStatusFields(statusText(reading.message), reading.text);
  const base = { form: 'dsn', dialect: 'rfc3464', reportedBy: status.reportedBy } as const;
  const original =
    findOriginal(reading.message, () => reading.notice().returned, status.handedOver) ?? originalByFields(status);
  if (status.recipients.length > 0) return { ...base, recipients: status.recipients, original };
  return innerReport(reading) ?? { ...base, recipients: recipientsElsewhere(reading, original), original };
}

/** Reads a report that tells in its text alone. */
export function readTextReport(reading: Reading): BounceReport {
  const notice = reading.notice();
  const status = FIELD_IN_TEXT.test(notice.text) ? readStatusFields(notice.text, reading.text) : null;
  const original = findOriginal(reading.message, () => notice.returned, status?.handedOver ?? null);
  const dialect = reading.dialect()?.id ?? (status === null ? 'generic' : 'rfc3464-fields');
  const base = { form: 'text', dialect, reportedBy: status?.reportedBy ?? null } as const;
  if (status !== null && status.recipients.length > 0) return { ...base, recipients: status.recipients, original };
  const recipients = readTextRecipients(reading);
  if (recipients.length > 0) return { ...base, recipients, original };
  return innerReport(reading) ?? { ...base, recipients: recipientsElsewhere(reading, original), original };
}

// The delivery-status part lost its boundary, or the fields were written into the text.
const FIELD_IN_TEXT = /^[ \t]{0,4}(?:final|original)-recipient[ \t]{0,4}:/im;

// A gateway that wraps a report in a notice of its own and says nothing itself: the report inside is what counts.
function innerReport(reading: Reading): BounceReport | null {
  const part = reading.message.parts.find((one) => one.type === 'message/rfc822');
  if (part === undefined) return null;
  const inner = readParts(partBytes(reading.message, part, Number.POSITIVE_INFINITY));
  if (!/delivery-status/i.test(rawHeader(inner.header, 'content-type'))) return null;
  const status = readStatusFields(statusText(inner), reading.text);
  if (status.recipients.length === 0) return null;
  const original = findOriginal(inner, () => null, status.handedOver);
  return {
    form: 'dsn',
    dialect: 'rfc3464-wrapped',
    reportedBy: status.reportedBy,
    recipients: status.recipients,
    original,
  };
}

// Neither fields nor text name a recipient as such: the returned message's only To is left, or any address at all.
function recipientsElsewhere(reading: Reading, original: OriginalMessage | null): readonly RecipientStatus[] {
  if (reading.text.named().length > 0) return readTextRecipients(reading);
  const address = onlyReceiver(original);
  const found = address === null ? reading.text.others() : [unexplained(address)];
  const all = found.length > 0 ? found : addressInSubject(reading.notice()).map(unexplained);
  return all.map((one) => textRecipient(one, actionInText(reading.notice()), reading));
}

// "Delivery failure (user@example.com)", and nothing in the text.
function addressInSubject(notice: Notice): readonly string[] {
  const found = findAddresses(notice.lowerSubject.slice(0, MAX_SUBJECT)).map(({ address }) => address);
  const strangers = [...new Set(found)].filter((address) => !notice.ownAddresses.has(address));
  return strangers.length === 1 ? strangers : [];
}

const MAX_SUBJECT = 500;

function unexplained(address: string): NamedRecipient {
  return { address, originalRecipient: null, diagnostic: null };
}

function onlyReceiver(original: OriginalMessage | null): string | null {
  if (original === null) return null;
  const header = readParts(Buffer.from(original.headerBytes).toString('latin1')).header;
  const to = addressList(decodeHeaderValue(rawHeader(header, 'to')), 2);
  return to.length === 1 ? (to[0] ?? null) : null;
}

// Nothing was returned, but the reporter names the Message-ID.
function originalByFields(status: DeliveryStatus): OriginalMessage | null {
  const id = status.originalMessageId === null ? null : messageIdOf(status.originalMessageId);
  const sender = status.envelopeSender;
  const lines = [id === null ? null : `Message-ID: <${id}>`, sender === null ? null : `Return-Path: <${sender}>`];
  const known = lines.filter((line) => line !== null);
  return known.length === 0 ? null : readOriginal(`${known.join('\n')}\n`, 'headers', status.handedOver);
}
