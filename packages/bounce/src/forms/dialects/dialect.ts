import type { BounceReason } from '../../bounce-reason.ts';
import type { MailMessage } from '../../message.ts';
import { rawHeader } from '../../mime-header.ts';
import { once } from '../../once.ts';
import type { OriginalMessage, RecipientStatus } from '../../report.ts';
import type { Notice } from '../notice.ts';

/** By what a dialect is known. Of every list that is given, one entry must occur; all texts are lower case. */
type DialectSigns = {
  /** Header fields that must be there, and what their value must contain ('' for anything). */
  readonly header?: readonly (readonly [name: string, contains: string])[];
  readonly from?: readonly string[];
  readonly subject?: readonly string[];
  readonly text?: readonly string[];
};

/**
 * How one mail system writes its reports, as data. The generic reader does the work; a dialect says only what that
 * reader cannot know.
 */
export type Dialect = {
  readonly id: string;
  readonly signs: DialectSigns;
  /** True when the signs alone prove a report, though nothing else in the message looks like one. */
  readonly isProof?: boolean;
  /** A line that names a recipient in a way of its own; group 1 holds the address or addresses. */
  readonly recipientLine?: RegExp;
  /** Phrases of this system alone and what they mean. */
  readonly reasons?: readonly (readonly [phrase: string, reason: BounceReason])[];
  /** Reads a form that is no text for people at all. Null when it turns out to be something else. */
  readonly read?: (message: MailMessage, notice: Notice) => DialectReading | null;
};

/** What a dialect's own reader has found. */
export type DialectReading = {
  readonly kind: 'bounce' | 'arf';
  readonly reportedBy: string | null;
  readonly recipients: readonly RecipientStatus[];
  readonly original: OriginalMessage | null;
};

/** The first dialect of `table` whose signs the message bears, or null. */
export function dialectOf(table: readonly Dialect[], message: MailMessage, notice: () => Notice): Dialect | null {
  const text = once(() => notice().lower.slice(0, TEXT_WINDOW));
  return table.find(({ signs }) => bears(signs, message, notice, text)) ?? null;
}

const TEXT_WINDOW = 3000;

function bears(signs: DialectSigns, message: MailMessage, notice: () => Notice, lower: () => string): boolean {
  const { header, from, subject, text } = signs;
  if (header !== undefined && !header.some(([name, part]) => hasHeader(message, name, part))) return false;
  if (from !== undefined && !from.some((part) => notice().from.includes(part))) return false;
  if (subject !== undefined && !subject.some((part) => notice().lowerSubject.includes(part))) return false;
  return text === undefined || text.some((part) => lower().includes(part));
}

function hasHeader(message: MailMessage, name: string, part: string): boolean {
  return message.header.byName.has(name) && rawHeader(message.header, name).toLowerCase().includes(part);
}
