import type { MailMessage } from '../message.ts';
import { rawHeader } from '../mime-header.ts';
import { readParameters } from '../mime-type.ts';
import type { MailPart } from '../mime-walk.ts';
import { isReturnedPart } from './notice.ts';

// RFC 7489 §7.2.1.1: "Report Domain: x Submitter: y Report-ID: z"; receivers vary case, spaces and order.
const DMARC_SUBJECT =
  /^\W{0,4}(?:re: )?\[?(?:dmarc (?:aggregate |summary |weekly |daily )?report|report[- ]?domain\s?:|dmarc[- ]aggregate|aggregate dmarc)|submitter\s?:.{0,200}report-?id|\bdmarc\b.{0,40}\b(?:aggregate|summary|report)|report domain:.{0,200}submitter/i;
const TLS_SUBJECT = /^\W{0,4}report domain:.{0,200}submitter:.{0,200}report-id:\s{0,3}</i;
// receiver!domain!begin!end[!id].(xml|zip|xml.gz|json.gz): RFC 7489 §7.2.1.1, RFC 8460 §5.1.
const REPORT_FILE =
  /^[^!\s]{1,255}![^!\s]{1,255}!\d{6,12}!\d{6,12}(?:![\w.+-]{1,100})?\.(?:xml|zip|gz|xml\.gz|json|json\.gz)$/i;
const TLS_FILE = /\.json(?:\.gz)?$/i;
const ARCHIVE_TYPE =
  /^application\/(?:zip|gzip|x-gzip|x-zip|x-zip-compressed|x-compressed|octet-stream|xml|gzip-compressed)|^text\/xml/;

/**
 * 'report' for a DMARC aggregate report (RFC 7489), 'tls-report' for an SMTP TLS report (RFC 8460), null for neither. Both
 * may have the same subject; what only its subject and an archive tell is taken for the far more frequent DMARC report.
 */
export function aggregateReportKind(message: MailMessage, subject: string): 'report' | 'tls-report' | null {
  if (message.header.byName.has('tls-report-domain') || message.parts.some(isTlsPart)) return 'tls-report';
  const type = message.contentType.parameters.get('report-type')?.toLowerCase();
  if (type === 'tlsrpt') return 'tls-report';
  const attachments = message.parts.filter((part) => ARCHIVE_TYPE.test(part.type));
  const names = attachments.map(fileName).filter((name) => REPORT_FILE.test(name));
  if (names.length > 0) return names.some((name) => TLS_FILE.test(name)) ? 'tls-report' : 'report';
  return (DMARC_SUBJECT.test(subject) || TLS_SUBJECT.test(subject)) && attachments.length > 0 ? 'report' : null;
}

/** Who sent an aggregate report, by its subject: "Report Domain: x Submitter: y Report-ID: z". Lower case; null when it does not say. */
export function submitterOf(subject: string): string | null {
  return SUBMITTER.exec(subject)?.[1]?.toLowerCase() ?? null;
}

const SUBMITTER = /\bsubmitter\s?:\s{0,3}((?:[a-z0-9_-]{1,63}\.){1,10}[a-z0-9-]{2,63})(?![\w.-])/i;

/**
 * True if the message tells of one mail that failed authentication (DMARC's ruf=) without the fields of RFC 6591:
 * some reporters write them as text, with the mail below.
 */
export function isFailureReport(message: MailMessage, subject: string): boolean {
  return FAILURE_SUBJECT.test(subject) && message.parts.some(isReturnedPart);
}

const FAILURE_SUBJECT =
  /\bdmarc\b.{0,60}\b(?:fail|forensic|ruf\b)|\b(?:fail|forensic)\w{0,6}\b.{0,40}\bdmarc\b|authentication failure report/i;

/** True if the subject alone makes an aggregate report or a complaint possible. */
export function mayBeReportSubject(subject: string): boolean {
  return DMARC_SUBJECT.test(subject) || TLS_SUBJECT.test(subject) || /complaint about|\bdmarc\b/i.test(subject);
}

function isTlsPart(part: MailPart): boolean {
  return part.type === 'application/tlsrpt+gzip' || part.type === 'application/tlsrpt+json';
}

function fileName(part: MailPart): string {
  const disposition = rawHeader(part.header, 'content-disposition');
  const named = disposition === '' ? undefined : readParameters(disposition).parameters.get('filename');
  return (named ?? part.contentType.parameters.get('name') ?? '').trim();
}
