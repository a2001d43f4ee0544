import { mailboxOf } from '../address.ts';
import { type MailMessage, partText } from '../message.ts';
import { rawHeader } from '../mime-header.ts';
import type { MailPart } from '../mime-walk.ts';
import { decodeHeaderValue } from '../mime-words.ts';
import { findReturned } from './separator.ts';

/** What a person would read of a report: the text in front of the returned message, and who sent it. */
export type Notice = {
  /** Decoded text up to the returned message, LF line ends. */
  readonly text: string;
  /** `text` in lower case, for looking up phrases. */
  readonly lower: string;
  readonly lines: readonly string[];
  /** The returned message's text as found in the notice, or null. */
  readonly returned: string | null;
  readonly subject: string;
  readonly lowerSubject: string;
  /** The From header as written, decoded, lower case. */
  readonly from: string;
  /** Addresses that are never the failed recipient by themselves: where the report came from and went to. */
  readonly ownAddresses: ReadonlySet<string>;
};

const MAX_TEXT = 262_144;
const MAX_LINES = 4000;
const RETURNED_TYPES = new Set([
  'message/rfc822',
  'message/global',
  'message/partial',
  'message/rfc822-headers',
  'message/global-headers',
  'text/rfc822-headers',
  'text/rfc822-header',
  'text/rfc822',
  'text/message-headers',
]);

/** True for the parts that hold the returned message or its header (RFC 6522 §3, RFC 6533 §4, and older names). */
export function isReturnedPart(part: MailPart): boolean {
  return RETURNED_TYPES.has(part.type) || isBareReturn(part);
}

// Some gateways put the returned message behind the boundary without a header for the part.
function isBareReturn(part: MailPart): boolean {
  const { byName } = part.header;
  return part.depth > 0 && part.type === 'text/plain' && byName.has('received') && byName.has('from');
}

/** Reads the notice of a message: its text parts in front of the returned message, plain text before HTML. */
export function readNotice(message: MailMessage): Notice {
  const whole = noticeText(message);
  const returnedAt = findReturned(whole);
  const subject = decodeHeaderValue(rawHeader(message.header, 'subject'));
  const text = returnedAt === null ? whole : whole.slice(0, returnedAt.noticeEnd);
  return {
    text,
    lower: text.toLowerCase(),
    lines: text.split('\n', MAX_LINES),
    returned: returnedAt === null ? null : whole.slice(returnedAt.start),
    subject,
    lowerSubject: subject.toLowerCase(),
    from: decodeHeaderValue(rawHeader(message.header, 'from')).toLowerCase(),
    ownAddresses: ownAddresses(message),
  };
}

function noticeText(message: MailMessage): string {
  const stop = message.parts.findIndex(isReturnedPart);
  const parts = (stop === -1 ? message.parts : message.parts.slice(0, stop)).slice(0, 20);
  const plain = parts.filter((part) => isReadable(part) && part.type !== 'text/html');
  const chosen = plain.length > 0 ? plain : parts.filter(isReadable);
  const texts = chosen.map((part) => partText(message, part, MAX_TEXT));
  if (texts.every((text) => text.trim() === '') && plain.length > 0) {
    return parts
      .filter((part) => part.type === 'text/html')
      .map((part) => partText(message, part, MAX_TEXT))
      .join('\n');
  }
  return texts.join('\n\n').slice(0, MAX_TEXT);
}

function isReadable(part: MailPart): boolean {
  return part.type.startsWith('text/') || (part.depth === 0 && !/^(?:image|audio|video|application)\//.test(part.type));
}

const OWN_HEADERS = ['to', 'delivered-to', 'x-original-to', 'from', 'reply-to'];

function ownAddresses(message: MailMessage): ReadonlySet<string> {
  const own = new Set<string>();
  for (const name of OWN_HEADERS) {
    const address = mailboxOf(decodeHeaderValue(rawHeader(message.header, name)));
    if (address !== null && address !== '') own.add(address.toLowerCase());
  }
  return own;
}
