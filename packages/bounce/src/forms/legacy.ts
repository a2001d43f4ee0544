import { addressKey, addressList } from '../address.ts';
import type { MailMessage } from '../message.ts';
import { rawHeader } from '../mime-header.ts';
import { decodeHeaderValue } from '../mime-words.ts';
import type { RecipientAction, RecipientStatus } from '../report.ts';
import type { Notice } from './notice.ts';
import { makeRecipient } from './recipient.ts';
import { findCodes } from './replies.ts';
import { type NamedRecipient, recipientsInText } from './text-recipients.ts';
import { speaksOfDelay } from './vocabulary.ts';

/** What a report without delivery-status fields says. */
export type TextReading = {
  readonly dialect: string;
  readonly recipients: readonly RecipientStatus[];
};

/** Reads the recipients and the outcome from a notice's text. */
export function readTextReport(message: MailMessage, notice: Notice): TextReading {
  const named = namedRecipients(message, notice);
  const action: RecipientAction = speaksOfDelay(notice.subject.toLowerCase(), notice.lower) ? 'delayed' : 'failed';
  const shared = sharedDiagnostic(notice);
  return {
    dialect: 'generic',
    recipients: named.map((one) =>
      makeRecipient({
        address: one.address,
        originalRecipient: one.originalRecipient,
        action,
        status: null,
        remoteMta: null,
        diagnostic: diagnosticFor(one, notice, shared),
        context: notice.text,
      }),
    ),
  };
}

const MAX_FAILED_HEADER = 500;

function namedRecipients(message: MailMessage, notice: Notice): readonly NamedRecipient[] {
  const named = recipientsInText(notice);
  const failed = addressList(decodeHeaderValue(rawHeader(message.header, 'x-failed-recipients')), MAX_FAILED_HEADER);
  if (failed.length === 0) return named;
  return failed.map(
    (address) =>
      named.find((one) => addressKey(one.address) === addressKey(address)) ?? {
        address,
        originalRecipient: null,
        diagnostic: null,
      },
  );
}

function diagnosticFor(one: NamedRecipient, notice: Notice, shared: string | null): string | null {
  if (one.diagnostic !== null && hasCode(one.diagnostic)) return one.diagnostic;
  const line = notice.lines.find(
    (text) => text.includes(one.address) && hasCode(text) && !/^[\s>]*rcpt to/i.test(text),
  );
  return line?.trim() ?? shared ?? one.diagnostic;
}

function hasCode(text: string): boolean {
  const codes = findCodes(text);
  return codes.replyCode !== null || codes.status !== null;
}

const REPLY_LINE = /(?:^|[\s:"'<>[(])[45]\d\d[\s-]/;

// A reply quoted apart from the recipients, as in "----- Transcript of session follows -----".
function sharedDiagnostic(notice: Notice): string | null {
  const at = notice.lines.findIndex((line) => line.length < 2000 && REPLY_LINE.test(line) && hasCode(line));
  if (at === -1) return null;
  const pieces: string[] = [];
  for (let line = at; line < at + 6; line += 1) {
    const text = notice.lines[line]?.trim() ?? '';
    if (text === '') break;
    pieces.push(text);
  }
  return pieces.join(' ').slice(0, 1500);
}
