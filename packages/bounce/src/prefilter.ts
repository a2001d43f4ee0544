import { isAnswerSubject, isDaemon, isFailureSubject } from './forms/vocabulary.ts';
import { type HeaderBlock, rawHeader } from './mime-header.ts';
import { decodeHeaderValue } from './mime-words.ts';

/** What the header block alone says. */
export type HeaderSigns = {
  readonly subject: string;
  readonly isDaemon: boolean;
  readonly hasNullPath: boolean;
  readonly isFailureSubject: boolean;
  readonly isAnswerSubject: boolean;
  readonly isReport: boolean;
  /** X-Failed-Recipients (Exim, Gmail) or the like. */
  readonly hasFailedRecipients: boolean;
};

/** Reads the signs that tell reports and answers from ordinary mail. */
export function headerSigns(header: HeaderBlock): HeaderSigns {
  const subject = decodeHeaderValue(rawHeader(header, 'subject'));
  const path = rawHeader(header, 'return-path').trim().toLowerCase();
  const type = rawHeader(header, 'content-type').slice(0, 200).toLowerCase();
  return {
    subject,
    isDaemon: isDaemon(decodeHeaderValue(rawHeader(header, 'from')).toLowerCase()),
    hasNullPath: path === '<>' || path.startsWith('<mailer-daemon'),
    isFailureSubject: isFailureSubject(subject),
    isAnswerSubject: isAnswerSubject(subject.toLowerCase()),
    isReport: type.includes('report') || type.includes('message/'),
    hasFailedRecipients: header.byName.has('x-failed-recipients'),
  };
}
