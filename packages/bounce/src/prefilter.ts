import { mayBeAnswer } from './forms/auto-reply.ts';
import { isReceiptSubject } from './forms/receipt.ts';
import { mayBeReportSubject } from './forms/reports.ts';
import { isDaemon, isFailureSubject } from './forms/vocabulary.ts';
import { readParts } from './message.ts';
import { type HeaderBlock, rawHeader } from './mime-header.ts';
import { normaliseMessage } from './mime-text.ts';
import { decodeHeaderValue } from './mime-words.ts';

/** What the header block alone says. */
export type HeaderSigns = {
  readonly subject: string;
  readonly isDaemon: boolean;
  readonly hasNullPath: boolean;
  /** Return-Path names an address; false too when there is no such field. */
  readonly hasSenderPath: boolean;
  readonly isFailureSubject: boolean;
  readonly isReport: boolean;
  /** X-Failed-Recipients (Exim, Gmail) or the like. */
  readonly hasFailedRecipients: boolean;
};

/** Reads the signs that tell reports and answers from ordinary mail. */
export function headerSigns(header: HeaderBlock): HeaderSigns {
  const subject = decodeHeaderValue(rawHeader(header, 'subject'));
  const path = rawHeader(header, 'return-path').trim().toLowerCase();
  const type = rawHeader(header, 'content-type').slice(0, 200).toLowerCase();
  const hasNullPath = path === '<>' || path.startsWith('<mailer-daemon');
  return {
    subject,
    isDaemon: isDaemon(decodeHeaderValue(rawHeader(header, 'from')).toLowerCase()),
    hasNullPath,
    hasSenderPath: path.includes('@') && !hasNullPath,
    isFailureSubject: isFailureSubject(subject),
    isReport: type.includes('report') || type.includes('message/'),
    hasFailedRecipients: header.byName.has('x-failed-recipients'),
  };
}

/** True if one of the header fields is there by which the special dialects are known. */
export function mayBeSpecial(message: { readonly header: HeaderBlock }): boolean {
  return SPECIAL_HEADERS.some((name) => message.header.byName.has(name));
}

const SPECIAL_HEADERS = ['x-mlserver', 'x-amz-sns-message-id'];
const TELLING_HEADERS = ['x-mlserver', 'x-amz-sns-message-id', 'tls-report-domain', 'x-hmxmroriginalrecipient'];

/**
 * True if the header block shows that no reader needs to look at the body: no sign of software as the sender, of a
 * report, of an answer. Of a multipart body the start is split, to see whether a part makes a
 * report.
 */
export function isPlainlyOrdinary(header: HeaderBlock, signs: HeaderSigns, bytes: Uint8Array): boolean {
  if (signs.isDaemon || signs.hasNullPath || signs.isFailureSubject || signs.isReport || signs.hasFailedRecipients)
    return false;
  if (header.fields.length === 0 || TELLING_HEADERS.some((name) => header.byName.has(name))) return false;
  if (
    mayBeReportSubject(signs.subject) ||
    isReceiptSubject(signs.subject) ||
    mayBeAnswer(header, signs.subject, (word) => startHolds(bytes, word))
  )
    return false;
  const type = rawHeader(header, 'content-type').trimStart().slice(0, 40).toLowerCase();
  if (type.startsWith('application/')) return false;
  return !type.startsWith('multipart/') || !holdsReportPart(bytes);
}

const START = 8192;

function startHolds(bytes: Uint8Array, word: string): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, START));
  return view.includes(word, 0, 'latin1');
}

const WALKED = 131_072;
const REPORT_PART =
  /delivery-status|feedback-report|disposition-notification|tlsrpt|\/(?:x-)?(?:zip|gzip|compressed|octet)/;

function holdsReportPart(bytes: Uint8Array): boolean {
  return readParts(normaliseMessage(bytes, WALKED).text).parts.some(({ type }) => REPORT_PART.test(type));
}
